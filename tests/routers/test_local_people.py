"""Accounts on the router itself: a row each, secrets unseen, and a second look finds nothing to do, however many."""

from dataclasses import replace

from routers import lines, local_people, plan, planning
from routers.local_people import Person
from tests.routers.test_offer_rows import of, world
from tests.routers.test_offers import made

MENUS = local_people.MENUS


def people(count: int) -> tuple[Person, ...]:
    return tuple(
        Person(n, f"user{n}", f"hush{n}", plan=n % 3, upload_bps=1_000_000, download_bps=5_000_000)
        for n in range(count)
    )


def test_two_thousand_are_written_once() -> None:
    here = world()
    wanted = replace(of(made("pppoe")), people=people(2_000))
    steps = planning.steps(wanted, here.facts(), force=True)
    told = " ".join([plan.sentence(step) for step in steps] + lines.lines(steps))
    assert "hush" not in told
    assert "hush" not in repr(wanted)
    here.apply(steps)
    assert planning.steps(wanted, here.facts()) == []
    assert sum(f.path == "/ppp/secret" for f in here.found) == 2_001  # and the one that was there


def test_who_is_paused_goes_and_who_pays_another_plan_changes_profile() -> None:
    here = world()
    first = people(4)
    here.apply(planning.steps(replace(of(made("pppoe")), people=first), here.facts(), force=True))
    after = (replace(first[0], plan=9), *first[2:])
    steps = planning.steps(replace(of(made("pppoe")), people=after), here.facts(), force=True)
    assert "Removes the PPP secret 1" in [plan.sentence(step) for step in steps]
    assert "Changes the PPP secret user0: profile kmikro-plan-9" in [plan.sentence(step) for step in steps]


def test_names_that_look_like_words_stay_texts_and_the_way_in_is_kept() -> None:
    odd = [
        Person(1, "yes", "a", 1),
        Person(2, "007", "b", 1, ppp=False),
        Person(3, "Muñoz", "c", 1, hotspot=False),
    ]
    here = world()
    wanted = replace(of(made("pppoe")), people=tuple(odd))
    here.apply(planning.steps(wanted, here.facts(), force=True))
    assert [f.values["name"] for f in here.found if f.path == "/ppp/secret"] == ["old", "yes", "Muñoz"]
    assert [f.values["name"] for f in here.found if f.path == "/ip/hotspot/user"] == ["yes", "007"]
    assert planning.steps(wanted, here.facts()) == []
