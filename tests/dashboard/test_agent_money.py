"""An agent's money in the dashboard: booked once however often a form is sent, and told with the new float."""

from uuid import uuid4

import pytest

from accounts.journal import SYSTEM
from billing import agent_ledger
from tests.dashboard.test_alerts import text_of
from tests.factories import NOW, make_agent

pytestmark = pytest.mark.django_db


@pytest.fixture
def amina(people):
    return make_agent(name="Amina", user=people["reseller"])


def balance(agent):
    agent.refresh_from_db()
    return agent.balance_minor


def test_a_top_up_that_is_sent_twice_is_booked_once(amina, client_for):
    client, form = client_for("manager"), {"amount": "5,000", "text": "Cash", "key": str(uuid4())}
    for _ in range(2):
        told = text_of(client.post(f"/agents/{amina.pk}/top-up/", form, follow=True))
        assert "float is KSh\u00a05,000 now" in told
    assert balance(amina) == 500_000
    assert "amount of the form" not in told
    assert client.post(f"/agents/{amina.pk}/top-up/", form | {"amount": "6000"}).status_code == 422
    for nonsense in ("", "x", "0", "-1", "1.234"):
        again = {**form, "amount": nonsense, "key": str(uuid4())}
        assert client.post(f"/agents/{amina.pk}/top-up/", again).status_code == 422, nonsense
    assert balance(amina) == 500_000


def test_a_correction_has_a_reason_and_never_leads_below_zero(amina, client_for):
    agent_ledger.top_up(amina, 1000, by=SYSTEM, now=NOW)
    client = client_for("owner")

    def correct(**given):
        form = {"direction": "down", "amount": "4", "text": "Counted twice", "key": str(uuid4()), **given}
        return client.post(f"/agents/{amina.pk}/correct/", form)

    assert correct().status_code == 302
    assert balance(amina) == 600
    assert correct(text="").status_code == 422
    answer = correct(amount="7")
    assert answer.status_code == 422 and "Top it up first" in text_of(answer)
    assert correct(direction="up").status_code == 302
    assert balance(amina) == 1000


def test_an_agent_sends_float_to_who_is_directly_below(amina, client_for):
    agent_ledger.top_up(amina, 1000, by=SYSTEM, now=NOW)
    client, here = client_for("reseller"), f"/agents/{amina.pk}/send/"
    assert "Nobody is below" in text_of(client.get(here))
    below = make_agent(name="Baraka", parent=amina)
    form = {"to": str(below.pk), "amount": "4", "key": str(uuid4())}
    assert client.post(here, form).status_code == 302
    assert (balance(amina), balance(below)) == (600, 400)
    assert client.post(here, form | {"to": str(amina.pk), "key": str(uuid4())}).status_code == 422


def test_the_ledger_is_searched_filtered_and_exported(amina, client_for):
    agent_ledger.top_up(amina, 1000, by=SYSTEM, now=NOW, text="Cash at the mall")
    agent_ledger.correct(amina, -400, "=1+1", by=SYSTEM, now=NOW)
    client, here = client_for("reseller"), f"/agents/{amina.pk}/ledger/"
    assert "Cash at the mall" in text_of(client.get(here))
    assert "Cash at the mall" not in text_of(client.get(here, {"kind": "correction"}))
    assert "Cash at the mall" in text_of(client.get(here, {"q": "mall"}))
    assert "No row matches" in text_of(client.get(here, {"q": "nothing"}))
    file = text_of(client.get(here, {"format": "csv"}))
    assert '"\'=1+1"' in file and '"-4"' in file.replace("'", "") and '"10"' in file
