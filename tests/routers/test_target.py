"""Whom we call: the password is nothing to print."""

from routers.target import Target


def test_a_target_keeps_its_password_out_of_what_is_printed() -> None:
    shown = repr(Target("203.0.113.7", 8729, "kmikro", "secret-word"))
    assert "203.0.113.7" in shown
    assert "secret-word" not in shown
