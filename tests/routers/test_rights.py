"""The line an operator pastes grants what is missing, and takes it back."""

from routers import rights, script


def test_what_a_group_may() -> None:
    assert rights.granted("read,write,!policy,") == {"read", "write"}
    users, groups = [{"name": "kmikro", "group": "g"}], [{"name": "g", "policy": "read,!test"}]
    assert rights.of_user("kmikro", users, groups) == {"read"}
    assert rights.of_user("somebody", users, groups) is None
    assert rights.of_user("kmikro", users, []) is None
    assert rights.missing(("read", "test"), {"read"}) == ["test"]


def test_the_line_keeps_what_we_have_and_can_take_back() -> None:
    line = rights.line("kmikro", ("policy", "reboot"))
    assert line == f'/user group set [find where name="kmikro"] policy={script.POLICY},policy,reboot'
    assert rights.line("kmikro") == f'/user group set [find where name="kmikro"] policy={script.POLICY}'
    assert rights.line("kmikro", ("test",)).count("test") == 1
    assert line in rights.sentence("kmikro", ("policy", "reboot"))
    assert '\\"' in rights.line('a"b')


def test_dangerous_rights_are_explained() -> None:
    assert [("reset" in each) for each in rights.warnings(("reboot", "ftp"))] == [True]
    assert rights.is_refusal("not enough permissions (9)")
    assert not rights.is_refusal("no such command")
