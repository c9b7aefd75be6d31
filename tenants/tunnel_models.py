"""In public only: addresses of the WireGuard tunnels, and what the agent of their hub says."""

from django.db import models

from kmikro.lib.secrets import EncryptedTextField


class TunnelPeer(models.Model):
    """An address of the tunnels, and the router that has it; kept for a while after that was removed.

    The router's private key is made there and never leaves it. What the hub saw is written by its agent.
    """

    address = models.GenericIPAddressField(unique=True)
    schema = models.CharField(max_length=63)
    router_id = models.BigIntegerField()
    public_key = models.CharField(max_length=44, blank=True)  # empty until the router has told it
    preshared_key = EncryptedTextField(blank=True)
    made_at = models.DateTimeField()
    keyed_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(
        null=True
    )  # the address rests; the hub does not know the peer any more
    endpoint = models.CharField(max_length=64, blank=True)  # where its packets come from
    handshake_at = models.DateTimeField(null=True)
    received_bytes = models.BigIntegerField(default=0)
    sent_bytes = models.BigIntegerField(default=0)
    blocked_packets = models.BigIntegerField(default=0)  # that it sent where it may not, of late
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
    """What the agent of the WireGuard hub says of itself; there is one hub."""

    ONLY = 1

    class State(models.TextChoices):
        RUNNING = "running"
        CANNOT = "cannot"

    number = models.PositiveSmallIntegerField(unique=True, default=ONLY)
    state = models.CharField(max_length=8, choices=State.choices)
    text = models.CharField(max_length=300, blank=True)  # why it cannot
    public_key = models.CharField(max_length=44, blank=True)
    peers = models.PositiveIntegerField(default=0)
    blocked = models.JSONField(default=dict)  # packets dropped since its firewall was written, by reason
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(number=1), name="tunnel_hub_only_one")]

    def __str__(self) -> str:
        return f"{self.state} at {self.seen_at:%Y-%m-%d %H:%M:%S}"
