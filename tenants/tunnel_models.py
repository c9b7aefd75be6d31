"""In public only: addresses of the tunnels, WireGuard or SSTP, and what their hubs say."""

from django.db import models

from kmikro.lib.secrets import EncryptedTextField


class TunnelKind(models.TextChoices):
    """How a router comes in: RouterOS 6 has no WireGuard."""

    WIREGUARD = "wireguard", "WireGuard"
    SSTP = "sstp", "SSTP"


class TunnelPeer(models.Model):
    """An address of the tunnels, and the router that has it; kept for a while after that was removed.

    The private key of a WireGuard peer is made on the router and never leaves it; an SSTP peer has no key, and its
    password is the shared secret. What a hub saw is written by its process.
    """

    Kind = TunnelKind

    kind = models.CharField(max_length=9, choices=TunnelKind.choices, default=TunnelKind.WIREGUARD)
    address = models.GenericIPAddressField(unique=True)
    schema = models.CharField(max_length=63)
    router_id = models.BigIntegerField()
    public_key = models.CharField(max_length=44, blank=True)  # empty until the router has told it
    preshared_key = EncryptedTextField(blank=True)  # for SSTP the password
    made_at = models.DateTimeField()
    keyed_at = models.DateTimeField(null=True)  # the hub may let it in since
    released_at = models.DateTimeField(
        null=True
    )  # the address rests; the hub does not know the peer any more
    endpoint = models.CharField(max_length=64, blank=True)  # where its packets come from
    handshake_at = models.DateTimeField(null=True)
    received_bytes = models.BigIntegerField(default=0)
    sent_bytes = models.BigIntegerField(default=0)
    blocked_packets = models.BigIntegerField(
        default=0
    )  # that it sent where it may not, of late: by the firewall
    stray_packets = models.BigIntegerField(default=0)  # and by the SSTP hub, before they came to that
    is_up = models.BooleanField(default=False)
    changed_at = models.DateTimeField(null=True)  # up or down since
    seen_at = models.DateTimeField(null=True)  # the hub's last word on it

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["schema", "router_id"], condition=models.Q(released_at=None), name="tunnel_per_router"
            ),
            models.UniqueConstraint(
                fields=["public_key"],
                condition=models.Q(released_at=None) & ~models.Q(public_key=""),
                name="tunnel_key_once",
            ),
        ]

    def __str__(self) -> str:
        return str(self.address)


class TunnelHub(models.Model):
    """What a hub says of itself; there is one of each kind."""

    class State(models.TextChoices):
        RUNNING = "running"
        CANNOT = "cannot"

    kind = models.CharField(
        max_length=9, choices=TunnelKind.choices, default=TunnelKind.WIREGUARD, unique=True
    )
    state = models.CharField(max_length=8, choices=State.choices)
    text = models.CharField(max_length=300, blank=True)  # why it cannot
    public_key = models.CharField(max_length=44, blank=True)
    certificate = models.TextField(blank=True)  # PEM, of the SSTP server; empty for WireGuard
    peers = models.PositiveIntegerField(default=0)
    blocked = models.JSONField(default=dict)  # packets dropped since its process or firewall began, by reason
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind}: {self.state} at {self.seen_at:%Y-%m-%d %H:%M:%S}"
