"""The script language and what a pasted line does."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from routers.virtual import VirtualRouter
from tests.addresses import own


@pytest.mark.parametrize(
    ("script", "output"),
    [
        (':local a "x"; :put ($a . "-" . 5)', "x-5"),
        (':put "say \\"hi\\" \\$5 \\\\ \\41"', 'say "hi" $5 \\ A'),
        (":if ([:len [/ip address find]] = 2) do={ :put two } else={ :put more }", "two"),
        (":put [/system/identity/get name]", "MikroTik"),
        (":put [/ip address get [find interface=ether1] address]", "OWN/8"),
        (":do { :error bad } on-error={ :put caught }", "caught"),
        (":foreach i in={1;2} do={ :put $i }", "1\n2"),
        (":local n 0; :while ($n < 3) do={ :set n ($n + 1) }; :put $n", "3"),
        (':onerror e in={ :error "why" } do={ :put $e }', "why"),
        ('# comment\n/system identity\nset name="a b"\n:put [get name]', "a b"),
        (':put [:len [/interface find where name~"^ether" and !disabled]]', "5"),
        (':put [:len [/interface find where (name="ether1" or name="ether2")]]', "2"),
        ("/ip pool remove [find name=none]", ""),
        ("/ip adress print", "bad command name adress (line 1 column 1)"),
        ("/ip address add adress=1", "expected end of command (line 1 column 1)"),
        (':put "open', "syntax error (line 1 column 11)"),
    ],
)
def test_scripts_do_what_they_say(router: VirtualRouter, script: str, output: str) -> None:
    assert router.paste(script) == output.replace("OWN", own(77))


def test_an_error_stops_the_script_and_is_logged(router: VirtualRouter) -> None:
    said = router.paste(":put one\n/ip address add address=bad interface=ether1\n:put two")
    assert said == "one\ninvalid value for argument address"
    assert "invalid value for argument address" in router.device.lines[-1].message


def test_syntax_errors_run_nothing(router: VirtualRouter) -> None:
    router.paste("/system identity set name=changed\n:if (")
    assert router.device.identity == "MikroTik"


def test_rights_are_those_of_the_user(router: VirtualRouter) -> None:
    router.paste('/user add name=eye group=read password="x"')
    assert router.paste("/system identity set name=x", user="eye") == "not enough permissions (9)"


class _Core(BaseHTTPRequestHandler):
    seen: ClassVar[list[tuple[str, str, str, bytes]]] = []

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self._take(b"")
        self._answer(
            b"/system identity set name=enrolled\n" if self.path.startswith("/e/") else b"",
            self.path != "/no",
        )

    def do_POST(self) -> None:
        self._take(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer(b"ok", True)

    def _take(self, body: bytes) -> None:
        self.seen.append((self.path, self.headers["Host"], self.client_address[0], body))

    def _answer(self, body: bytes, good: bool) -> None:
        self.send_response(200 if good else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def core() -> Iterator[int]:
    _Core.seen.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Core)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_enrolment_line_fetches_and_imports(router: VirtualRouter, core: int) -> None:
    said = router.paste(
        f'/tool fetch url="http://demo.localhost:{core}/e/TOKEN" dst-path=kmikro.rsc; '
        "/import file-name=kmikro.rsc; /file remove kmikro.rsc"
    )
    assert "status=finished" in said
    assert _Core.seen == [("/e/TOKEN", f"demo.localhost:{core}", own(77), b"")]
    assert router.device.identity == "enrolled"
    assert router.tree.find("/file", name="kmikro.rsc") is None


def test_fetch_posts_and_gives_data(router: VirtualRouter, core: int) -> None:
    said = router.paste(
        f':local r [/tool/fetch url="http://127.0.0.1:{core}/p" http-method=post http-data=("a=" . 1) '
        'http-header-field="X-A: b" output=user as-value]; :put ($r->"data")'
    )
    assert said == "ok"
    assert _Core.seen[0][3] == b"a=1"


def test_fetch_failures_have_the_words_of_routers(router: VirtualRouter, core: int) -> None:
    assert router.paste(f'/tool fetch url="http://127.0.0.1:{core}/no"') == "failure: Status 404, Not Found"
