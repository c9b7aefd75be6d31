"""Agents in the dashboard: listed, made, changed, stopped; an agent sees their own record and those below."""

import pytest

from billing.agent_models import Agent
from tests.dashboard.test_alerts import text_of
from tests.factories import make_agent

pytestmark = pytest.mark.django_db
FORM = {"name": "Amina", "phone": "0700 1", "user": "", "parent": "", "limit_minor": "", "commission": "12.5"}


def test_listed_found_filtered_and_exported(inside_isp, client_for):
    client = client_for("owner")
    assert "No agent yet" in text_of(client.get("/agents/"))
    make_agent(name="Amina", phone="0700 111", balance_minor=150_000)
    make_agent(name="=Baraka", is_active=False)
    assert "KSh\u00a01,500" in text_of(client.get("/agents/"))
    assert "Amina" not in text_of(client.get("/agents/?state=stopped"))
    assert "Baraka" not in text_of(client.get("/agents/?q=0700"))
    assert "No agent matches" in text_of(client.get("/agents/?q=nobody"))
    file = text_of(client.get("/agents/?format=csv&sort=-float"))
    assert '"Amina","0700 111"' in file and '"\'=Baraka"' in file


def test_made_and_changed(people, client_for):
    client = client_for("manager")
    answer = client.post("/agents/new/", FORM | {"user": str(people["reseller"].pk), "limit_minor": "2,500"})
    agent = Agent.objects.get()
    assert answer["Location"] == f"/agents/{agent.pk}/"
    assert (agent.commission, agent.limit_minor, agent.user, agent.currency) == (
        1250,
        250_000,
        people["reseller"],
        "KES",
    )
    form = text_of(client.get(f"/agents/{agent.pk}/change/"))
    assert 'value="12.5"' in form and 'value="2500"' in form
    client.post(f"/agents/{agent.pk}/change/", FORM | {"per_hour": "20", "per_day_minor": "9000"})
    agent.refresh_from_db()
    assert (agent.per_hour, agent.per_day_minor, agent.limit_minor, agent.user) == (20, 900_000, 0, None)
    for nonsense in (
        {"name": ""},
        {"commission": "x"},
        {"commission": "101"},
        {"limit_minor": "1.234"},
        {"user": "0"},
    ):
        assert client.post("/agents/new/", FORM | nonsense).status_code == 422, nonsense
    assert Agent.objects.count() == 1


def test_stopped_after_a_question_and_taken_up_again(inside_isp, client_for):
    agent, client = make_agent(name="Amina"), client_for("owner")
    assert "Stop Amina?" in text_of(client.get(f"/agents/{agent.pk}/stop/"))
    for act, is_active in (("stop", False), ("resume", True)):
        client.post(f"/agents/{agent.pk}/{act}/")
        agent.refresh_from_db()
        assert agent.is_active is is_active


def test_an_agent_sees_their_own_record_and_those_below_and_changes_nothing(people, client_for):
    mine = make_agent(name="Mine", user=people["reseller"])
    child, stranger = make_agent(name="Child", parent=mine), make_agent(name="Stranger")
    client = client_for("reseller")
    assert "Stranger" not in text_of(client.get("/agents/"))
    assert "Stranger" not in text_of(client.get("/agents/?format=csv"))
    for path in ("", "ledger/", "ledger/?format=csv"):
        assert client.get(f"/agents/{mine.pk}/{path}").status_code == 200
        assert client.get(f"/agents/{child.pk}/{path}").status_code == 200
        assert client.get(f"/agents/{stranger.pk}/{path}").status_code == 404
    shown = text_of(client.get(f"/agents/{mine.pk}/"))
    assert "Send float" in shown and "Top up" not in shown
    for path in ("change/", "stop/", "resume/", "prices/", "top-up/", "correct/"):
        assert client.post(f"/agents/{mine.pk}/{path}").status_code == 403
    assert client.get(f"/agents/{child.pk}/send/").status_code == 404  # that is the child's own
    assert client_for("support").get("/agents/").status_code == 403


def test_few_queries_whatever_the_number_of_rows(inside_isp, client_for, django_assert_max_num_queries):
    client = client_for("owner")
    for number in range(3):
        make_agent(parent=make_agent(name=f"Agent {number}"))
    client.get("/agents/")
    for path, most in (("/agents/", 18), (f"/agents/{Agent.objects.latest('pk').parent_id}/", 24)):
        with django_assert_max_num_queries(most):
            assert client.get(path).status_code == 200
