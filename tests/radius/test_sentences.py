"""What a rule says is kept as numbers and reads the same wherever it is put into words."""

from __future__ import annotations

import json

import pytest

from radius.events import Step
from radius.sentences import Said, say, shown, zone_of


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("As it is.", "As it is."),
        (("known", "voucher", "1-0001", "Ten"), "Voucher 1-0001 was found, plan Ten."),
        (("password", "CHAP"), "The password is right (CHAP)."),
        (
            ("until", 1_795_360_000.0, 1_795_352_800.0, "Africa/Nairobi"),
            "It runs until 22 Nov 18:06, 2 h from now.",
        ),
        (("time_left", 3600, 7200), "1 h of 2 h online time are left."),
        (("data_left", 10**9, 5 * 10**9), "1 GB of 5 GB data are left."),
        (("device", 1, 2, None), "Device 1 of 2."),
        (("group", "read"), "It may log in to routers, as read."),
        (
            ("grace", 1_795_352_700.0, 1_795_356_300.0, 1_795_352_800.0, "Africa/Nairobi"),
            "It ended on 22 Nov 16:05 and is in its grace for 58 min 20 s more.",
        ),
        (("hours", None, 1_795_352_800.0, "Africa/Nairobi"), "The plan is open at all hours."),
        (("data_today", 10**9, 5 * 10**9), "1 GB of today's 5 GB data are left."),
        (("time_today", 3600, 7200), "1 h of today's 2 h online time are left."),
        (
            ("stage", 2, "week", 10**10, 1_500_000, 512_000),
            "Fair use, stage 2: 10 GB of this week are used, so the speed is 1.5 Mbps down, 512 kbps up.",
        ),
        (
            ("fallback", "ended", "its walled garden", 900),
            "Instead of being refused (ended) it is let into its walled garden for 15 min.",
        ),
        (("device", 1, 2, "80a1"), "Device 1 of 2, taking over this device's own session 80a1."),
    ],
)
def test_every_sentence_survives_the_journal(said: Said, sentence: str) -> None:
    assert say(said) == Step("rule", True, said).text == sentence
    key = "text" if isinstance(said, str) else "said"
    kept = json.loads(json.dumps([{"code": "rule", "ok": True, key: said}]))
    assert shown(kept) == [{"code": "rule", "ok": True, "text": sentence}]


def test_a_zone_nobody_knows_is_utc() -> None:
    assert str(zone_of("Mars/Olympus")) == "UTC"
    assert str(zone_of("Africa/Nairobi")) == "Africa/Nairobi"
