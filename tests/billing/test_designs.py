"""Designs are cleaned when they are saved, have names of their own, and one of them is usual."""

import pytest

from accounts.journal import person
from accounts.models import JournalEntry
from billing import designs
from billing.models import Design
from kmikro.lib.refusal import Refusal
from tests.factories import NOW

pytestmark = pytest.mark.django_db
HTML = "<b>{{ code }}</b><script>x</script>"


@pytest.fixture
def ana(people):
    return person(people["owner"])


def test_made_changed_and_removed(ana):
    made = designs.make("  Kiosk \n one ", "roll58", HTML, by=ana, now=NOW)
    assert (made.name, made.html) == ("Kiosk one", "<b>{{ code }}</b>")
    with pytest.raises(Refusal) as refused:
        designs.make("Kiosk one", "a4", HTML, by=ana, now=NOW)
    assert refused.value.code == "name_taken"
    designs.change(made, "Kiosk", "label", "<i>{{ code }}</i>", by=ana, now=NOW)
    made.refresh_from_db()
    assert (made.name, made.paper, made.html) == ("Kiosk", "label", "<i>{{ code }}</i>")
    designs.remove(made, by=ana, now=NOW)
    assert not Design.objects.exists()
    verbs = list(JournalEntry.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["design.create", "design.change", "design.remove"]


@pytest.mark.parametrize(
    ("name", "paper", "html", "field"),
    [(" ", "a4", HTML, "name"), ("x", "a3", HTML, "paper"), ("x", "a4", "no field", "html")],
)
def test_nonsense_is_refused(ana, name, paper, html, field):
    with pytest.raises(Refusal) as refused:
        designs.make(name, paper, html, by=ana, now=NOW)
    assert refused.value.field == field
    assert not Design.objects.exists()


def test_there_are_not_too_many(ana, monkeypatch):
    monkeypatch.setattr(designs, "MOST", 1)
    designs.make("One", "a4", HTML, by=ana, now=NOW)
    with pytest.raises(Refusal, match="Remove one"):
        designs.make("Two", "a4", HTML, by=ana, now=NOW)


def test_the_usual_one(ana):
    assert (designs.rules().paper, designs.rules().design) == ("a4", None)
    made = designs.make("Kiosk", "roll80", HTML, by=ana, now=NOW)
    designs.choose("a4", made, by=ana, now=NOW)
    assert (designs.rules().paper, designs.rules().design) == ("roll80", made)
    designs.remove(made, by=ana, now=NOW)
    assert (designs.rules().paper, designs.rules().design) == ("roll80", None)
    designs.choose("label", None, by=ana, now=NOW)
    assert designs.rules().paper == "label"
    with pytest.raises(Refusal):
        designs.choose("a3", None, by=ana, now=NOW)
