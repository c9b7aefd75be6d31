import json
import stat

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import tokens
from accounts.models import ApiToken, User
from accounts.roles import Role
from billing.models import Batch, Voucher
from dashboard import demo
from routers.models import Router
from subscribers.models import Plan
from tenants import scope
from tenants.models import Isp
from tests.conftest import HostClient


@pytest.fixture
def state(db, settings, tmp_path):
    settings.STATE_DIR = tmp_path
    settings.DEVELOPMENT = True
    return tmp_path


def seeded(capsys):
    call_command("seed_demo", "--json")
    return json.loads(capsys.readouterr().out)


def counts():
    return [model.objects.count() for model in (User, Plan, Batch, Voucher, Router, ApiToken)]


def test_the_seed_is_complete_and_idempotent(state, capsys):
    first = seeded(capsys)
    assert first["host"] == "demo.localhost"
    assert {one["role"] for one in first["sign_ins"]} == set(Role)
    isp = Isp.objects.get(slug="demo")
    with scope.inside(isp.schema_name):
        before = counts()
        assert before == [6, 3, 2, 72, 1, 1]
        assert tokens.find(first["api_token"], now=timezone.now())
        codes = {voucher.code for voucher in Voucher.objects.filter(batch__note=demo.BATCHES[1][2])}
    assert set((state / "vrouter/codes").read_text().split()) == codes
    assert "http://demo.localhost" in (state / "vrouter/paste").read_text()
    for name in ("demo.json", "vrouter/codes", "vrouter/paste"):
        assert stat.S_IMODE((state / name).stat().st_mode) == 0o600
    assert seeded(capsys) == first
    with scope.inside(isp.schema_name):
        assert counts() == before


def test_every_sign_in_works(state, capsys):
    for found in seeded(capsys)["sign_ins"]:
        client = HostClient("demo.localhost")
        form = {"email": found["email"], "password": found["password"]}
        assert client.post("/account/sign-in/", form).status_code == 302, found["role"]
        assert client.get("/account/").status_code == 200, found["role"]


def test_an_enrolled_router_gets_no_command_and_a_lost_token_a_new_one(state, capsys):
    first = seeded(capsys)
    isp = Isp.objects.get(slug="demo")
    with scope.inside(isp.schema_name):
        Router.objects.update(state=Router.State.READY)
    (state / "demo.json").write_text("{not json")
    second = seeded(capsys)
    assert not (state / "vrouter/paste").exists()
    assert second["api_token"] != first["api_token"]


def test_a_server_refuses_public_passwords(state, settings):
    settings.DEVELOPMENT = False
    with pytest.raises(CommandError, match="public passwords"):
        call_command("seed_demo", "--json")
    assert not Isp.objects.filter(slug="demo").exists()
