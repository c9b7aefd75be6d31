"""Every everyday page answers each role as the table says, with few queries and without a bare code."""

import pytest

from accounts.roles import MAY, Action, Role
from tests.factories import (
    NOW,
    make_attempt,
    make_batch,
    make_plan,
    make_router,
    make_service,
    make_session,
    make_subscriber,
    make_voucher,
)

pytestmark = pytest.mark.django_db
LISTS = {
    "/": Action.SEE_HOME,
    "/home/live/": Action.SEE_HOME,
    "/plans/": Action.SEE_PLANS,
    "/vouchers/": Action.SEE_VOUCHERS,
    "/vouchers/rows/": Action.SEE_VOUCHERS,
    "/vouchers/find/?q=1-0001": Action.SEE_VOUCHERS,
    "/sessions/": Action.SEE_SESSIONS,
    "/sessions/live/": Action.SEE_SESSIONS,
    "/sessions/?state=ended": Action.SEE_SESSIONS,
    "/logins/": Action.SEE_LOGINS,
    "/subscribers/": Action.SEE_SUBSCRIBERS,
}
AROUND = 11  # host, transaction and savepoints, role and path, session, user, statement limit
BUDGET = {"/": 16, "/home/live/": 12}


@pytest.fixture
def busy(inside_isp, people):
    """An ISP with a router, a batch by the owner, sessions and attempts."""
    router = make_router(name="Kibera Hotspot", board="hEX S", cpu_load=12)
    batch = make_batch(plan=make_plan(name="Day"), made_by=people["owner"], count=3, made=3)
    vouchers = [make_voucher(batch=batch) for _ in range(3)]
    for voucher in vouchers:
        make_session(service=voucher.service, router=router, username=voucher.code)
        make_attempt(
            service=voucher.service, router=router, username=voucher.code, accepted=True, code="accepted"
        )
        make_attempt(
            router=router,
            username=voucher.code[:-1] + "C",
            sentence=f"Nobody here is called “{voucher.code[:-1]}C”.",
        )
    make_session(service=vouchers[0].service, router=router, ended_at=NOW)
    make_session(
        service=make_service(kind="account", subscriber=make_subscriber(name="Ana Wanjiku")), router=router
    )
    return vouchers


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("role", [role.value for role in Role])
def test_role_table_decides(busy, client_for, path, role):
    answer = client_for(role).get(path)
    assert answer.status_code == (200 if LISTS[path] in MAY[Role(role)] else 403)


@pytest.mark.parametrize("path", LISTS)
def test_visitors_are_sent_to_sign_in(busy, anonymous, path):
    answer = anonymous.get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/sign-in/")


@pytest.mark.parametrize("path", LISTS)
def test_few_queries_whatever_the_number_of_rows(busy, client_for, path, django_assert_max_num_queries):
    client = client_for("owner")
    client.get(path)
    with django_assert_max_num_queries(BUDGET.get(path, 8) + AROUND) as counted:
        assert client.get(path).status_code == 200
    before = len(counted)
    router = make_router()
    for _ in range(5):
        voucher = make_voucher(batch=make_batch())
        make_session(service=voucher.service, router=router)
        make_session(service=voucher.service, router=router, ended_at=NOW)
        make_attempt(service=voucher.service, router=router)
        make_session(service=make_service(kind="account", subscriber=make_subscriber()), router=router)
    with django_assert_max_num_queries(before):
        client.get(path)


@pytest.mark.parametrize(
    "path", ["/", "/sessions/", "/logins/", "/sessions/?format=csv", "/logins/?format=csv"]
)
def test_support_never_reads_a_code(busy, client_for, path):
    page = client_for("support").get(path).content.decode()
    for voucher in busy:
        for form in (
            voucher.code,
            f"{voucher.code[:4]}-{voucher.code[4:8]}-{voucher.code[8:]}",
            voucher.code[:-1],
        ):
            assert form not in page
    owner = client_for("owner").get("/sessions/").content.decode()
    assert f"{busy[0].code[:4]}-{busy[0].code[4:8]}-{busy[0].code[8:]}" in owner


def test_search_by_full_code_finds_sessions_and_attempts(busy, client_for):
    client = client_for("support")
    typed = busy[1].code.lower()
    for path in ("/sessions/", "/logins/"):
        page = client.get(path, {"q": f"{typed[:4]} {typed[4:]}"}).content.decode()
        assert busy[1].service.label in page
        assert busy[0].service.label not in page


@pytest.mark.parametrize(
    "path", ["/plans/", "/vouchers/", "/sessions/", "/logins/", "/subscribers/", "/vouchers/find/"]
)
def test_hostile_lists_are_capped(busy, client_for, path):
    client = client_for("owner")
    for query in (
        {"page": 10**9, "limit": 10**6},
        {"page": "9" * 5000},
        {"q": "(a+)+$%_\\'\"" * 900, "page": "-1"},
        {"q": "\0", "sort": "password", "state": "x", "router": "9" * 25, "plan": "1 OR 1=1"},
        {"sort": "-made_by__password"},
    ):
        assert client.get(path, query).status_code == 200


def test_a_part_is_a_part(busy, client_for):
    client = client_for("owner")
    part = client.get("/sessions/live/", headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert "<html" not in part.content.decode()
    assert 'hx-trigger="every 10s"' in part.content.decode()
