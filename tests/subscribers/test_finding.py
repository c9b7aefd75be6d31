"""People are found by whatever is typed; parts are found in indexes, by one statement."""

import pytest
from django.db import connection

from subscribers import finding, queries
from tests.factories import make_device, make_service, make_subscriber

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside_isp")]


@pytest.mark.parametrize(
    "text", ["wanj", "WANJIKU", "0722 418", "+254 722 418 906", "722418906", "77001", "7700", "otieno & sons", "wan@exam",
             "ana.home", "aabb.cc00.0009", "AA-BB-CC-00-00-09"],
)  # fmt: skip
def test_ways(text: str) -> None:
    ana = make_subscriber(
        name="Ana Wanjiku", phone="0722 418 906", email="wan@example.test", account_number="77001", legal_name="Otieno & Sons"
    )  # fmt: skip
    make_device(
        service=make_service(kind="account", subscriber=ana, label="ana.home"), mac="AA:BB:CC:00:00:09"
    )
    make_subscriber(name="Beto", phone="0733 000 001")
    assert list(queries.people(text)) == [ana]
    assert finding.first(text, 5) == [ana]


def test_exact_names_first_and_merged_ones_never() -> None:
    shop = make_subscriber(name="Shop")
    for number in range(3):
        make_subscriber(name=f"A shop {number}")
    make_subscriber(name="Shop", merged_into=shop)
    found = finding.first("shop", 3)
    assert (found[0], len(found)) == (shop, 3)
    assert queries.people("shop").count() == 4


@pytest.mark.parametrize("text", ["%", "_", "\\", "'", '"', "0", "💥", "a" * 100])
def test_what_means_something_to_a_database_is_text(text: str) -> None:
    make_subscriber(name="Ana", phone="")
    assert finding.first(text, 5) == []
    assert list(queries.people(text)) == []


def test_parts_of_names_and_numbers_have_an_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() AND indexdef LIKE '%trgm%'"
        )
        names = {row[0] for row in cursor.fetchall()}
    assert names == {
        "subscriber_name_parts", "subscriber_legal_parts", "phone_parts", "email_parts", "service_label_parts",
    }  # fmt: skip
