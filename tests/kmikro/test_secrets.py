import pytest
from django.db import connection
from django.test import override_settings

from kmikro.lib.secrets import Undecryptable, seal, unseal
from routers.models import Router
from tenants.models import Isp
from tests.factories import make_router


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
    with connection.cursor() as cursor:
        cursor.execute("SELECT api_password FROM routers_router WHERE id = %s", [router.pk])
        (stored,) = cursor.fetchone()
    assert "very-clear-text" not in stored and stored.startswith("g1:")
    assert Router.objects.get(pk=router.pk).api_password == "very-clear-text"
