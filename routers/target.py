"""Whom we call, and who we are there."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Target:
    """Where a router's API is and who we are there; source is the address we speak from.

    pin is the SHA-256 of the certificate that the router must show; without one the conversation is in clear.
    """

    address: str
    port: int
    user: str
    password: str = field(repr=False)
    source: str = ""
    pin: str = ""
    allotted: str = ""  # the tunnel address that is this router's, when it has one
