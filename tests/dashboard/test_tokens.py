import re
from datetime import UTC, datetime

import pytest

from accounts import tokens
from accounts.models import ApiToken
from accounts.roles import Role
from tenants import scope

FORM = {"name": "Accounting", "scopes": ["plans:read", "routers:read"], "expires": "90"}


def test_a_token_is_shown_once_and_works(isp, client_for):
    owner = client_for("owner")
    assert "No API token yet" in owner.get("/settings/tokens/").text
    response = owner.post("/settings/tokens/new/", FORM)
    secret = re.search(r"kmk_[\w-]{43}", response.text)
    assert secret
    assert secret[0] not in owner.get("/settings/tokens/").text
    with scope.inside(isp.schema_name):
        token = tokens.find(secret[0], now=datetime.now(UTC))
        assert token is not None
        assert token.scopes == ["plans:read", "routers:read"]
        assert token.made_by.role == "owner"


@pytest.mark.parametrize(
    "wrong", [{"scopes": []}, {"scopes": ["tokens:write"]}, {"name": ""}, {"expires": "100000"}]
)
def test_a_wrong_form_makes_none(isp, client_for, wrong):
    response = client_for("owner").post("/settings/tokens/new/", {**FORM, **wrong})
    assert response.status_code == 422
    assert "kmk_" not in response.text
    with scope.inside(isp.schema_name):
        assert not ApiToken.objects.exists()


def test_revoking_asks_first(isp, client_for):
    owner = client_for("owner")
    owner.post("/settings/tokens/new/", FORM)
    with scope.inside(isp.schema_name):
        pk = ApiToken.objects.get().pk
    path = f"/settings/tokens/{pk}/revoke/"
    assert "Revoke the token “Accounting”?" in owner.get(path).text
    assert owner.post(path).status_code == 302
    assert "Revoked" in owner.get("/settings/tokens/").text
    assert owner.post("/settings/tokens/999999/revoke/").status_code == 404


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OWNER])
def test_only_the_owner_makes_tokens(client_for, role):
    client = client_for(role.value)
    assert client.get("/settings/tokens/").status_code == 403
    assert client.post("/settings/tokens/new/", FORM).status_code == 403


def test_a_token_id_of_the_neighbour_is_not_found(isp, neighbour, client_for):
    client_for("owner", isp=neighbour).post("/settings/tokens/new/", FORM)
    with scope.inside(neighbour.schema_name):
        pk = ApiToken.objects.get().pk
    assert client_for("owner").post(f"/settings/tokens/{pk}/revoke/").status_code == 404
