"""Text that a router runs: the one quoting function, the line to paste and the enrolment script.

Nothing here is built from text that an operator or a router typed without quote(); the script uses only commands
that every RouterOS 7 has, can run twice, and ends with a report.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from routers import rows

FILE, LOOSE = "kmikro.rsc", "kmikro-loose.rsc"  # the second checks no certificate of ours
SIX = "6.49"  # the one line of RouterOS 6 that we know
_CERTIFICATE = f"{rows.MARK}-api"  # of the API; made on the router
RENEWAL, PEM = "radsec.rsc", "radsec.pem"
# read, write: the hotspot menus. api: to sign in. sensitive: to see whether the RADIUS secret is still ours.
# ftp: to write the login pages. test: ping, path and the look at an interface.
# Not: policy (users), reboot (also resets a router), ssh, winbox, web: an operator grants those for a while.
NO_CERTIFICATE = "The certificate is not ready yet, so nothing was opened. Paste this again in a minute."
POLICY = "read,write,api,sensitive,ftp,test"
_LETTERS = {'"': '\\"', "\\": "\\\\", "$": "\\$", "?": "\\?", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def quote(text: str) -> str:
    """A RouterOS string literal that stands for text; refuses what no script can hold."""
    if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError("a script cannot hold this text")
    return '"' + "".join(_LETTERS.get(sign) or _plain(sign) for sign in text) + '"'


def _plain(sign: str) -> str:
    return f"\\{ord(sign):02X}" if ord(sign) < 0x20 or ord(sign) == 0x7F else sign


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the script carries; url is the address of this enrolment without a trailing slash."""

    url: str
    server: str  # the one address that may use the API user
    user: str
    password: str = field(repr=False)
    coa_port: int
    interface: str
    certificate: "Certificate | None" = None
    six: bool = False  # only what RouterOS 6.49 has
    check_certificate: bool = True
    more: tuple[str, ...] = ()  # lines of another module, after the API was opened
    link: str = ""  # the interface that they make

    @property
    def check(self) -> str:
        """Whether the router makes sure who answers, in RouterOS' words."""
        return check_word(self.url, self.check_certificate)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A client certificate to bring along: its name on the router, and the common name that is written in it."""

    name: str
    common_name: str


def check_word(url: str, wanted: bool = True) -> str:
    """Whether a fetch from there makes sure who answers."""
    return "yes" if wanted and url.startswith("https:") else "no"


def one_line(url: str, *, check_certificate: bool = True, file: str = FILE) -> str:
    """What a person pastes: fetch, run, forget the file with its secrets."""
    check = f" check-certificate={check_word(url, check_certificate)}" if url.startswith("https:") else ""
    return (
        f"/tool fetch url={quote(f'{url}/{file}')} dst-path={file}{check}; :delay 1s; "
        f"/import file-name={file}; /file remove {file}"
    )


def enrolment(wish: Enrolment) -> str:
    """The script of one enrolment."""
    q = quote
    post = f"/tool fetch url={q(f'{wish.url}/report')} http-method=post output=none check-certificate={wish.check}"
    lines = [
        "# K-Mikro Core: makes this router known to its service. It can be run again.",
        f"# It adds the group and user {wish.user}, opens the API for one address, and reports what this router is.",
        ":local version [/system resource get version]",
        ":local board [/system resource get board-name]",
        ":local name [/system identity get name]",
        ':local serial ""',
        ':do { :set serial [/system routerboard get serial-number] } on-error={ :set serial "" }',
        ':local facts ("version=" . $version . "\\nboard=" . $board . "\\nserial=" . $serial . "\\nidentity=" . $name)',
        ':local major [:tonum [:pick $version 0 [:find $version "."]]]',
        f":if ({'[:pick $version 0 4] != ' + q(SIX) if wish.six else '$major < 7'}) do={{",
        f'  {post} http-data=($facts . "\\nproblem=version")',
        f'  :error "This command is for RouterOS {SIX if wish.six else "7"}. Choose the one for yours on the page."',
        "}",
        *_preflight(wish),
        *people(wish),
        *api_service(
            [f'{post} http-data=($facts . "\\nproblem=certificate")', f":error {q(NO_CERTIFICATE)}"],
            six=wish.six,
        ),
        *wish.more,
        *doors(wish),
        ':local lan ""',
        f":foreach row in=[/ip address find where interface={q(wish.interface)}] do={{",
        "  :set lan [/ip address get $row address]",
        "}",
        *(
            [':local radsec ""']
            if wish.certificate is None
            else _certificate(wish.url, wish.certificate, wish.check)
        ),
        f'{post} http-data=($facts . "\\nport=" . $port . "\\npin=" . $pin . "\\nlan=" . $lan . "\\nradsec=" . $radsec)',
        ':put "Done. This router is known now; the page in your browser goes on by itself."',
    ]
    return "\n".join(lines) + "\n"


def people(wish: Enrolment) -> list[str]:
    """Our group and user, with the password of this script whatever it was before."""
    q = quote
    return [
        f":if ([:len [/user group find where name={q(wish.user)}]] = 0) do={{",
        f"  /user group add name={q(wish.user)} policy={POLICY}"
        + ("" if wish.six else f" comment={q(_mark('group'))}"),  # groups of 6 have none
        f"}} else={{ /user group set [find where name={q(wish.user)}] policy={POLICY}"
        + (" }" if wish.six else f" comment={q(_mark('group'))} }}"),
        f":if ([:len [/user find where name={q(wish.user)}]] = 0) do={{",
        (
            f"  /user add name={q(wish.user)} group={q(wish.user)} password={q(wish.password)} "
            f"address={q(wish.server)} comment={q(_mark('user'))}"
        ),
        (
            f"}} else={{ /user set [find where name={q(wish.user)}] group={q(wish.user)} password={q(wish.password)} "
            f"address={q(wish.server)} disabled=no }}"
        ),
    ]


def _preflight(wish: Enrolment) -> list[str]:
    """Tell what is there and ask whether to go on; until the answer nothing is changed. No answer is a no.

    Device mode came with RouterOS 7: it is asked for through :parse, which older ones survive.
    """
    q = quote
    lines = [':local told ($facts . "\\ndate=" . [/system clock get date])', ":local value"]
    for word, name in (
        ("mode", "mode"),
        ("flagged", "flagged"),
        ("mode-hotspot", "hotspot"),
        ("mode-scheduler", "scheduler"),
    ):
        lines += [
            ":do {",
            f"  :set value [:parse {q(f':return [/system device-mode get {name}]')}]",
            f'  :set told ($told . "\\n{word}=" . [$value])',
            "} on-error={}",
        ]
    user = f"name={q(wish.user)}"
    listed = (
        ("user", "/user", f" where {user}", ("comment",)),
        # Groups of 6 have no comment: there their rights tell whether they are ours.
        ("rights", "/user group", f" where {user}", ("policy",))
        if wish.six
        else ("group", "/user group", f" where {user}", ("comment",)),
        ("interface", "/interface", "", ("name",)),
        *((("link", "/interface", f" where name={q(wish.link)}", ("comment",)),) if wish.link else ()),
        ("address", "/ip address", " where !dynamic !disabled", ("address",)),
        ("hotspot", "/ip hotspot", "", ("interface", "name", "name")),
        (
            "pppoe",
            "/interface pppoe-server server",
            " where !disabled",
            ("interface", "comment", "service-name"),
        ),
        ("radius", "/radius", " where !disabled", ("service", "comment", "address")),
    )
    for word, menu, where, names in listed:
        values = ' . "\\\\" . '.join(f"[:tostr [{menu} get $row {name}]]" for name in names)
        lines += [
            ":do {",
            f'  :foreach row in=[{menu} find{where}] do={{ :set told ($told . "\\n{word}=" . {values}) }}',
            "} on-error={}",
        ]
    rules = "[:len [/ip firewall filter find where action=fasttrack-connection !disabled !dynamic]]"
    return [
        *lines,
        f':set told ($told . "\\nfasttrack=" . {rules})',
        (
            f":local answer ([/tool fetch url={q(f'{wish.url}/preflight')} http-method=post http-data=$told output=user "
            f'as-value check-certificate={wish.check}]->"data")'
        ),
        ':if ($answer != "go") do={ :error $answer }',
    ]


def api_service(refused: Sequence[str], *, six: bool = False) -> list[str]:
    """Open the API by TLS with a certificate whose key the router makes and keeps; never in clear.

    Where it cannot make one these lines are run, which end the script. A certificate that somebody gave to api-ssl
    before stays. Signing goes on in the background on slow boards.
    """
    key = "2048" if six else "prime256v1"
    listed = (
        "" if six else " !dynamic"
    )  # 6 lists no connections among the services, and has no such word there
    ours, own = quote(_CERTIFICATE), f"[/certificate find where name={quote(_CERTIFICATE)}]"
    return [
        ":local port 8729",
        ':local pin ""',
        ':local held ""',
        f':foreach service in=[/ip service find where name="api-ssl" !disabled{listed}] do={{',
        "  :set held [/ip service get $service certificate]",
        "}",
        ":do {",
        '  :if ($held = "" || $held = "none") do={',
        f"    :set held {ours}",
        f"    :if ([:len {own}] = 0) do={{",
        (
            f"      /certificate add name={ours} common-name={ours} days-valid=3650 key-size={key} "
            "key-usage=digital-signature,key-encipherment,tls-server"
        ),
        "    }",
        f"    :if ([:len [/certificate get {own} fingerprint]] = 0) do={{ /certificate sign {own} }}",
        "    :for second from=1 to=30 do={",
        f"      :if ([:len [/certificate get {own} fingerprint]] = 0) do={{ :delay 1s }}",
        "    }",
        "  }",
        "  :set pin [/certificate get [/certificate find where name=$held] fingerprint]",
        '} on-error={ :set pin "" }',
        ":if ([:len $pin] != 64) do={",
        *(f"  {line}" for line in refused),
        "}",
        f':foreach service in=[/ip service find where name="api-ssl"{listed}] do={{',
        "  /ip service set $service certificate=$held disabled=no",
        "  :set port [/ip service get $service port]",
        "}",
    ]


def renewal(url: str, certificate: Certificate) -> str:
    """The script that brings a router another certificate for RadSec and says so."""
    check = check_word(url)
    post = f"/tool fetch url={quote(f'{url}/radsec')} http-method=post output=none check-certificate={check}"
    lines = [
        "# K-Mikro Core: brings this router a certificate for RADIUS over TLS, and changes nothing else.",
        *_certificate(url, certificate, check),
        ':if ([:len $radsec] = 0) do={ :error "The certificate could not be imported. Make a new command." }',
        f'{post} http-data=("radsec=" . $radsec)',
        ':put "Done. The router is told to use it in a moment."',
    ]
    return "\n".join(lines) + "\n"


def _certificate(url: str, certificate: Certificate, check: str) -> list[str]:
    """Fetch, import, give it its name; $radsec stays empty when that fails, and RADIUS then goes by UDP.

    One file with two certificates: RouterOS numbers the names of what it imports in ways that differ by version.
    """
    q = quote
    name, first = q(certificate.name), q("_0$")
    return [
        ':local radsec ""',
        ":do {",
        f"  /tool fetch url={q(f'{url}/{PEM}')} dst-path={PEM} check-certificate={check}",
        "  :delay 1s",
        f'  /certificate import file-name={PEM} name={name} passphrase=""',
        f"  :if ([:len [/certificate find where name={name}]] = 0) do={{",
        f"    :foreach row in=[/certificate find where common-name={q(certificate.common_name)} name~{first}] do={{",
        f"      /certificate set $row name={name}",
        "    }",
        "  }",
        f"  :if ([:len [/certificate find where name={name}]] > 0) do={{ :set radsec {name} }}",
        '} on-error={ :set radsec "" }',
        f":do {{ /file remove {PEM} }} on-error={{}}",
    ]


def doors(wish: Enrolment) -> list[str]:
    """Accept rules for our one address, before the first drop: routers in factory state shut the uplink's side."""
    lines: list[str] = []
    for key, protocol, port in (("api", "tcp", "$port"), ("coa", "udp", str(wish.coa_port))):
        rule = (
            f"chain=input action=accept protocol={protocol} src-address={quote(wish.server)} dst-port={port} "
            f"comment={quote(_mark(key))}"
        )
        lines += [
            f":local {key} [/ip firewall filter find where comment={quote(_mark(key))}]",
            f":if ([:len ${key}] > 0) do={{ /ip firewall filter remove ${key} }}",
            ":local drops [/ip firewall filter find where chain=input action=drop !dynamic]",
            ":if ([:len $drops] > 0) do={",
            f"  /ip firewall filter add {rule} place-before=[:pick $drops 0]",
            f"}} else={{ /ip firewall filter add {rule} }}",
        ]
    return lines


def _mark(key: str) -> str:
    return f"{rows.MARK}:{key}"
