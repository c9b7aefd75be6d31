"""What we know of each MikroTik."""

from django.db import models

from kmikro.lib.secrets import EncryptedTextField
from routers.models.template import Template
from subscribers.models import NONE, Site

NOTHING = models.Value({}, models.JSONField())


class Router(models.Model):
    """A router of the ISP; secrets are made by us and sealed."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting for the command to be pasted"
        FETCHED = "fetched", "The router has fetched its script"
        REACHED = "reached", "Reached"
        API_USER = "api_user", "API user made"
        RADIUS_TESTED = "radius", "RADIUS tested"
        READY = "ready", "Ready"

    class Path(models.TextChoices):
        DIRECT = "direct"
        TUNNEL = "tunnel"

    class Policy(models.TextChoices):
        REPORT = "report", "Report differences only"
        ASK = "ask", "Ask before putting them right"
        REPAIR = "repair", "Put them right"

    name = models.CharField(max_length=60, unique=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="routers")
    public_id = models.CharField(max_length=16, unique=True)  # names the router in portal addresses
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    trouble = models.CharField(max_length=300, blank=True)  # why the current step does not go on, and the fix
    path = models.CharField(max_length=6, choices=Path.choices, default=Path.DIRECT)
    address = models.GenericIPAddressField(null=True)
    called_from = models.GenericIPAddressField(null=True)  # who fetched the script, and may go on with it
    api_port = models.PositiveIntegerField(default=8728)
    api_user = models.CharField(max_length=32, default="kmikro")
    api_password = EncryptedTextField(blank=True, row="public_id")
    api_pin = models.CharField(
        max_length=64, blank=True, default="", db_default=""
    )  # SHA-256 of the certificate that its API shows; empty: in clear
    radius_secret = EncryptedTextField(blank=True, row="public_id")
    coa_port = models.PositiveIntegerField(default=3799)
    hotspot_interface = models.CharField(max_length=40, default="bridge-lan")
    hotspot_address = models.GenericIPAddressField(null=True)
    login_url = models.CharField(max_length=200, blank=True)  # link-login-only must equal it
    identity = models.CharField(max_length=80, blank=True)
    serial = models.CharField(max_length=40, blank=True)
    board = models.CharField(max_length=60, blank=True)
    version = models.CharField(max_length=40, blank=True)
    # Who asks our RADIUS server on this router, and how people may sign in there (routers.sign_in).
    radius_services = models.CharField(max_length=60, default="hotspot")  # RouterOS' words, comma separated
    mac_login = models.BooleanField(default=False)  # listed devices, at the hotspot
    mac_auth_password = EncryptedTextField(blank=True, row="public_id")
    allow_mschap1 = models.BooleanField(default=False)
    allow_eap = models.BooleanField(default=False)
    admit_unknown = models.BooleanField(default=False)  # people nobody knows, into the walled garden
    pppoe_interface = models.CharField(max_length=40, blank=True)  # empty: no PPPoE server of ours
    pppoe_network = models.CharField(max_length=18, blank=True)
    # What it offers beside (routers.offering): its own offers, and those of a template with its values.
    template = models.ForeignKey(Template, on_delete=models.PROTECT, null=True, related_name="routers")
    template_values = models.JSONField(default=dict, db_default=NOTHING)
    written_menus = models.JSONField(default=list, db_default=NONE)  # where rows of offers may be
    more_logins = models.JSONField(
        default=list, db_default=NONE
    )  # link-login-only of hotspots that are offers
    keeps_people = models.BooleanField(default=False, db_default=False)  # accounts live on the router as well
    wants_radsec = models.BooleanField(default=False)
    radsec_certificate = models.CharField(max_length=40, blank=True)  # its name on the router; empty: by UDP
    radsec_due = models.BooleanField(default=False)  # the live token may fetch one certificate
    preflight = models.JSONField(
        default=list, db_default=NONE
    )  # [{"key", "state": "ok|warn|stop", "title", "text"}]
    enrolment_sealed = EncryptedTextField(
        blank=True, row="public_id"
    )  # the live token, to show the command again
    enrolment_expires_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True)
    reached_at = models.DateTimeField(null=True)
    api_user_at = models.DateTimeField(null=True)
    radius_tested_at = models.DateTimeField(null=True)
    ready_at = models.DateTimeField(null=True)
    is_up = models.BooleanField(default=False)
    checked_at = models.DateTimeField(null=True)  # its last answer
    up_since = models.DateTimeField(null=True)
    cpu_load = models.PositiveSmallIntegerField(null=True)
    free_memory = models.BigIntegerField(null=True)
    total_memory = models.BigIntegerField(null=True)
    ports = models.CharField(max_length=64, blank=True)  # a letter per port for the faceplate: u up, d down
    misses = models.PositiveSmallIntegerField(default=0)  # checks in a row without an answer
    leased_until = models.DateTimeField(null=True)  # one worker at a time talks to the router
    lease_fence = models.BigIntegerField(
        default=0, db_default=0
    )  # of the newest lease; late workers have another
    talks_begun = models.PositiveSmallIntegerField(
        default=0, db_default=0
    )  # in a row without an end in order
    policy = models.CharField(
        max_length=6, choices=Policy.choices, default=Policy.REPAIR, db_default=Policy.REPAIR
    )  # what a routine comparison does about a difference
    leaving_at = models.DateTimeField(null=True)  # removed by a person; our rows are being taken off it

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def services(self) -> list[str]:
        return [word for word in self.radius_services.split(",") if word]

    @property
    def logins(self) -> list[str]:
        """The link-login-only of each of its hotspots."""
        return [each for each in (self.login_url, *self.more_logins) if each]

    @property
    def caller(self) -> str | None:
        """Who may go on with its enrolment."""
        return self.called_from or self.address

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY
