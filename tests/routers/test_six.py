"""RouterOS 6.49: what is wanted there, and every kind of work of ours on a virtual one, or a refusal in clear words."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from kmikro.lib.refusal import Refusal
from routers import backups, desired, device, drift, firmware, health, planning, six, sync, tools
from routers.plan import Set
from routers.rows import Found
from tests.addresses import own
from tests.faults_routers.scenes import shut_out
from tests.faults_routers.site import Site, hurried
from tests.routers.on_loopback import enrolled
from tests.routers.test_desired import facts, wish
from tests.routers.test_offers import made

VERSION = "6.49.10 (long-term)"
PAGES = ("alogin.html", "error.html", "login.html", "logout.html", "status.html")


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with hurried():
        there = Site(own(69), VERSION)
        yield there
        there.close()


def files(*names: str) -> dict[str, list[dict[str, str]]]:
    return {"/file": [{"name": f"kmikro/{name}", "type": ".html file", "contents": ""} for name in names]}


def built(**tables: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    there = facts(version=VERSION, tables=tables)
    return {row.key: dict(row.values) for row in desired.build(wish(), there) if row.path == "/file"}


def test_pages_are_written_where_the_router_made_them_and_what_is_beside_them_stays() -> None:
    assert built() == {}
    shown = built(**files(*PAGES, "rlogin.html", "img/user.svg"))
    assert sorted(shown) == sorted([*PAGES, "rlogin.html", "img/user.svg"])
    assert "contents" in shown["login.html"]
    assert shown["rlogin.html"] == {"name": "kmikro/rlogin.html"}


def test_a_page_that_is_gone_is_refused_with_the_fix() -> None:
    profile = {"/ip/hotspot/profile": [{"name": "kmikro", "html-directory": "kmikro"}]}
    with pytest.raises(Refusal, match="reset-html"):
        built(**files(*PAGES[1:]), **profile)
    assert built(**files(*PAGES), **profile)


def test_the_profile_names_its_own_folder_and_no_word_of_seven_is_wanted() -> None:
    rows = desired.build(wish(), facts(version=VERSION))
    profile = next(row.values for row in rows if row.path == "/ip/hotspot/profile")
    assert profile["html-directory"] == "kmikro"
    assert "html-directory-override" not in profile
    assert all("require-message-auth" not in row.values for row in rows)


def test_the_clock_has_places_for_two_addresses_and_names_beside() -> None:
    assert six.clock("9.9.9.9,pool.ntp.org,1.1.1.1,8.8.8.8,a.b").values == {
        "enabled": "true", "primary-ntp": "9.9.9.9", "secondary-ntp": "1.1.1.1",
        "server-dns-names": "pool.ntp.org,a.b",
    }  # fmt: skip
    assert six.clock("pool.ntp.org").values["primary-ntp"] == "0.0.0.0"


@pytest.mark.parametrize(("discipline", "fits"), [("cake", False), ("fq-codel", False), ("sfq", True)])
def test_queues_that_it_does_not_have_are_refused(discipline: str, fits: bool) -> None:
    offer = made("queue_type", "fair")
    offer = replace(offer, values={**offer.values, "discipline": discipline})
    six.check([offer], facts())
    if fits:
        six.check([offer], facts(version=VERSION))
    else:
        with pytest.raises(Refusal, match=f"has no {discipline}"):
            six.check([offer], facts(version=VERSION))


def test_only_pages_on_six_go_on_to_a_second_round() -> None:
    page = Set("*1", desired.Row("/file", "login.html", {}), {"contents": "x"})
    pool = Set("*1", desired.Row("/ip/pool", "kmikro", {}), {"ranges": "x"})
    assert six.goes_on(facts(version=VERSION), [page])
    assert not six.goes_on(facts(version=VERSION), [page, pool])
    assert not six.goes_on(facts(), [page])
    assert not six.is_six(facts(version="")), "unknown is not old"


def plan_of(site: Site) -> list[object]:
    with device.opened(site.target) as talk:
        return list(planning.steps(site.first, sync.read(talk), force=True))


def test_a_comparison_after_another_writes_nothing_and_a_guarded_change_uses_the_timer_alone(
    site: Site,
) -> None:
    assert plan_of(site) == []
    since = len(site.sent)
    assert site.push(site.second) == ""
    said = [f"{sent.path}/{sent.verb}" for sent in site.sent[since:]]
    assert said.count("/system/scheduler/add") >= 2
    assert not [word for word in said if word.startswith("/safe-mode")]
    assert "http://new.test/portal/x/" in site.router.web.page("login.html")
    assert site.push(site.second) == ""
    assert site.made(site.first) == ""
    assert plan_of(site) == []
    with device.opened(site.target) as talk:
        assert drift.look(talk, site.first)[1] == []


def test_a_rule_that_shuts_us_out_takes_itself_back(site: Site) -> None:
    found = shut_out(site, {}, first=True)
    assert not found.locked_out
    assert not found.mixed
    assert found.fired, "no safe mode: the timer alone did it"
    assert plan_of(site) == []


def test_a_push_that_is_cut_anywhere_leaves_no_mixed_state(site: Site) -> None:
    for cut in (25, 40, 60, 80):
        site.router.faults.cut_at_command = cut
        site.push(site.second)
        site.router.faults.cut_at_command = 0
        assert site.made(site.first) == "", cut
        assert plan_of(site) == [], cut


def test_readings_backups_versions_and_tools_work_there() -> None:
    with enrolled(104, version=VERSION) as (router, target):
        with device.opened(target) as talk:
            reading, front = health.measure(talk, extras=True)
            assert (reading.version, reading.temperature, reading.voltage) == (VERSION, 410, 241)
            assert (reading.hotspot, front) == (0, "uuuuu")
            kept = backups.take(talk, "kmikro")
            assert "/ip/pool\n" in kept.text
            assert kept.copy.content == ""
            assert "cannot give its own backup file" in kept.copy.note
            assert firmware.check(talk).installed == "6.49.10"
            assert tools.ping(talk, own(104)).cells
        said = {f"{sent.path}/{sent.verb}" for sent in router.commands}
        assert "/ping" in {word.replace("//", "/") for word in said}


def test_everything_of_ours_is_taken_off_again() -> None:
    with hurried():
        there = Site(own(105), VERSION)
        try:
            with device.opened(there.target) as talk:
                sync.release(talk, sync.Outcome())
            assert there.router.tree.find("/ip/hotspot/profile", name="kmikro") is None
            assert [row["name"] for row in there.router.tree.rows("/file") if "kmikro/" in row["name"]] == []
            assert {row.get("comment") for row in there.router.tree.rows("/radius")} == {"theirs"}
        finally:
            there.close()


def test_facts_of_no_file_make_no_page() -> None:
    there = desired.Facts(
        VERSION, "", {"/file": [Found("/file", "*1", {"name": "kmikro", "type": "directory"})]}
    )
    assert six.pages([], there, "kmikro") == []
