"""The kit: what the policy forbids never appears, and every input is wired to its label, hint and error."""

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.template.loader import get_template
from django.test import RequestFactory

from kmikro.ui.states import STATES
from tests.ui.sample import PlanForm, forbidden, kit_page, render, render_file

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
ERRORS = ["400", "403", "403_csrf", "404", "429", "500", "503"]


class Ids(HTMLParser):
    """Collects ids and the ids that are referred to."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.used: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in {"for", "aria-describedby", "aria-labelledby", "commandfor", "data-copy"}:
                self.used += (value or "").split()


def test_a_page_of_every_component_obeys_the_policy() -> None:
    assert forbidden(kit_page()) == []


@pytest.mark.parametrize(
    "bad",
    [
        '<p style="a">',
        '<a onclick="x()">',
        "<script>x</script>",
        '<b hx-on:click="x">',
        '<img src="https://cdn.x/a">',
    ],
)
def test_the_policy_check_sees_what_is_forbidden(bad: str) -> None:
    assert forbidden(bad)


def test_no_template_file_holds_what_the_policy_forbids() -> None:
    assert {
        path.name: found for path in TEMPLATES.rglob("*.html") if (found := forbidden(path.read_text()))
    } == {}


def test_every_reference_on_a_page_has_its_target_and_no_id_is_twice() -> None:
    page = Ids()
    page.feed(kit_page())
    assert set(page.used) - set(page.ids) - {"dialog-title"} == set()
    assert len(page.ids) == len(set(page.ids))


def test_names_are_escaped() -> None:
    assert "Savanna &lt;Net&gt;" in kit_page()
    assert "Savanna <Net>" not in kit_page()


def test_a_wrong_field_is_described_by_hint_and_error() -> None:
    html = render("{% field form.name %}")
    assert 'aria-describedby="id_name-hint id_name-error"' in html
    assert 'aria-invalid="true"' in html
    assert '<label for="id_name">' in html
    assert '<p class="error" id="id_name-error">' in html


def test_a_right_field_has_neither_error_nor_invalid() -> None:
    html = render("{% field form.name %}", form=PlanForm())
    assert "aria-invalid" not in html
    assert 'aria-describedby="id_name-hint"' in html


def test_affixes_stand_around_the_input_and_the_wrapper_shows_the_error() -> None:
    html = render('{% field form.price before="KSh" after="a month" %}')
    assert re.search(
        r'<div class="affix" data-invalid><span>KSh</span><input[^>]*><span>a month</span>', html
    )


def test_choices_are_a_fieldset_with_title_and_detail() -> None:
    html = render("{% field form.bundle %}")
    assert html.count('class="radio mt-px"') == 2
    assert "<legend" in html
    assert "1 hour</b>" in html and "KSh 20</span>" in html


def test_an_optional_field_says_so_and_a_switch_is_a_switch() -> None:
    assert "optional" in render("{% field form.site %}")
    assert 'role="switch"' in render('{% field form.sell kind="switch" %}')
    assert "label" not in render("{% field form.key %}")


def test_the_error_summary_counts_links_and_takes_the_focus() -> None:
    html = render("{% error_summary form %}")
    assert "3 things to fix" in html
    assert 'href="#id_name"' in html
    assert 'role="alert" tabindex="-1" data-focus' in html
    assert render("{% error_summary form %}", form=PlanForm()).strip() == ""


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_drawn_with_an_icon_and_a_word(state: str) -> None:
    html = render("{% pill state %}", state=state)
    assert "<svg" in html
    assert STATES[state].label in html


def test_an_unknown_state_is_neutral_and_a_mapping_is_taken_as_it_is() -> None:
    assert render('{% pill "odd_one" %}').count("pill-") == 0
    assert "Odd one" in render('{% pill "odd_one" %}')
    html = render("{% pill shown %}", shown={"tone": "bad", "icon": "ban", "label": "<b>"})
    assert "pill-bad" in html and "&lt;b&gt;" in html


def test_a_lamp_without_a_word_is_named_and_one_beside_a_word_is_hidden() -> None:
    assert 'role="img" aria-label="Online"' in render('{% led "ok" "Online" %}')
    assert 'aria-hidden="true"' in render('{% led "ok" %}')


def test_the_query_changes_one_key_keeps_the_rest_and_forgets_the_page() -> None:
    request = RequestFactory().get("/x/?state=used&page=3&q=a%26b")
    assert render('{% query state="new" %}', request=request) == "?state=new&amp;q=a%26b"
    assert render("{% query state=None page=4 %}", request=request) == "?page=4&amp;q=a%26b"


def test_the_pager_says_where_we_are_and_disables_what_is_not_there() -> None:
    html = render('{% include "components/pager.html" with target="#list" %}')
    assert "11–20 of 538" in html.replace("&#x27;", "'")
    assert 'rel="prev"' in html and 'rel="next"' in html
    first = render('{% include "components/pager.html" with page=None next_url="?cursor=x" %}')
    assert 'href="?cursor=x"' in first
    assert 'aria-disabled="true"' in first


def test_the_age_of_a_moment_has_the_exact_time_beside_it() -> None:
    html = render("{% when moment %}", moment=datetime.now(UTC) - timedelta(seconds=125))
    assert ">2\u00a0min ago</time>" in html
    assert "datetime=" in html and "title=" in html
    assert render('{% when None "never" %}') == "never"


def test_a_trace_says_each_result_in_words() -> None:
    html = render('{% include "components/trace.html" %}')
    assert [word for word in ("Done:", "Now:", "Failed:", "Not reached:") if word not in html] == []


def test_the_confirm_page_works_without_script() -> None:
    html = render_file(
        "components/confirm_page.html",
        title="Disconnect?",
        action="/go/",
        verb="Disconnect",
        cancel_url="/back/",
    )
    assert '<form method="post" action="/go/">' in html
    assert "csrfmiddlewaretoken" in html
    assert 'href="/back/"' in html
    assert html.count("<h1") == 1


def test_the_shell_marks_the_current_page_in_both_navigations() -> None:
    html = kit_page()
    current = r'<a (?:class="nav-item" )?href="/vouchers/" aria-current="page">'
    assert len(re.findall(current, html)) == 2
    assert html.count('<a href="/settings/"') == 1


def test_the_theme_comes_from_the_cookie_or_from_the_device() -> None:
    assert '<html lang="en" data-theme="dark">' in kit_page(theme="dark")
    assert '<html lang="en">' in kit_page(theme="")


def test_messages_of_failure_stay_and_those_of_success_fade() -> None:
    good = Message(constants.SUCCESS, "Saved")
    bad = Message(constants.ERROR, "Not sent")
    html = kit_page(messages=[good, bad])
    assert re.search(r"data-fades>(?:(?!</div>).)*Saved", html)
    assert re.search(r'<div class="toast" role="alert">(?:(?!</div>).)*Not sent', html)


@pytest.mark.parametrize("name", ERRORS)
def test_error_pages_need_no_request_and_no_database(name: str) -> None:
    html = get_template(f"errors/{name}.html").render({"request_id": "7f3a9c"})
    assert forbidden(html) == []
    assert "7f3a9c" in html
    assert html.count("<h1") == 1


def test_landing_obeys_the_policy_and_has_a_rack_of_four() -> None:
    html = render_file("public/landing.html")
    assert forbidden(html) == []
    assert html.count('class="faceplate"') == 4
