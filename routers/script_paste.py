"""The block to paste where a router may not download: it looks, makes our access, and prints one line to carry back.

It is one pair of braces: a terminal runs nothing of it before the last one is there, so a paste that was cut short
changes nothing; and what stops the block stops all of it, where loose lines would go on after an error.
"""

from dataclasses import dataclass, field

from routers import rows, script, script_looks

MARKED = f"comment={script.quote(f'{rows.MARK}:radius')}"


@dataclass(frozen=True, slots=True)
class Block:
    """What the block carries."""

    access: script.Enrolment
    looks: script_looks.Looks
    stamp: str  # what the line begins with: which router of ours, which block
    radius_secret: str = field(repr=False)
    radius_auth_port: int
    radius_acct_port: int
    services: str


def block(wish: Block) -> str:
    """The text to paste, with a last line end so that the closing brace is entered too."""
    body = [
        *script_looks.looks(wish.looks),
        *script.people(wish.access),
        *script.api_service([f":error {script.quote(script.NO_CERTIFICATE)}"], six=wish.access.six),
        *wish.access.more,
        *script.doors(wish.access),
        *_radius(wish),
        *_line(wish.stamp),
    ]
    return typeable("{\n" + "\n".join(body) + "\n}\n")


def typeable(text: str) -> str:
    """The same script without the sign that a terminal takes as a call for help, in strings too on RouterOS 6."""
    return text.replace("\\?", "\\3F")


def _radius(wish: Block) -> list[str]:
    """The server as the first comparison would write it; that one puts right what versions differ in."""
    q = script.quote
    values = (
        f"service={wish.services} address={q(wish.access.server)} secret={q(wish.radius_secret)} "
        f"authentication-port={wish.radius_auth_port} accounting-port={wish.radius_acct_port} timeout=3s disabled=no"
    )
    return [
        f":if ([:len [/radius find where {MARKED}]] = 0) do={{",
        f"  /radius add {values} {MARKED}",
        f"}} else={{ /radius set [find where {MARKED}] {values} }}",
        f"/radius incoming set accept=yes port={wish.access.coa_port}",
    ]


def _line(stamp: str) -> list[str]:
    """No blank in it: a terminal breaks long lines, and whoever copies them gets the breaks."""
    return [
        ':local serial ""',
        ':do { :set serial [/system routerboard get serial-number] } on-error={ :set serial "" }',
        ':local until [:find $version " "]',
        ":local bare $version",
        ":if ([:len $until] > 0) do={ :set bare [:pick $version 0 $until] }",
        ':put "Done. Copy the next line, all of it, into the page in your browser:"',
        f':put ({script.quote(stamp + ":")} . $bare . ":" . $serial . ":" . $port . ":" . $pin . ":end")',
    ]
