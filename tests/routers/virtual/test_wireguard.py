"""WireGuard on the virtual router: keys are made there, the public half is worked out, nonsense is refused."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from routers.virtual import VirtualRouter, wireguard
from routers.virtual.traps import Trap
from tests.addresses import own


def key() -> tuple[str, str]:
    made = X25519PrivateKey.generate()
    halves = made.private_bytes_raw(), made.public_key().public_bytes_raw()
    return base64.b64encode(halves[0]).decode(), base64.b64encode(halves[1]).decode()


def test_a_key_is_made_or_taken_and_its_public_half_follows() -> None:
    private, public = key()
    assert wireguard.interface({"private-key": private}, adding=True)["public-key"] == public
    made = wireguard.interface({"name": "wg1"}, adding=True)
    assert len(base64.b64decode(made["public-key"])) == 32
    assert "private-key" not in wireguard.interface({"mtu": "1400"}, adding=False)


@pytest.mark.parametrize("wrong", ["", "short", "!" * 44])
def test_a_peer_needs_a_key_that_is_one(wrong: str) -> None:
    with pytest.raises(Trap, match="public-key"):
        wireguard.peer({"public-key": wrong}, adding=True)


def test_the_menus_and_an_address_on_the_tunnel() -> None:
    _private, public = key()
    with VirtualRouter(address=own(63)) as router:
        assert router.paste("/interface wireguard add name=wg1 listen-port=13240") == ""
        assert (
            router.paste(
                f'/interface wireguard peers add interface=wg1 public-key="{public}" allowed-address=10.9.0.1/32 '
                "endpoint-address=192.0.2.1 endpoint-port=13231 persistent-keepalive=25s"
            )
            == ""
        )
        assert "wg1" in router.paste(":put [/interface get wg1 name]")
        assert "already have interface" in router.paste("/interface wireguard add name=wg1")
        router.paste(f"/ip address add address={own(64)}/32 interface=wg1")
        assert router.device.addresses() == [own(63), own(64)]
        router.paste("/interface wireguard set wg1 disabled=yes")
        assert router.device.addresses() == [own(63)]
