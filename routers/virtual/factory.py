"""A router as it comes out of the box, with a LAN bridge and no hotspot yet."""

import ipaddress

from routers.virtual.device import Device
from routers.virtual.tree import Row
from routers.virtual.values import POLICIES

_READ = [
    "local",
    "telnet",
    "ssh",
    "reboot",
    "read",
    "test",
    "winbox",
    "password",
    "web",
    "sniff",
    "sensitive",
    "api",
    "romon",
    "rest-api",
]
_SERVICES = {
    "telnet": 23,
    "ftp": 21,
    "www": 80,
    "ssh": 22,
    "www-ssl": 443,
    "api": 8728,
    "winbox": 8291,
    "api-ssl": 8729,
}
_QUEUES = {
    "default": "pfifo",
    "ethernet-default": "pfifo",
    "wireless-default": "sfq",
    "synchronous-default": "red",
    "hotspot-default": "sfq",
    "pcq-upload-default": "pcq",
    "pcq-download-default": "pcq",
    "only-hardware-queue": "none",
    "multi-queue-ethernet-default": "mq-pfifo",
    "default-small": "pfifo",
}
_CLOSED = ("www-ssl", "api-ssl")


def furnish(device: Device, identity: str, admin_password: str) -> None:
    """Write the rows of the factory configuration."""
    tree = device.tree
    tree.singles["/system/identity"]["name"] = identity

    def put(path: str, **row: str) -> None:
        args: Row = {name.replace("_", "-"): value for name, value in row.items()}
        tree.add(path, args, trusted=True)

    put("/user/group", name="read", policy=",".join(_READ))
    put("/user/group", name="write", policy=",".join([*_READ, "write"]))
    put("/user/group", name="full", policy=",".join(POLICIES))
    put("/user", name="admin", group="full", password=admin_password, comment="system default user")
    for name, port in _SERVICES.items():
        put(
            "/ip/service", name=name, port=str(port), proto="tcp", disabled="yes" if name in _CLOSED else "no"
        )
    seed = int(ipaddress.IPv4Address(device.address)) & 0xFFFF
    for number in range(1, 6):
        mac = f"02:4B:4D:{seed >> 8:02X}:{seed & 255:02X}:{number:02X}"
        put("/interface", name=f"ether{number}", type="ether", mac_address=mac)
    put("/interface/bridge", name="bridge-lan", mac_address=f"02:4B:4D:{seed >> 8:02X}:{seed & 255:02X}:10")
    wan = str(ipaddress.IPv4Interface(f"{device.address}/8").network.network_address)
    put("/ip/address", address="10.5.50.1/24", network="10.5.50.0", interface="bridge-lan")
    put("/ip/address", address=f"{device.address}/8", network=wan, interface="ether1")
    put("/ip/pool", name="hs-pool", ranges="10.5.50.10-10.5.50.254")
    tree.singles["/ip/dns"].update({"servers": "9.9.9.9,1.1.1.1", "allow-remote-requests": "true"})
    for name, kind in _QUEUES.items():
        put("/queue/type", name=name, kind=kind)
    put("/ip/hotspot/user/profile", name="default")
    put("/ppp/profile", name="default")
    put("/ppp/profile", name="default-encryption", use_encryption="yes")
    put("/ip/hotspot/profile", name="default")
    put(
        "/ip/firewall/filter",
        chain="input",
        action="accept",
        connection_state="established,related,untracked",
    )
    put("/ip/firewall/nat", chain="srcnat", action="masquerade", out_interface="ether1")
    put("/file", name="hotspot", type="directory")
