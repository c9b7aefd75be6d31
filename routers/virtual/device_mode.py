"""What RouterOS lets nobody do until a button was pressed: /system/device-mode (RouterOS 7, new list since 7.17)."""

from dataclasses import dataclass

from routers.virtual.traps import Trap

_FEATURES = (
    "scheduler", "socks", "fetch", "pptp", "l2tp", "bandwidth-test", "traffic-gen", "sniffer", "ipsec", "romon", "proxy",
    "hotspot", "smb", "email", "zerotier", "container",
)  # fmt: skip
_HOME = {
    "scheduler", "socks", "fetch", "bandwidth-test", "traffic-gen", "sniffer", "romon", "proxy", "hotspot", "email",
    "zerotier", "container",
}  # fmt: skip
_ADVANCED = {"traffic-gen", "container", "zerotier"}
_CLOSED = {"home": _HOME, "enterprise": {"container", "zerotier"}, "advanced": _ADVANCED}
# Where a feature is used; other verbs of the menus read or take away.
_USES = {
    ("/tool", "fetch"): "fetch",
    ("/system/scheduler", "add"): "scheduler",
    ("/ip/hotspot", "add"): "hotspot",
}
_NOT_ALLOWED = "failure: not allowed by device-mode"
_FLAGGED = "failure: configuration flagged, check all router configuration for unauthorized changes and update device-mode"


@dataclass
class Mode:
    """The mode of a router; it changes by a button or a power cut only, so here only by who holds the object."""

    name: str = ""
    flagged: bool = False

    def row(self, release: tuple[int, ...]) -> dict[str, str]:
        """The single row as the menu shows it."""
        closed = self._closed(release)
        features = {name: "false" if name in closed else "true" for name in _FEATURES}
        counted = {"attempt-count": "0"} if release >= (7, 17) else {}
        return {
            "mode": self.named(release),
            **counted,
            **features,
            "flagged": "true" if self.flagged else "false",
        }

    def named(self, release: tuple[int, ...]) -> str:
        """The mode's name; from the factory it allows most."""
        return self.name or ("advanced" if release >= (7, 17) else "enterprise")

    def demand(self, release: tuple[int, ...], path: str, verb: str) -> None:
        """Refuse what the mode does not allow; RouterOS 6 has no modes."""
        feature = _USES.get((path, verb))
        if feature is None or release < (7,):
            return
        if self.flagged:
            raise Trap(_FLAGGED)
        if feature in self._closed(release):
            raise Trap(_NOT_ALLOWED)

    def _closed(self, release: tuple[int, ...]) -> set[str]:
        return _CLOSED.get(self.named(release), set())
