import io
import json

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from tenants import scope
from tenants.models import Isp
from tests.conftest import HostClient

GIVEN = {
    "name": "Kilimo Net", "slug": "kilimo", "owner_name": "Asha", "email": "asha@kilimo.test",
    "password": "seven green lorries", "country": "TZ",
}  # fmt: skip


def test_it_prints_json_and_the_owner_can_sign_in(db, capsys):
    call_command("open_isp", "--json", **GIVEN)
    found = json.loads(capsys.readouterr().out)
    isp = Isp.objects.get(slug="kilimo")
    assert (found["schema"], found["state"], found["host"]) == (isp.schema_name, "active", "kilimo.localhost")
    assert (isp.currency, isp.time_zone) == ("TZS", "Africa/Dar_es_Salaam")
    form = {"email": GIVEN["email"], "password": GIVEN["password"]}
    assert HostClient("kilimo.localhost").post("/account/sign-in/", form).status_code == 302


def test_customers_are_answered_in_the_language_that_was_said(db):
    call_command("open_isp", **GIVEN, language="SW")
    assert Isp.objects.get(slug="kilimo").language == "sw"


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"slug": "ana"}, "taken"),
        ({"password": "short"}, "too short"),
        ({"country": "XX"}, "not a country"),
        ({"currency": "DEM"}, "legal tender"),
        ({"time_zone": "Mars/Base"}, "not known"),
        ({"language": "de"}, "answered in English, Kiswahili"),
    ],
)
def test_what_it_refuses(isp, wrong, text):
    with pytest.raises(CommandError, match=text):
        call_command("open_isp", **{**GIVEN, **wrong})
    assert not Isp.objects.filter(slug="kilimo").exists()


def test_make_staff_makes_and_renews(isp, public, monkeypatch):
    for password in ("seven green lorries", "eight green lorries"):
        monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
        call_command("make_staff", "boss@k.test", "--name", "Boss", "--password-stdin")
    staff = User.objects.get()
    assert (staff.kind, staff.role, staff.session_epoch) == ("staff", "", 2)
    form = {"email": "boss@k.test", "password": "eight green lorries"}
    assert public.post("/staff/sign-in/", form).status_code == 302
    with scope.inside(isp.schema_name):
        assert not User.objects.filter(email="boss@k.test").exists()
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    with pytest.raises(CommandError):
        call_command("make_staff", "boss@k.test", "--password-stdin")
