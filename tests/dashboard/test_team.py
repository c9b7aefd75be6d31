import re

import pytest
from django.core import mail as outbox

from accounts.models import Invitation, JournalEntry, User
from accounts.roles import Role
from tenants import scope
from tests.conftest import HostClient, host_of

GOOD = "seven green lorries wait"


def user_of(isp, role):
    with scope.inside(isp.schema_name):
        return User.objects.get(role=role)


def test_the_list_names_everybody_and_asks_few_questions(isp, client_for, django_assert_max_num_queries):
    client = client_for("owner")
    with django_assert_max_num_queries(14):
        text = client.get("/settings/team/").text
    for role in Role:
        assert f"{role.value}@ana.test" in text
    assert "carla.test" not in text


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.OWNER, Role.MANAGER}])
def test_others_see_why_they_cannot(client_for, role):
    client = client_for(role.value)
    for path in ("/settings/team/", "/settings/team/invite/"):
        response = client.get(path)
        assert response.status_code == 403
        assert "Your role cannot see this" in response.text


def test_an_invitation_goes_from_form_to_first_page(isp, client_for, worker):
    owner = client_for("owner")
    with worker():
        response = owner.post(
            "/settings/team/invite/", {"email": "new@ana.test", "name": "Neo", "role": "support"}
        )
    assert response.status_code == 200
    link = re.search(r"http://ana\.localhost(/account/join/[\w-]+/)", response.text)
    assert link
    assert link[0] in outbox.outbox[0].body
    assert link[0] not in owner.get("/settings/team/").text
    visitor = HostClient(host_of(isp))
    assert "new@ana.test" in visitor.get(link[1]).text
    assert visitor.post(link[1], {"name": "Neo", "password": "short"}).status_code == 422
    assert visitor.post(link[1], {"name": "Neo", "password": GOOD, "role": "owner"}).status_code == 302
    assert visitor.get("/account/").status_code == 200
    assert HostClient(host_of(isp)).get(link[1]).status_code == 410
    with scope.inside(isp.schema_name):
        assert User.objects.get(email="new@ana.test").role == "support"
        assert {"person.invited", "person.joined"} <= set(JournalEntry.objects.values_list("verb", flat=True))


def test_a_manager_cannot_offer_owner(isp, client_for):
    manager = client_for("manager")
    assert 'value="owner"' not in manager.get("/settings/team/invite/").text
    response = manager.post("/settings/team/invite/", {"email": "o@ana.test", "role": "owner"})
    assert response.status_code == 422
    with scope.inside(isp.schema_name):
        assert not Invitation.objects.exists()


def test_resend_and_withdraw(isp, client_for, worker):
    owner = client_for("owner")
    owner.post("/settings/team/invite/", {"email": "new@ana.test", "role": "support"})
    with scope.inside(isp.schema_name):
        pk = Invitation.objects.get().pk
    assert "/account/join/" in owner.post(f"/settings/team/invitations/{pk}/resend/").text
    assert "Withdraw the invitation" in owner.get(f"/settings/team/invitations/{pk}/revoke/").text
    assert owner.post(f"/settings/team/invitations/{pk}/revoke/").status_code == 302
    assert owner.post(f"/settings/team/invitations/{pk}/resend/").status_code == 302
    assert "new@ana.test" not in owner.get("/settings/team/").text
    assert owner.post("/settings/team/invitations/999999/resend/").status_code == 404


def test_changing_a_role(isp, client_for):
    owner, person = client_for("owner"), user_of(isp, "support")
    path = f"/settings/team/{person.pk}/role/"
    assert owner.get(path).status_code == 200
    assert owner.post(path, {"role": "emperor"}).status_code == 422
    assert owner.post(path, {"role": "technician"}).status_code == 302
    with scope.inside(isp.schema_name):
        assert User.objects.get(pk=person.pk).role == "technician"
    own = f"/settings/team/{user_of(isp, 'owner').pk}/role/"
    assert "Nobody changes their own role" in owner.post(own, {"role": "manager"}).text
    assert client_for("manager").post(own, {"role": "support"}).status_code == 422


def test_switching_off_asks_first_and_signs_out(isp, client_for):
    owner, theirs, person = client_for("owner"), client_for("support"), user_of(isp, "support")
    assert "Switch Support Ana Net off?" in owner.get(f"/settings/team/{person.pk}/off/").text
    assert theirs.get("/account/").status_code == 200
    assert owner.post(f"/settings/team/{person.pk}/off/").status_code == 302
    assert theirs.get("/account/").status_code == 302
    assert owner.post(f"/settings/team/{person.pk}/on/", HTTP_HX_REQUEST="true").status_code == 204
    assert owner.get(f"/settings/team/{person.pk}/delete/").status_code == 404
    boss = user_of(isp, "owner")
    for what in ("off", "sign-out"):
        client_for("manager").post(f"/settings/team/{boss.pk}/{what}/")
    assert owner.get("/account/").status_code == 200


def test_signing_another_person_out(isp, client_for):
    theirs, person = client_for("support"), user_of(isp, "support")
    assert client_for("manager").post(f"/settings/team/{person.pk}/sign-out/").status_code == 302
    assert theirs.get("/account/").status_code == 302
