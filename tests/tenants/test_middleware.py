import pytest
from django.db import OperationalError

from tenants.models import Isp
from tests.conftest import HostClient


@pytest.mark.parametrize(
    "host", ["nobody.localhost", "ana.localhost.evil.test", "10.1.2.3", "xana.localhost"]
)
def test_an_unknown_host_is_not_found(isp: Isp, host: str) -> None:
    answer = HostClient(host).get("/account/sign-in/")
    assert answer.status_code in {400, 404}
    assert "Ana Net" not in answer.content.decode()


def test_a_host_is_known_by_its_exact_name_alone(isp: Isp) -> None:
    for host in ("ana.localhost", "ANA.localhost", "ana.localhost:8000"):
        assert HostClient(host).get("/account/sign-in/").status_code == 200
    forwarded = HostClient("nobody.localhost").get("/account/sign-in/", HTTP_X_FORWARDED_HOST="ana.localhost")
    assert forwarded.status_code == 404


def test_an_isp_that_is_not_active_is_not_served(isp: Isp) -> None:
    Isp.objects.filter(pk=isp.pk).update(state=Isp.State.FAILED)
    assert HostClient("ana.localhost").get("/account/sign-in/").status_code == 404


def test_every_answer_names_its_request_and_is_not_stored(anonymous: HostClient) -> None:
    answer = anonymous.get("/account/sign-in/")
    assert len(answer["X-Request-Id"]) == 16
    assert answer["Cache-Control"] and "no-store" in answer["Cache-Control"]
    assert answer["X-Frame-Options"] == "DENY" and answer["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("host", ["ana.localhost", "localhost"])
def test_without_the_database_the_answer_is_503_with_a_time_to_come_back(
    isp: Isp, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise OperationalError("connection refused")

    with monkeypatch.context() as patched:
        patched.setattr("tenants.middleware.connection.ensure_connection", refuse)
        answer = HostClient(host).get("/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert "refused" not in answer.content.decode()
