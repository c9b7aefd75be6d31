"""manage.py router_account: made with a password that is printed once, switched off and on."""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import JournalEntry
from radius.models import RouterAccount
from tenants import scope
from tenants.models import Isp
from tests.factories import make_router


def command(*given: str, isp: str = "ana") -> None:
    call_command("router_account", "--isp", isp, *given)


def test_made_switched_off_and_on(isp: Isp, capsys: pytest.CaptureFixture[str]) -> None:
    with scope.inside(isp.schema_name):
        router = make_router()
    command("noc", "--group", "full", "--router", str(router.pk))
    printed = capsys.readouterr()
    secret = printed.out.strip()
    assert secret not in printed.err
    with scope.inside(isp.schema_name):
        account = RouterAccount.objects.get()
        assert (account.name, account.group, account.routers) == ("noc", "full", [router.pk])
        assert account.secret == secret
        [entry] = JournalEntry.objects.filter(verb="router_account.make")
        assert (entry.actor, secret in str(entry.facts)) == ("manage.py router_account", False)
    for flag, active in (("--off", False), ("--on", True)):
        command("noc", flag)
        with scope.inside(isp.schema_name):
            assert RouterAccount.objects.get().is_active is active
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (("noc",), "--group read, write or full"),
        (("n c", "--group", "read"), "user name"),
        (("noc", "--group", "read", "--router", "999999"), "none with the number"),
        (("noc", "--group", "root"), "invalid choice"),
        (("noc", "--off"), "no router account noc"),
    ],
)
def test_what_it_refuses(isp: Isp, given: tuple[str, ...], text: str) -> None:
    with pytest.raises(CommandError, match=text):
        command(*given)
    with pytest.raises(CommandError, match="no ISP nobody"):
        command("noc", "--group", "read", isp="nobody")
    with scope.inside(isp.schema_name):
        assert not RouterAccount.objects.exists()


def test_a_neighbour_has_an_account_of_that_name_of_its_own(isp: Isp, neighbour: Isp) -> None:
    for slug in ("ana", "carla"):
        command("noc", "--group", "read", isp=slug)
    with pytest.raises(CommandError, match="taken"):
        command("noc", "--group", "read")
    command("noc", "--off")
    with scope.inside(neighbour.schema_name):
        assert RouterAccount.objects.get().is_active
