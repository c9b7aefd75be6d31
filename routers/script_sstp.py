"""The lines of the enrolment script that bring up an SSTP tunnel: what RouterOS 6 has, and 7 where there is no WireGuard.

The router trusts our hub by the hub's own certificate, and signs in with a password that was made for it; its address
comes with the connection. They can run again after a cut at any of them, and change nothing when all is there.
"""

from dataclasses import dataclass, field

from routers import script_tunnel
from routers.menus import SSTP
from routers.script import quote

CERTIFICATE = "kmikro-hub"  # on the router
FILE, PEM = "kmikro-hub.txt", "hub.pem"  # the second: the last word of our address
KEEPALIVE = 30  # seconds; RouterOS asks only after 60
NOT_UP = (
    "The tunnel does not come up. Let TCP go out to port {port} of {host} in the firewalls on the way, see that the router's "
    "date is right, and paste the command again. Its log says more under sstp."
)
NO_IMPORT = "The certificate of our hub could not be imported. Paste the command again."


@dataclass(frozen=True, slots=True)
class Link:
    """What the router is told; names_host: the certificate holds the host's name or address, so the router can compare."""

    hub: str  # the hub's address inside
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    certificate: str  # PEM
    fingerprint: str
    names_host: bool
    six: bool = False


def lines(link: Link, url: str = "", check: str = "no") -> list[str]:
    """Certificate, profile, client, the wait until it runs, and the API for the hub alone.

    With an address of ours the certificate is fetched from there and a failure is reported; without one it is written into
    a file on the router, which 6 lets nobody add but by printing into one.
    """
    q = quote
    name, client = q(SSTP), "/interface sstp-client"
    mine = f"[{client} find where name={name}]"
    to = f"connect-to={q(link.host)}"
    settings = (
        f"user={q(link.user)} password={q(link.password)} profile={name} certificate=none verify-server-certificate=yes "
        f"verify-server-address-from-certificate={'yes' if link.names_host else 'no'} authentication=mschap2 pfs=yes "
        f"add-default-route=no dial-on-demand=no keepalive-timeout={KEEPALIVE}"
    )
    # TLS encrypts already: no MPPE within it, which servers of others do not speak, and nothing of the ISP's own profiles.
    profile = "use-encryption=no use-compression=no use-mpls=no change-tcp-mss=yes"
    late = q(f"{client} set {mine} port={link.port}")
    return [
        *_certificate(link, url, check),
        f":if ([:len [/ppp profile find where name={name}]] = 0) do={{ /ppp profile add name={name} }}",
        f"/ppp profile set [/ppp profile find where name={name}] {profile}",
        *([] if link.six else script_tunnel.removal()),
        f":if ([:len {mine}] = 0) do={{",
        f"  {client} add name={name} comment={q(script_tunnel.MARK)} disabled=yes {to} {settings}",
        f"}} else={{ {client} set {mine} {to} {settings} }}",
        # Where the port has no place of its own it stands behind the host.
        f":do {{ :local code [:parse {late}]; $code }} on-error={{",
        f"  {client} set {mine} connect-to={q(f'{link.host}:{link.port}')}",
        "}",
        f"{client} set {mine} disabled=no",
        ":local up false",
        f":for second from=1 to={script_tunnel.PATIENCE} do={{",
        "  :if (!$up) do={",
        f'    :if ([:tostr [{client} get {mine} running]] = "true") do={{',
        f"      :set up ([:len [/ip address find where interface={name}]] > 0)",
        "    }",
        "    :if (!$up) do={ :delay 1s }",
        "  }",
        "}",
        ":if (!$up) do={",
        *(
            [f'  {script_tunnel.telling(url, "report", check)} http-data=($facts . "\\nproblem=tunnel")']
            if url
            else []
        ),
        f"  :error {q(NOT_UP.format(host=link.host, port=link.port))}",
        "}",
        *script_tunnel.service(f"/ip service set $service address={link.hub}/32", six=link.six),
    ]


def _certificate(link: Link, url: str, check: str) -> list[str]:
    """The hub's certificate under our name, known by its digest whatever 6 and 7 call what they import."""
    q = quote
    ours, there = f"fingerprint={q(link.fingerprint)}", f"[/file find where name={q(FILE)}]"
    find = f"[/certificate find where {ours}]"
    bring = (
        [f"  /tool fetch url={q(f'{url}/{PEM}')} dst-path={FILE} check-certificate={check}", "  :delay 1s"]
        if url
        else [
            f"  /file print file={FILE.removesuffix('.txt')}",
            f"  :for second from=1 to=10 do={{ :if ([:len {there}] = 0) do={{ :delay 1s }} }}",
            f"  /file set {there} contents={q(link.certificate)}",
            "  :delay 1s",
        ]
    )
    return [
        f"/certificate remove [/certificate find where name={q(CERTIFICATE)} {ours.replace('=', '!=', 1)}]",
        f":if ([:len {find}] = 0) do={{",
        *bring,
        f'  /certificate import file-name={FILE} passphrase=""',
        "}",
        f":do {{ /file remove {there} }} on-error={{}}",
        f":if ([:len {find}] = 0) do={{ :error {q(NO_IMPORT)} }}",
        f"/certificate set {find} name={q(CERTIFICATE)} trusted=yes",
    ]


def removal() -> list[str]:
    """For a router that comes by WireGuard now: what this module made goes."""
    name = quote(SSTP)
    return [
        f"/interface sstp-client remove [/interface sstp-client find where name={name}]",
        f"/ppp profile remove [/ppp profile find where name={name}]",
        f"/certificate remove [/certificate find where name={quote(CERTIFICATE)}]",
    ]
