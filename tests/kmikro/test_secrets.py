import pytest
from django.db import connection
from django.test import override_settings

from kmikro.lib.secrets import Undecryptable, seal, unseal
from routers.models import Router
from subscribers.models import Service
from tenants import scope
from tenants.models import Isp, NasRoute, TenantKey
from tests.factories import NOW, make_plan, make_router, make_service, make_voucher


def stored(model: type, column: str, pk: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {model._meta.db_table} WHERE id = %s", [pk])
        return cursor.fetchone()[0]


def put(model: type, column: str, pk: int, text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {model._meta.db_table} SET {column} = %s WHERE id = %s", [text, pk])


def account(name: str, secret: str) -> Service:
    return make_service(code=name, kind="account", secret=secret)


def test_a_secret_opens_only_where_it_belongs() -> None:
    sealed = seal(b"geheim", bound_to="t_a|x|y")
    assert unseal(sealed, bound_to="t_a|x|y") == b"geheim"
    for other in ("t_b|x|y", "t_a|x|z", ""):
        with pytest.raises(Undecryptable):
            unseal(sealed, bound_to=other)


def test_the_same_text_is_sealed_differently_each_time() -> None:
    assert seal(b"a", bound_to="b") != seal(b"a", bound_to="b")


def test_an_old_key_still_opens_and_a_lost_one_does_not() -> None:
    with override_settings(SECRET_KEY="o" * 40):
        sealed = seal(b"a", bound_to="b")
    with override_settings(SECRET_KEY="n" * 40, SECRET_KEY_FALLBACKS=["o" * 40]):
        assert unseal(sealed, bound_to="b") == b"a"
    with override_settings(SECRET_KEY="n" * 40, SECRET_KEY_FALLBACKS=[]), pytest.raises(Undecryptable):
        unseal(sealed, bound_to="b")


def test_the_database_holds_no_clear_secret(inside_isp: Isp) -> None:
    router = make_router(api_password="very-clear-text")
    text = stored(Router, "api_password", router.pk)
    assert "very-clear-text" not in text
    assert text.startswith("k1:1:")
    assert Router.objects.get(pk=router.pk).api_password == "very-clear-text"
    assert Router.objects.defer("api_password").get(pk=router.pk).api_password == "very-clear-text"
    with scope.outside():
        assert "very-clear-text" not in TenantKey.objects.get(schema=inside_isp.schema_name).wrapped


def test_an_empty_secret_stays_empty_and_can_be_looked_for(inside_isp: Isp) -> None:
    service = make_service()
    assert stored(Service, "secret", service.pk) == ""
    assert Service.objects.filter(secret="", pk=service.pk).exists()
    Service.objects.filter(pk=service.pk).update(secret="")


def test_ciphertext_copied_to_another_row_opens_nothing(inside_isp: Isp) -> None:
    one, other = account("one", "first-secret"), account("other", "other-secret")
    put(Service, "secret", other.pk, stored(Service, "secret", one.pk))
    with pytest.raises(Undecryptable):
        _ = Service.objects.get(pk=other.pk).secret
    assert Service.objects.get(pk=one.pk).secret == "first-secret"
    router, second = make_router(), make_router()
    put(Router, "api_password", second.pk, stored(Router, "api_password", router.pk))
    with pytest.raises(Undecryptable):
        _ = Router.objects.get(pk=second.pk).api_password
    put(Router, "radius_secret", router.pk, stored(Router, "api_password", router.pk))
    with pytest.raises(Undecryptable):
        _ = Router.objects.get(pk=router.pk).radius_secret


def test_ciphertext_copied_to_another_tenant_opens_nothing(isp: Isp, neighbour: Isp) -> None:
    with scope.inside(isp.schema_name):
        mine = account("ana", "first-secret")
        text, lookup = stored(Service, "secret", mine.pk), mine.lookup
    with scope.inside(neighbour.schema_name):
        theirs = account("ana", "their-secret")
        put(Service, "secret", theirs.pk, text)
        put(Service, "lookup", theirs.pk, lookup)  # even with everything else alike
        with pytest.raises(Undecryptable):
            _ = Service.objects.get(pk=theirs.pk).secret


def test_a_secret_read_inside_a_tenant_opens_later_outside(isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        pk = account("ana", "first-secret").pk
        kept = Service.objects.get(pk=pk)
    assert kept.secret == "first-secret"


def test_saving_what_was_not_opened_changes_nothing(inside_isp: Isp) -> None:
    service = account("ana", "first-secret")
    before = stored(Service, "secret", service.pk)
    again = Service.objects.get(pk=service.pk)
    again.label = "Ana"
    again.save()
    assert stored(Service, "secret", service.pk) == before
    again.secret = "next-secret"
    again.save(update_fields=["secret"])
    assert Service.objects.get(pk=service.pk).secret == "next-secret"
    again.refresh_from_db()
    assert again.secret == "next-secret"


def test_a_bound_secret_is_written_by_saving_only(inside_isp: Isp) -> None:
    service = account("ana", "first-secret")
    assert "first-secret" not in str(list(Service.objects.values_list("secret", flat=True)))
    with pytest.raises(TypeError, match="bound to its row"):
        Service.objects.filter(secret="first-secret").exists()
    with pytest.raises(TypeError, match="bound to its row"):
        Service.objects.filter(pk=service.pk).update(secret="other")


def test_what_was_sealed_before_there_were_tenant_keys_still_opens(inside_isp: Isp) -> None:
    voucher = make_voucher(plan=make_plan())
    old = seal(b"OLDCODE", bound_to=f"{inside_isp.schema_name}|billing.voucher|code")
    put(type(voucher), "code", voucher.pk, old)
    assert type(voucher).objects.get(pk=voucher.pk).code == "OLDCODE"


def test_public_rows_are_sealed_by_the_service(db: None) -> None:
    route = NasRoute.objects.create(
        address="10.0.0.9", schema="t_x", router_id=1, secret="s" * 26, secret_digest="d", made_at=NOW
    )
    assert stored(NasRoute, "secret", route.pk).startswith("g1:")
    NasRoute.objects.filter(pk=route.pk).update(secret="u" * 26)
    assert NasRoute.objects.get(pk=route.pk).secret == "u" * 26
