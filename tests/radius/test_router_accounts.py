"""Who may log in to routers: made, found by name in a space of its own, switched off within a second."""

from __future__ import annotations

import time

import pytest

from accounts.journal import SYSTEM
from kmikro.lib.refusal import Refusal
from radius import lookup, router_accounts
from radius.case import ROUTER_LOGIN
from radius.database import Patience
from radius.models import RouterAccount
from tenants import scope
from tenants.models import Isp
from tests.factories import NOW, make_service

NAME = ROUTER_LOGIN + b"ana"


def test_a_name_is_found_in_its_own_space_only(isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        account, secret = router_accounts.make("ana", group="write", routers=[7], by=SYSTEM, now=NOW)
    found = lookup.find(isp.schema_name, NAME, time.time(), Patience())
    assert found is not None
    facts = found.facts
    assert (facts.kind, facts.label, facts.group, facts.sites) == ("login", "ana", "write", frozenset({7}))
    assert (facts.secret, facts.status) == (secret.encode(), "active")
    assert lookup.find(isp.schema_name, b"ana", time.time(), Patience()) is None
    with scope.inside(isp.schema_name):
        router_accounts.switch(account, on=False, by=SYSTEM, now=NOW)
    found = lookup.find(isp.schema_name, NAME, time.time(), Patience())
    assert found is not None
    assert found.facts.status == "suspended"


def test_a_voucher_is_never_found_there(isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        make_service(code="LOGINANA")
    assert lookup.find(isp.schema_name, NAME, time.time(), Patience()) is None


def test_what_will_not_do_is_refused(isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        router_accounts.make("ana", group="read", by=SYSTEM, now=NOW)
        for name, group, code in (
            ("ana", "read", "username_taken"),
            ("a b", "read", "bad_username"),
            ("bo", "root", "bad_group"),
        ):
            with pytest.raises(Refusal) as refusal:
                router_accounts.make(name, group=group, by=SYSTEM, now=NOW)
            assert refusal.value.code == code
        assert RouterAccount.objects.count() == 1
