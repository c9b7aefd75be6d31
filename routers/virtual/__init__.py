"""A MikroTik anybody can run: API wire protocol, menus, console, hotspot pages and NAS on real sockets."""

from routers.virtual.router import VirtualRouter

__all__ = ["VirtualRouter"]
