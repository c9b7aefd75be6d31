"""Templates change what many routers should be, and no router that could not be so."""

from typing import Any

import pytest

from kmikro.lib.refusal import Refusal
from routers import templating
from routers.models import Router, Template
from tests import factories as make
from tests.routers.test_offering import BY
from tests.routers.test_offers import GOOD

QUEUE = [{"kind": "queue", "key": "all", "values": {"target": "{lan}", "download": "50M"}}]


@pytest.fixture
def gate(inside_isp: Any) -> Router:
    return make.make_router(name="Gate")


def test_a_change_names_the_routers_that_differ(gate: Router) -> None:
    template = templating.make("Cafe", note="For cafes", offers=QUEUE, **BY)
    assert templating.change(template, name="Cafe", note="", offers=[], **BY) == []
    templating.change(template, name="Cafe", note="", offers=QUEUE, **BY)
    templating.apply(gate, template, values={"lan": "10.5.50.0/24"}, **BY)
    assert Router.objects.get(pk=gate.pk).written_menus == ["/queue/simple"]
    assert templating.change(template, name="Caffe", note="", offers=QUEUE, **BY) == []
    faster = [{**QUEUE[0], "values": {"target": "{lan}", "download": "90M"}}]
    assert templating.change(template, name="Cafe", note="", offers=faster, **BY) == [gate]


def test_what_a_router_could_not_be_is_refused(gate: Router) -> None:
    template = templating.make("Cafe", offers=QUEUE, **BY)
    with pytest.raises(Refusal, match="lan"):
        templating.apply(gate, template, values={}, **BY)
    templating.apply(gate, template, values={"lan": "10.5.50.0/24"}, **BY)
    more = [*QUEUE, {"kind": "dhcp", "key": "d", "values": {**GOOD["dhcp"], "network": "{net}"}}]
    with pytest.raises(Refusal, match="Gate: Say what {net}"):
        templating.change(template, name="Cafe", note="", offers=more, **BY)
    with pytest.raises(Refusal, match="Gate: all"):
        templating.apply(gate, template, values={"lan": "not a network!"}, **BY)


def test_a_template_in_use_stays(gate: Router) -> None:
    template = templating.make("Cafe", offers=[], **BY)
    templating.apply(gate, template, values={}, **BY)
    with pytest.raises(Refusal, match="Gate use it"):
        templating.remove(template, **BY)
    templating.apply(gate, None, values={}, **BY)
    templating.remove(template, **BY)
    assert not Template.objects.exists()


def test_values_of_a_site_reach_its_routers(gate: Router) -> None:
    template = templating.make("Cafe", offers=QUEUE, **BY)
    assert templating.settle_site(gate.site, {"lan": "10.5.50.0/24"}, **BY) == []
    templating.apply(gate, template, values={}, **BY)
    assert templating.settle_site(gate.site, {"lan": "10.6.50.0/24"}, **BY) == [gate]
    with pytest.raises(Refusal, match="Gate"):
        templating.settle_site(gate.site, {}, **BY)


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "a\x07b"])
def test_names(inside_isp: Any, name: str) -> None:
    with pytest.raises(Refusal):
        templating.make(name, **BY)
    templating.make("Cafe", **BY)
    with pytest.raises(Refusal, match="already"):
        templating.make("Cafe", **BY)
