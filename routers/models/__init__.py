"""Tables of the routers trade, a module for each thought."""

from routers.models.audit import Leak, LeakAudit
from routers.models.backups import RouterBackup, RouterFirmware
from routers.models.care import CareItem, CareRun
from routers.models.changes import Change, ChangeRules, Rollout
from routers.models.incidents import AlertRule, Incident, Notice, Outage
from routers.models.newcomers import Newcomer
from routers.models.offers import Offering, SiteValues
from routers.models.router import Router
from routers.models.runs import SyncRun
from routers.models.taken import Inventory, Taken
from routers.models.template import Template
from routers.models.watch import LogLine, Sample, Watch

__all__ = [
    "AlertRule",
    "CareItem",
    "CareRun",
    "Change",
    "ChangeRules",
    "Incident",
    "Inventory",
    "Leak",
    "LeakAudit",
    "LogLine",
    "Newcomer",
    "Notice",
    "Offering",
    "Outage",
    "Rollout",
    "Router",
    "RouterBackup",
    "RouterFirmware",
    "Sample",
    "SiteValues",
    "SyncRun",
    "Taken",
    "Template",
    "Watch",
]
