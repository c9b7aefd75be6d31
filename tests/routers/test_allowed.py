"""The short list of what we say to routers."""

import pytest

from routers import allowed


@pytest.mark.parametrize(
    ("command", "may"),
    [
        ("/interface/print", True),
        ("/radius/add", True),
        ("/radius/incoming/set", True),
        ("/radius/incoming/add", False),
        ("/ppp/active/remove", True),
        ("/user/add", False),
        ("/system/reset-configuration", False),
        ("/system/reboot", True),
        ("/system/shutdown", False),
        ("/system/backup/load", False),
        ("/ip/dns/static/add", True),
        ("/ip/dns/static/remove", False),
        ("/printer", False),
    ],
)
def test_what_may_be_said(command: str, may: bool) -> None:
    assert allowed.is_allowed(command) is may
