"""The pasted block: it looks first, a cut paste changes nothing, and a run that broke off can be pasted again."""

import pytest
from hypothesis import given

from routers import pasted, preflight, script, script_paste
from routers.script_looks import Looks
from routers.virtual import VirtualRouter
from routers.virtual.console import Console
from routers.virtual.device import SYSTEM, Device
from routers.virtual.terminal import Terminal
from routers.virtual.traps import Trap
from tests.addresses import own
from tests.routers.test_script import TEXT

STAMP = pasted.stamp("0123456789", "0123456789abcdef")
SEVEN, SIX = "7.20.8 (stable)", "6.49.10 (long-term)"
WATCHED = (
    "/user", "/user/group", "/ip/service", "/ip/firewall/filter", "/certificate", "/radius",
)  # fmt: skip


def block(*, six: bool = False, **intent: object) -> str:
    wanted = {
        "interface": "bridge-lan", "services": frozenset({"hotspot"}), "user": "kmikro", **intent,
    }  # fmt: skip
    return script_paste.block(
        script_paste.Block(
            access=script.Enrolment(
                "", "127.0.0.1", "kmikro", 'p"?$[x]' + "p" * 20, 3799, "bridge-lan", six=six
            ),
            looks=Looks(preflight.Intent(**wanted), six=six),  # type: ignore[arg-type]
            stamp=STAMP,
            radius_secret='s"?$\\' + "s" * 20,
            radius_auth_port=1812,
            radius_acct_port=1813,
            services="hotspot",
        )
    )


def off(version: str = SEVEN) -> VirtualRouter:
    """A router with no door open and none that opens: a terminal needs none."""
    router = VirtualRouter(address=own(48), version=version)
    router.device.on_change.clear()
    return router


def left(router: VirtualRouter) -> dict[str, list[dict[str, str]]]:
    hidden = (".id", "fingerprint", "serial-number", "pem", "key", "invalid-before", "invalid-after")
    return {
        path: [
            {name: value for name, value in row.items() if name not in hidden}
            for row in router.tree.rows(path)
            if row.get("name") != "www"
        ]
        for path in WATCHED
    } | {"/radius/incoming": [dict(router.tree.singles["/radius/incoming"])]}


@pytest.mark.parametrize("version", [SEVEN, "7.12.2 (stable)", SIX])
def test_the_block_makes_our_access_and_prints_the_line_to_carry_back(version: str) -> None:
    with VirtualRouter(address=own(48), version=version) as router:
        router.paste('/ip firewall filter add chain=input action=drop comment="theirs"')
        for _ in range(2):
            said = router.terminal().enter(block(six=version == SIX)).splitlines()
            assert not [line for line in said if line.startswith(("STOP", "LOOK"))], said
            line = pasted.read(said[-1])
            assert (line.version, line.serial) == (version.split(" ")[0], router.device.serial)
        made = router.tree.find("/certificate", name="kmikro-api")
        assert made is not None
        assert (line.port, line.pin) == (router.secure_port, made["fingerprint"])
        assert router.tree.find("/ip/service", name="api-ssl", certificate="kmikro-api", disabled="false")
        users = [row for row in router.tree.rows("/user") if row["name"] == "kmikro"]
        assert [row["password"] for row in users] == ['p"?$[x]' + "p" * 20]
        rules = [row.get("comment", "") for row in router.tree.rows("/ip/firewall/filter")]
        assert rules == ["", "kmikro:api", "kmikro:coa", "theirs"]
        (radius,) = router.tree.rows("/radius")
        assert (radius["secret"], radius["service"], radius["comment"]) == (
            's"?$\\' + "s" * 20, "hotspot", "kmikro:radius",
        )  # fmt: skip
        assert router.tree.singles["/radius/incoming"]["accept"] == "true"


@pytest.mark.parametrize("version", [SEVEN, SIX])
@given(text=TEXT)
def test_a_quoted_text_survives_a_terminal(version: str, text: str) -> None:
    terminal = Terminal(Device("127.0.0.1", version, 1.0), SYSTEM)
    assert terminal.enter(script_paste.typeable(f":put {script.quote(text)}")) == text
    assert not terminal.is_waiting


def test_no_secret_is_printed() -> None:
    said = off().terminal().enter(block())
    assert said.endswith(":end")
    assert "pppp" not in said
    assert "ssss" not in said


@pytest.mark.parametrize("version", [SEVEN, SIX])
def test_a_paste_that_was_cut_after_any_line_changes_nothing_and_can_be_pasted_again(version: str) -> None:
    text = block(six=version == SIX)
    lines = text.splitlines(keepends=True)
    router = off(version)
    before = left(router)
    terminal = router.terminal()
    for cut in range(1, len(lines)):
        assert terminal.enter("".join(lines[:cut])) == ""
        assert terminal.is_waiting
        assert left(router) == before, cut
        terminal.interrupt()
    assert terminal.enter(text).endswith(":end")


@pytest.mark.parametrize("version", [SEVEN, SIX])
def test_a_run_that_broke_off_after_any_line_can_be_pasted_again(version: str) -> None:
    text = block(six=version == SIX)
    lines = text.splitlines(keepends=True)[1:-1]
    first = next(number for number, line in enumerate(lines) if "/user group find" in line and ":if" in line)
    whole = off(version)
    assert whole.terminal().enter(text).endswith(":end")
    wanted, tried = left(whole), 0
    for cut in range(first, len(lines)):
        router = off(version)
        try:  # power went away after that line had run
            Console(router.device, router.device.caller("admin", "console")).execute("".join(lines[:cut]))
        except Trap:
            continue  # not the end of a command: a terminal would have run nothing of it
        tried += 1
        assert router.terminal().enter(text).endswith(":end"), cut
        assert left(router) == wanted, cut
    assert tried > 20


def test_where_no_certificate_can_be_made_nothing_is_opened_in_clear() -> None:
    router = off()
    router.paste("/ip service set api disabled=yes")
    said = router.terminal().enter(block().replace("key-size=prime256v1", "key-size=nonsense"))
    assert said.endswith("Paste this again in a minute.")
    assert router.tree.find("/ip/service", name="api", disabled="true") is not None
    assert router.tree.rows("/radius") == []
