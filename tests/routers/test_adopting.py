"""Rows of others: taken over, given back byte for byte; what was not taken is never touched."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmikro.lib.refusal import Refusal
from routers import adopting, inventory, plan, planning, proposals, sync
from routers.facts import Facts
from routers.menus import TAKEN
from routers.models import Router, Taken
from routers.rows import Found, Original, Row
from tests import factories as make
from tests.routers.test_offer_rows import of, world
from tests.routers.test_offering import BY, NOW
from tests.routers.test_offers import made
from tests.routers.worlds import World

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=12)
MAYBE = st.one_of(st.just(""), TEXT)
ROWS = {
    "/ip/pool": st.fixed_dictionaries({"name": TEXT, "ranges": st.just("10.7.0.2-10.7.0.9"), "comment": MAYBE}),
    "/queue/simple": st.fixed_dictionaries(
        {"name": TEXT, "target": st.just("10.7.0.5/32"), "max-limit": st.sampled_from(["1000/2000", "0/0"]), "comment": MAYBE,
         "bytes": st.just("1/2"), "priority": st.sampled_from(["8/8", "1/1"])}
    ),
    "/ip/hotspot/user": st.fixed_dictionaries({"name": TEXT, "password": TEXT, "limit-uptime": st.just("1h"), "comment": MAYBE}),
    "/ip/hotspot": st.fixed_dictionaries({"name": TEXT, "interface": st.just("ether4"), "disabled": st.just("true")}),
    "/ip/firewall/filter": st.fixed_dictionaries(
        {"chain": st.sampled_from(["forward", "input"]), "action": st.sampled_from(["accept", "drop"]), "comment": MAYBE}
    ),
}  # fmt: skip
ROUTER = st.lists(
    st.sampled_from(sorted(ROWS)).flatmap(lambda path: st.tuples(st.just(path), ROWS[path])), max_size=10
)


def generated(rows: list[tuple[str, dict[str, str]]]) -> World:
    here = world()
    for number, (path, values) in enumerate(rows):
        kept = {name: value for name, value in values.items() if value}
        here.found.append(Found(path, f"*{0x40 + number:X}", {".id": f"*{0x40 + number:X}", **kept}))
    return here


@given(ROUTER, st.data())
def test_adopt_change_and_release_leave_a_router_as_it_was(
    rows: list[tuple[str, dict[str, str]]], data: st.DataObject
) -> None:
    here = generated(rows)
    before = list(here.found)
    may = [each for each in proposals.proposed(here.facts()) if each.may_take]
    picked = data.draw(st.lists(st.sampled_from(may), unique_by=lambda each: each.ref)) if may else []
    originals: list[Original] = []
    wanted: list[Row] = []
    for number, each in enumerate(picked):
        found = next(f for f in here.found if (f.path, f.id) == (each.path, each.id))
        original = adopting._without_secrets(found)
        key, values = proposals.key_for(each.path, original, f"t{number}")
        if any((o.path, o.key) == (each.path, key) for o in originals):
            continue  # two rows of one name in a menu that is marked by names: a real router has no such
        originals.append(Original(each.path, key, original))
        wanted.append(Row(each.path, key, values))
    wish = of(made("queue", "ours"), taken=tuple(wanted), originals=tuple(originals))
    here.apply(planning.steps(wish, here.facts(), force=True))
    assert planning.steps(wish, here.facts()) == []
    untouched = {(f.path, f.id) for f in before} - {
        (o.path, f.id) for o in originals for f in before if f.path == o.path
    }
    assert all(f in here.found for f in before if f.id and (f.path, f.id) in untouched)
    changed = tuple(
        Row(row.path, row.key, {**row.values, "max-limit": "7/7"}) if row.path == "/queue/simple" else row
        for row in wanted
    )
    here.apply(
        planning.steps(
            of(made("queue", "ours"), taken=changed, originals=tuple(originals)), here.facts(), force=True
        )
    )
    here.apply(
        planning.to_nothing(here.facts(), [Original(o.path, o.key, o.values, marked=True) for o in originals])
    )
    singles = {f.path for f in before if not f.id}
    assert [f for f in here.found if f.path not in singles] == [f for f in before if f.path not in singles]


def test_a_row_that_is_not_as_it_was_seen_is_not_taken() -> None:
    here = generated(
        [("/queue/simple", {"name": "boss", "target": "10.7.0.5/32", "max-limit": "1/1", "comment": ""})]
    )
    original = {"name": "boss", "target": "10.7.0.5/32", "max-limit": "2/2"}
    wish = of(
        taken=(Row("/queue/simple", f"{TAKEN}a", {**original, "comment": "kmikro:taken.a"}),),
        originals=(Original("/queue/simple", f"{TAKEN}a", original),),
    )
    wish = type(wish)(
        **{name: getattr(wish, name) for name in wish.__slots__} | {"menus": frozenset({"/queue/simple"})}
    )
    with pytest.raises(Refusal, match="Read the router again"):
        planning.steps(wish, here.facts())


@pytest.fixture
def gate(inside_isp: Any) -> Router:
    router = make.make_router(name="Gate", address="203.0.113.9", serial="")
    rows = {path: [Found(path, f.id, {**f.values, **({".id": f.id} if f.id else {})}) for f in table] for path, table in world().facts().tables.items()}  # fmt: skip
    inventory.keep(router.pk, Facts("7.20.8", "", rows), whole=True, now=NOW)
    return router


def wish_of(router: Router) -> Any:
    return sync.job_of(Router.objects.get(pk=router.pk), "ana.example.net", now=NOW).wish


def test_taken_marked_changed_and_given_back(gate: Router) -> None:
    here = world()
    before = here.others()
    assert adopting.take(gate, ["/queue/simple *1", "/ip/address *1", "/ppp/secret *1"], **BY) == 2
    steps = planning.steps(wish_of(gate), here.facts(), force=True)
    assert [plan.sentence(s) for s in steps if "taken over" in plan.sentence(s)] == [
        "Marks the queue boss as taken over",
        "Marks the PPP secret old as taken over",
    ]
    here.apply(steps)
    adopting.learned(gate, here.facts(), now=NOW)
    assert Taken.objects.filter(marked_at=NOW).count() == 2
    queue = Taken.objects.get(path="/queue/simple")
    assert adopting.change(queue, {"target": "10.5.50.7/32"}, **BY)
    assert not adopting.change(queue, {"target": "10.5.50.7/32"}, **BY)
    assert [name for name, _was, _now in adopting.differs(queue)] == ["target"]
    with pytest.raises(Refusal):
        adopting.change(queue, {"comment": "mine"}, **BY)
    here.apply(planning.steps(wish_of(gate), here.facts(), force=True))
    assert "10.5.50.7/32" in [f.values.get("target") for f in here.found]
    assert adopting.undo(queue, **BY)
    undone = planning.steps(wish_of(gate), here.facts(), force=True)
    assert [plan.path_of(step) for step in undone] == ["/queue/simple"]
    adopting.change(queue, {"target": "10.5.50.8/32"}, **BY)
    here.apply(planning.steps(wish_of(gate), here.facts(), force=True))
    for each in Taken.objects.all():
        assert adopting.give_back(each, **BY)
    back = planning.steps(wish_of(gate), here.facts(), force=True)
    assert {plan.sentence(step) for step in back} == {
        "Gives the queue boss back as it was",
        "Gives the PPP secret old back as it was",
    }
    here.apply(back)
    adopting.learned(gate, here.facts(), now=NOW)
    assert not Taken.objects.exists()
    assert [f for f in here.others() if f.id] == [f for f in before if f.id]
    assert planning.steps(wish_of(gate), here.facts()) == []


def test_a_second_press_takes_nothing_twice_and_rows_alike_are_each_taken_once(gate: Router) -> None:
    assert adopting.take(gate, ["/queue/simple *1"], **BY) == 1
    with pytest.raises(Refusal, match="already"):
        adopting.take(gate, ["/queue/simple *1"], **BY)
    assert Taken.objects.count() == 1
    alike = {"chain": "forward", "action": "accept", "protocol": "gre"}
    here = world()
    here.found += [Found("/ip/firewall/filter", f"*{n}", {".id": f"*{n}", **alike}) for n in ("A1", "A2")]
    inventory.keep(gate.pk, here.facts(), whole=True, now=NOW)
    both = ["/ip/firewall/filter *A1", "/ip/firewall/filter *A2"]
    assert adopting.take(gate, both[:1], **BY) == 1
    assert adopting.take(gate, both, **BY) == 1
    assert Taken.objects.filter(path="/ip/firewall/filter").count() == 2


def test_a_change_that_is_only_imagined_is_in_the_wish_and_is_not_kept(gate: Router) -> None:
    adopting.take(gate, ["/queue/simple *1"], **BY)
    held = Taken.objects.get()
    would_be = adopting.imagined(held, {"target": "10.5.50.7/32"})
    (row,) = sync.job_of(would_be, "ana.example.net", now=NOW).wish.taken
    assert row.values["target"] == "10.5.50.7/32"
    (row,) = wish_of(gate).taken
    assert row.values["target"] != "10.5.50.7/32"
    adopting.give_back(held, **BY)


def test_a_row_that_is_being_given_back_is_changed_no_more(gate: Router) -> None:
    adopting.take(gate, ["/queue/simple *1"], **BY)
    Taken.objects.update(leaving_at=NOW)
    with pytest.raises(Refusal, match="being given back"):
        adopting.change(Taken.objects.get(), {"target": "10.5.50.7/32"}, **BY)


def test_what_was_never_marked_is_simply_forgotten(gate: Router) -> None:
    adopting.take(gate, ["/queue/simple *1"], **BY)
    assert adopting.give_back(Taken.objects.get(), **BY) is False
    assert not Taken.objects.exists()
    with pytest.raises(Refusal, match="at least one"):
        adopting.take(gate, ["/ip/address *1"], **BY)


def test_a_menu_with_one_row_gets_back_what_it_had(gate: Router) -> None:
    here = world()
    here.found = [
        Found(f.path, f.id, {"servers": "8.8.8.8"}) if f.path == "/ip/dns" else f for f in here.found
    ]
    offer = made("dns")
    steps = planning.steps(of(offer), here.facts(), force=True)
    adopting.keep_singles(gate.pk, sync.singles(steps, here.facts()), now=NOW)
    here.apply(steps)
    adopting.keep_singles(gate.pk, sync.singles(steps, here.facts()), now=NOW)  # the first time counts
    kept = Taken.objects.get()
    assert kept.original == {"servers": "8.8.8.8", "allow-remote-requests": ""}
    here.apply(
        planning.steps(
            of(originals=(Original("/ip/dns", "", kept.original, marked=True),)), here.facts(), force=True
        )
    )
    assert next(f for f in here.found if f.path == "/ip/dns").values["servers"] == "8.8.8.8"
    adopting.learned(gate, here.facts(), now=NOW)
    assert not Taken.objects.exists()
