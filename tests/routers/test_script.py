"""Quoting survives the console; the script runs on a router, twice, and says what it is."""

import random
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routers import preflight, script
from routers.virtual import VirtualRouter
from routers.virtual.console import Console
from routers.virtual.device import SYSTEM, Device
from tests.addresses import own

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)
ATTACKS = (
    'a"; /user add name=x group=full; "',
    "$[/user remove 0]",
    '\\"; :error pwned; "',
    "[/system reboot]",
    "a\nb\r\n\tc",
    "\\",
    "?\x1b[31m",
    "Muñoz 日本 😀",
)


class Core(ThreadingHTTPServer):
    answer = b"go"
    told = b""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/e/token"


class Answering(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        told = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        assert isinstance(self.server, Core)
        self.server.told = told
        self.wfile.write(self.server.answer)

    def log_message(self, format: str, *args: object) -> None:
        """Test output is for results."""


def read_back(text: str) -> str:
    device = Device("127.0.0.1", "7.20.8 (stable)", 1.0)
    return Console(device, SYSTEM).execute(f":put {script.quote(text)}")


@given(TEXT)
def test_a_quoted_text_reads_back_as_itself(text: str) -> None:
    assert read_back(text) == text


@pytest.mark.parametrize("text", ATTACKS)
def test_nothing_breaks_out_of_a_quoted_text(text: str) -> None:
    assert read_back(text) == text


def test_a_thousand_strings_of_dangerous_signs_read_back() -> None:
    signs = '"\\$[](){};?=\n\r\t #ABn0é'
    chance = random.Random(35)
    texts = ["".join(chance.choices(signs, k=chance.randrange(1, 30))) for _ in range(1000)]
    assert read_back("".join(texts)) == "".join(texts)
    assert [read_back(text) for text in texts] == texts


@pytest.mark.parametrize("text", ["a\0b", "a\udcffb"])
def test_what_no_script_can_hold_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        script.quote(text)


@pytest.fixture
def core() -> Iterator[Core]:
    """A server that says `go`, or what the test wants, to every report."""
    server = Core(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join(5)
    server.server_close()


def wish(**changes: object) -> script.Enrolment:
    base = {
        "url": "http://127.0.0.1:9/e/token", "server": "127.0.0.1", "user": "kmikro", "password": "p" * 24,
        "coa_port": 3799, "interface": "bridge-lan",
    }  # fmt: skip
    return script.Enrolment(**{**base, **changes})  # type: ignore[arg-type]


def test_the_line_is_one_line_and_fits_a_terminal() -> None:
    line = script.one_line("https://ana.example.net/e/abc")
    assert line == (
        '/tool fetch url="https://ana.example.net/e/abc/kmikro.rsc" dst-path=kmikro.rsc check-certificate=yes; '
        ":delay 1s; /import file-name=kmikro.rsc; /file remove kmikro.rsc"
    )
    assert "check-certificate" not in script.one_line("http://ana.localhost:8000/e/abc")


def test_the_script_makes_the_user_and_doors_once_however_often_it_runs(core: Core) -> None:
    with VirtualRouter(address=own(41)) as router:
        router.paste('/ip firewall filter add chain=input action=drop comment="theirs"')
        text = script.enrolment(wish(url=core.url))
        for _ in range(2):
            assert router.paste(text).endswith("goes on by itself.")
        groups = [row for row in router.tree.rows("/user/group") if row["name"] == "kmikro"]
        users = [row for row in router.tree.rows("/user") if row["name"] == "kmikro"]
        assert len(groups) == len(users) == 1
        granted = {word for word in groups[0]["policy"].split(",") if not word.startswith("!")}
        assert granted == {"read", "write", "api", "sensitive", "ftp", "test"}
        assert users[0]["address"] == "127.0.0.1"
        rules = [row.get("comment", "") for row in router.tree.rows("/ip/firewall/filter")]
        assert rules == ["", "kmikro:api", "kmikro:coa", "theirs"]
        port = next(
            r["dst-port"] for r in router.tree.rows("/ip/firewall/filter") if r.get("comment") == "kmikro:api"
        )
        assert port == str(router.secure_port)
        made = router.tree.rows("/certificate")
        assert [row["name"] for row in made] == ["kmikro-api"]
        assert router.tree.find("/ip/service", name="api-ssl", certificate="kmikro-api", disabled="false")


def test_a_certificate_that_somebody_gave_to_the_api_stays(core: Core) -> None:
    with VirtualRouter(address=own(41)) as router:
        router.paste(
            "/certificate add name=theirs common-name=t key-size=prime256v1\n/certificate sign theirs\n"
            "/ip service set api-ssl certificate=theirs disabled=no"
        )
        router.paste(script.enrolment(wish(url=core.url)))
        assert [row["name"] for row in router.tree.rows("/certificate")] == ["theirs"]
        assert router.tree.find("/ip/service", name="api-ssl", certificate="theirs") is not None


def test_where_no_certificate_can_be_made_nothing_is_opened_and_the_page_is_told(core: Core) -> None:
    with VirtualRouter(address=own(41)) as router:
        router.paste("/ip service set api disabled=yes")
        text = script.enrolment(wish(url=core.url))
        said = router.paste(text.replace("key-size=prime256v1", "key-size=nonsense"))
        assert script.NO_CERTIFICATE in said
        assert core.told.endswith(b"\nproblem=certificate")
        for name in ("api", "api-ssl"):
            assert router.tree.find("/ip/service", name=name, disabled="true") is not None
        assert not [row for row in router.tree.rows("/ip/firewall/filter") if row.get("comment")]
        assert router.paste(text).endswith("goes on by itself.")
        assert b"problem" not in core.told


@pytest.mark.parametrize(
    ("policy", "strange"), [("read,ssh", True), ("read,policy,write", True), (script.POLICY, False)]
)
def test_a_group_of_six_is_told_by_its_rights(core: Core, policy: str, strange: bool) -> None:
    core.answer = b"Not now."
    with VirtualRouter(address=own(42), version="6.49.10 (long-term)") as router:
        router.paste(f"/user group add name=kmikro policy={policy}")
        router.paste(script.enrolment(wish(url=core.url, six=True)))
    told = preflight.read(core.told)
    assert len(told.many("rights")) == 1 and told.many("group") == ()
    assert bool(re.search(preflight.NEVER, told.one("rights"))) is strange


def test_an_old_router_is_told_and_left_alone() -> None:
    with VirtualRouter(address=own(42), version="6.49.10 (long-term)") as router:
        assert router.paste(script.enrolment(wish(url="http://127.0.0.1:9/e/t"))) != ""
        assert all(row["name"] != "kmikro" for row in router.tree.rows("/user"))


def left(router: VirtualRouter) -> dict[str, list[dict[str, str]]]:
    """What a script left, without ids, keys and the port of the web service, which differ by router."""
    hidden = (".id", "fingerprint", "serial-number", "pem", "key", "invalid-before", "invalid-after")
    return {
        path: [
            {name: value for name, value in row.items() if name not in hidden}
            for row in router.tree.rows(path)
            if row.get("name") != "www"
        ]
        for path in ("/user", "/user/group", "/ip/service", "/ip/firewall/filter", "/certificate")
    }


def test_no_answer_and_a_no_change_nothing(core: Core) -> None:
    with VirtualRouter(address=own(41)) as router:
        before = left(router)
        assert "connection failed" in router.paste(script.enrolment(wish()))
        core.answer = b"Hotspot: one is there."
        assert "Hotspot: one is there." in router.paste(script.enrolment(wish(url=core.url)))
        assert left(router) == before


def test_a_paste_that_was_cut_after_any_line_can_be_pasted_again(core: Core) -> None:
    text = script.enrolment(wish(url=core.url))
    lines = text.splitlines(keepends=True)
    first = next(number for number, line in enumerate(lines) if "$answer" in line and ":error" in line)
    with VirtualRouter(address=own(41), api_port=8728) as whole:
        whole.paste(text)
        wanted = left(whole)
    for cut in range(first, len(lines)):
        with VirtualRouter(address=own(41), api_port=8728) as router:
            for line in ["".join(lines[:cut]), text]:
                said = router.paste(line)
            assert said.endswith("goes on by itself."), cut
            assert left(router) == wanted, cut


@pytest.mark.parametrize("check", [True, False])
def test_a_script_checks_certificates_in_all_its_calls_or_in_none(check: bool) -> None:
    brought = script.Certificate("kmikro-radsec-1", "router-1")
    text = script.enrolment(
        wish(url="https://ana.example.net/e/t", certificate=brought, check_certificate=check)
    )
    said, other = ("yes", "no") if check else ("no", "yes")
    assert text.count(f"check-certificate={said}") == text.count("/tool fetch") == 5
    assert f"check-certificate={other}" not in text
