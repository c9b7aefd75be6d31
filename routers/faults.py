"""What went wrong with a router, as a sentence with the fix."""

from kmikro.lib.refusal import Refusal
from routers.device import (
    BadReply,
    Crowded,
    DeviceError,
    LoginRefused,
    Target,
    Trapped,
    Unreachable,
    WrongIdentity,
)


def in_words(error: DeviceError | Refusal, target: Target) -> str:
    """At most 300 characters, without secrets."""
    return _text(error, target)[:300]


def _text(error: DeviceError | Refusal, target: Target) -> str:
    where = f"{target.address}, port {target.port}"
    service = "api-ssl" if target.pin else "api"
    match error:
        case Refusal():
            return error.text
        case LoginRefused():
            return (
                f"The router at {where} refuses our user {target.user}. Make a new command and paste it: it sets the "
                "password again. Check too that the service "
                f"{service} under IP, Services is open to us."
            )
        case WrongIdentity():
            return (
                f"Another router answers at {where}: its certificate begins {error.shown[:12]}, not {target.pin[:12]}. "
                "It was told nothing. If you replaced the hardware or its certificate, make a new command and paste it "
                "there; if not, find out whose router that is."
            )
        case Crowded():
            return (
                f"At {where}: {error} Its API may have no session left (max-sessions of the service "
                f"{service} under IP, Services; see /user active), or that service is open to other addresses than "
                f"{target.source or 'ours'} only."
            )
        case Unreachable() if target.allotted:
            return (
                f"The router does not answer through its tunnel at {where}. {error} Its page says whether the tunnel is up. If "
                f"it is, let {target.source} reach TCP port {target.port} in its firewall; if not, let the router out to our hub "
                "as said there."
            )
        case Unreachable():
            return (
                f"The router does not answer at {where}. {error} Let {target.source} reach TCP port {target.port} in "
                "its firewall; behind another router, forward that port to it."
            )
        case Trapped():
            return f"The router said no: {error.message}. What was done until then is kept; the rest is tried again."
        case BadReply():
            return f"At {where}: {error}"
        case _:
            return str(error)


def not_heard(target: Target, coa_port: int) -> str:
    """No answer to the RADIUS test."""
    return (
        f"The router does not answer the RADIUS test on UDP port {coa_port}. Let {target.source} reach that port in "
        "its firewall; behind another router, forward it too."
    )
