"""The wall clock of the ISP that this work is for."""

from zoneinfo import ZoneInfo

from tenants import routes


def own() -> ZoneInfo:
    """Its time zone; call inside the tenant."""
    return ZoneInfo(routes.zone_name(routes.own_schema()))
