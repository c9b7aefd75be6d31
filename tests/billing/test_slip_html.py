"""A design keeps its looks and loses what could run, reach outside or lie; its fields are filled with text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing import designs, slip_html
from kmikro.lib.refusal import Refusal

CODE = "{{ code }}"


def test_looks_stay() -> None:
    kept = '<div style="color:#123456;border:1px solid rgb(1, 2, 3);width:calc(50% - 2mm)"><b>{{ code }}</b></div>'
    assert slip_html.clean(kept).replace(" ", "") == kept.replace(" ", "")
    assert slip_html.clean(designs.EXAMPLE).count("style=") == designs.EXAMPLE.count("style=")


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "<p onclick=alert(1)>x</p>",
        '<img src="http://evil.example/x.png">',
        '<img src="//evil.example/x.png">',
        '<img src="data:image/svg+xml;base64,PHN2Zz4=">',
        '<img src="data:text/html;base64,PHN2Zz4=">',
        '<a href="javascript:alert(1)">x</a>',
        "<style>p{background:url(http://evil.example)}</style>",
        '<p style="background-color:url(http://evil.example)">x</p>',
        '<p style="background-image:url(http://evil.example)">x</p>',
        r'<p style="color:u\72l(http://evil.example)">x</p>',
        '<p style="width:expression(alert(1))">x</p>',
        '<p style="position:fixed;z-index:9">x</p>',
        "<svg onload=alert(1)></svg>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        '<form action="http://evil.example"><input name="x"></form>',
        '<p class="btn" id="x" hx-get="/">x</p>',
        '<base href="http://evil.example/"><meta http-equiv="refresh" content="0;url=http://evil.example">',
        '<link rel="stylesheet" href="http://evil.example/x.css">',
    ],
)
def test_what_could_run_or_reach_outside_is_taken_out(evil: str) -> None:
    kept = slip_html.clean(evil + CODE)
    for word in (
        "alert",
        "evil",
        "url",
        "position",
        "script",
        "svg",
        "onclick",
        "hx-get",
        "class",
        "<a",
        "<form",
    ):
        assert word not in kept, kept


@given(st.text(max_size=300))
def test_what_is_kept_is_kept_again(typed: str) -> None:
    try:
        kept = slip_html.clean(typed + CODE)
    except Refusal:
        return
    assert slip_html.clean(kept) == kept


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("no code", "no_code"),
        ("{{ code }} {{ secret }}", "unknown_field"),
        ('{{ code }}<p style="color:{{ plan }}">x</p><img alt="{{ plan }}">', "field_in_attribute"),
        ("{{ code }}" + "x" * slip_html.LONGEST, "design_too_long"),
    ],
)
def test_designs_that_cannot_be_filled_are_refused(typed: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        slip_html.clean(typed)
    assert (refused.value.code, refused.value.field) == (code, "html")


def test_words_are_escaped_and_drawings_are_not() -> None:
    cleaned = slip_html.clean("{{code}} {{ plan }} {{ qr }} {{ use_by }}!")
    filled = slip_html.fill(cleaned, {"code": "CC-DD", "plan": '<b onclick="x">', "qr": "<svg></svg>"})
    assert filled == "CC-DD &lt;b onclick=&quot;x&quot;&gt; <svg></svg> !"


def test_a_word_that_looks_like_a_field_is_not_filled_again() -> None:
    assert slip_html.fill("{{ plan }}", {"plan": "{{ code }}", "code": "SECRET"}) == "{{ code }}"
