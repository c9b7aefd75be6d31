"""Backup files, updates, restarts and looks of the virtual router: rights and words as RouterOS has them."""

import pytest

from routers import device, firmware
from routers.device import Trapped, Unreachable
from tests.routers.on_loopback import enrolled

FULL = "read,write,api,sensitive,ftp,test,policy,reboot"


@pytest.mark.parametrize("right", ["ftp", "policy", "sensitive"])
def test_saving_needs_each_right(right: str) -> None:
    rights = ",".join(each for each in FULL.split(",") if each != right)
    with enrolled(94, policy=rights) as (_router, target), device.opened(target) as talk:
        with pytest.raises(Trapped, match="not enough permissions"):
            talk.do("/system/backup/save", {"name": "x"})


def test_a_backup_is_a_file_that_only_pieces_show() -> None:
    with enrolled(95, policy=FULL) as (_router, target), device.opened(target) as talk:
        talk.do("/system/backup/save", {"name": "x", "password": "p"})
        (row,) = talk.read("/file", "name=x.backup")
        assert "contents" not in row
        assert row["type"] == "backup"
        first = talk.do("/file/read", {"file": "x.backup", "offset": "0", "chunk-size": "4"})
        assert first[0]["data"].encode("utf-8", "surrogateescape") == b"\x88\xac\xa1\xb1"
        with pytest.raises(Trapped, match="out of range"):
            talk.do("/file/read", {"file": "x.backup", "chunk-size": "32769"})
        with pytest.raises(Trapped, match="no such item"):
            talk.do("/file/read", {"file": "y.backup"})


def test_updates_and_a_restart_into_the_new_version() -> None:
    with enrolled(96, version="7.12.2 (stable)", policy=FULL) as (router, target):
        with device.opened(target) as talk:
            assert firmware.check(talk).status == "System is already up to date"
            router.upkeep.channel.is_reachable = False
            assert firmware.check(talk).latest == ""
            router.upkeep.channel.is_reachable = True
            router.upkeep.channel.latest = "7.20.8"
            assert firmware.check(talk).is_behind
            boots = router.device.boots
            with pytest.raises(Trapped):
                talk.do("/file/read", {"file": "x"})  # 7.12 has no such command
            firmware.install(talk)
        assert router.wait(lambda: router.device.boots > boots and _lets_in(target))
        with device.opened(target) as talk:
            assert firmware.state_of(talk)[0] == "7.20.8 (stable)"


def _lets_in(target: device.Target) -> bool:
    try:
        with device.opened(target):
            return True
    except Unreachable:
        return False


@pytest.mark.parametrize("command", ["/system/reboot", "/system/package/update/install"])
def test_nobody_restarts_it_without_the_right(command: str) -> None:
    with enrolled(97) as (router, target), device.opened(target) as talk:
        boots = router.device.boots
        with pytest.raises(Trapped, match="not enough permissions"):
            talk.do(command, {})
        assert router.device.boots == boots
