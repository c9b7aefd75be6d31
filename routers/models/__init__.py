"""Tables of the routers trade, a module for each thought."""

from routers.models.router import Router
from routers.models.runs import SyncRun

__all__ = ["Router", "SyncRun"]
