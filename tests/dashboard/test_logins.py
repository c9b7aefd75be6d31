"""The login log explains each refusal in one sentence and shows the rules in their order."""

import pytest

from dashboard.logins import REASONS, RULES
from radius import policy, remedies, rules_request
from tests.factories import make_attempt, make_router, make_voucher

pytestmark = pytest.mark.django_db
TRACE = [
    {"code": "known", "ok": True, "text": "Voucher 1-0001 was found."},
    {"code": "password", "ok": True, "text": "The password is right (CHAP)."},
    {"code": "too_many_devices", "ok": False, "text": "1 of 1 devices are online already."},
]


def test_a_refusal_is_explained_with_its_checks(inside_isp, client_for):
    router = make_router(name="Kibera")
    voucher = make_voucher()
    attempt = make_attempt(
        service=voucher.service, router=router, code="too_many_devices", sentence=TRACE[2]["text"], trace=TRACE,
        microseconds=640, mac="AA:BB:CC:00:00:07",
    )  # fmt: skip
    make_attempt(
        router=router, mac="AA:BB:CC:00:00:07", at=attempt.at.replace(hour=11), sentence="An earlier one."
    )
    client = client_for("owner")
    listed = client.get("/logins/").content.decode()
    assert "Too many devices." in listed
    assert TRACE[2]["text"] in listed
    page = client.get(f"/logins/{attempt.pk}/").content.decode()
    at = [page.index(step["text"]) for step in TRACE[:2]]
    assert at == sorted(at) and at[1] < page.rindex(TRACE[2]["text"])
    assert 'class="bad"' in page
    assert "0.6" in page
    assert "An earlier one." in page


def test_filters(inside_isp, client_for):
    kibera, karen = make_router(name="Kibera"), make_router(name="Karen")
    make_attempt(router=kibera, sentence="first", code="unknown_user", mac="AA:00:00:00:00:01")
    make_attempt(router=karen, sentence="second", code="ended", mac="BB:00:00:00:00:02")
    make_attempt(router=karen, sentence="third", accepted=True, code="accepted", mac="CC:00:00:00:00:03")
    client = client_for("owner")

    def found(**query):
        page = client.get("/logins/", query).content.decode()
        return [word for word in ("first", "second", "third") if word in page.split('id="list"')[1]]

    assert found() == ["first", "second", "third"]
    assert found(outcome="refused") == ["first", "second"]
    assert found(outcome="accepted") == ["third"]
    assert found(reason="ended") == ["second"]
    assert found(router=kibera.pk) == ["first"]
    assert found(q="cc:00") == ["third"]
    assert found(outcome="nonsense", reason="nonsense") == ["first", "second", "third"]


def test_an_odd_trace_does_not_break_the_page(inside_isp, client_for):
    attempt = make_attempt(
        trace=["x", {}, {"code": "new_rule", "ok": True}], sent={"Class": "secret", "Session-Timeout": 5}
    )
    page = client_for("owner").get(f"/logins/{attempt.pk}/").content.decode()
    assert "New rule" in page
    assert "Session-Timeout" in page
    assert "secret" not in page


def test_every_rule_of_the_policy_has_a_title():
    codes = {code for code, _rule in (*rules_request.RULES, *policy.OF_THE_SERVICE)}
    assert (codes | set(remedies.REMEDIES)) - set(RULES) == set()
    assert set(REASONS) == set(remedies.REMEDIES)


def test_why_answers_with_sentence_fix_and_rules(inside_isp, client_for):
    voucher = make_voucher(status="suspended")
    client = client_for("support")
    assert "Why can" in client.get("/logins/").content.decode()
    assert "What to do" not in client.get("/logins/why/").content.decode()
    page = client.get("/logins/why/", {"q": voucher.code}).content.decode()
    assert "The voucher is suspended." in page
    assert "What to do" in page
    assert 'class="bad"' in page
    assert voucher.service.label in page


def test_why_by_device_covers_what_was_typed(inside_isp, client_for):
    voucher = make_voucher()
    typed = voucher.code[:-1] + ("C" if voucher.code[-1] != "C" else "D")
    make_attempt(username=typed, mac="AA:BB:CC:00:00:07", sentence=f"Nobody here is called “{typed}”.")
    query = {"q": "AA:BB:CC:00:00:07"}
    assert typed not in client_for("support").get("/logins/why/", query).content.decode()
    assert "Nobody here is called" in client_for("support").get("/logins/why/", query).content.decode()
