"""What is said inside, without any TLS around it."""

from __future__ import annotations

import random

import pytest

from radius.credentials import Proof
from radius.eap.framing import Malformed
from radius.eap.inner import Claim, End, Peap, Phase, Say, Ttls
from tests.radius.eap.device import TTLS, Device, avp

GOOD, BAD = b"\x80\x03\0\x02\0\x01", b"\x80\x03\0\x02\0\x02"
PROOF = Proof(2, b"\x02S=" + b"A" * 40)
IMPLIED = bytes(range(17))


def claimed(phase: Peap, device: Device) -> Claim:
    assert phase.hear(b"", 2) == Say(b"\x01")
    asked = phase.hear(b"\x01nemo", 3)
    assert isinstance(asked, Say)
    claim = phase.hear(device.spoken(asked.clear), 4)
    assert isinstance(claim, Claim)
    return claim


def test_peap_asks_who_then_for_proof_then_for_a_word_on_the_end() -> None:
    phase, device = Peap(), Device()
    claim = claimed(phase, device)
    assert (claim.username, claim.is_last, claim.password) == (b"nemo", False, None)
    assert claim.ms_chap is not None
    assert claim.ms_chap.response.hex() not in repr(Say(claim.ms_chap.response))
    told = phase.judged(PROOF, b"")
    assert told is not None
    assert told.clear.startswith(b"\x1a\x03\x03")
    result = phase.hear(b"\x1a\x03", 9)
    assert result == Say(b"\x01\x09\0\x0b\x21" + GOOD)
    last = phase.hear(b"\x02\x09\0\x0b\x21" + GOOD, 10)
    assert last == Claim(b"nemo", True, ms_chap=claim.ms_chap)


def test_peap_tells_a_refusal_and_hears_it_out() -> None:
    phase = Peap()
    claimed(phase, Device())
    told = phase.judged(None, b"E=691 R=0 C=00 V=3 M=No")
    assert told is not None
    assert told.clear.startswith(b"\x1a\x04\x03")
    assert told.clear.endswith(b"E=691 R=0 C=00 V=3 M=No")
    assert phase.hear(b"\x1a\x04", 9) == Say(b"\x01\x09\0\x0b\x21" + BAD)
    assert phase.hear(b"\x02\x09\0\x0b\x21" + GOOD, 10) == End(False), "its own word opens nothing"


@pytest.mark.parametrize("said", [b"\x02\x09\0\x0b\x21" + BAD, b"\x02\x09\0\x05\x21", b"\x21", b"\x1a\x03"])
def test_peap_without_the_devices_good_word_is_no_claim(said: bytes) -> None:
    phase = Peap()
    claimed(phase, Device())
    phase.judged(PROOF, b"")
    phase.hear(b"\x1a\x03", 9)
    assert phase.hear(said, 10) == End(False)


def test_peap_other_tlvs_may_stand_beside_the_result() -> None:
    phase = Peap()
    claimed(phase, Device())
    phase.judged(PROOF, b"")
    phase.hear(b"\x1a\x03", 9)
    said = b"\x21\x00\x07\0\x02\xff\xff" + GOOD
    assert isinstance(phase.hear(b"\x02\x09" + (len(said) + 4).to_bytes(2, "big") + said, 10), Claim)


def test_peap_a_name_with_a_domain_before_it_may_be_answered_without() -> None:
    phase = Peap()
    phase.hear(b"", 2)
    asked = phase.hear(b"\x01OFFICE\\nemo", 3)
    assert isinstance(asked, Say)
    claim = phase.hear(Device().spoken(asked.clear), 4)
    assert isinstance(claim, Claim)
    assert claim.username == b"OFFICE\\nemo"


def test_peap_another_name_in_the_answer_is_refused() -> None:
    phase = Peap()
    phase.hear(b"", 2)
    asked = phase.hear(b"\x01nemo", 3)
    assert isinstance(asked, Say)
    with pytest.raises(Malformed, match="another name"):
        phase.hear(Device(name=b"captain").spoken(asked.clear), 4)


def test_peap_nothing_is_taken_out_of_turn() -> None:
    with pytest.raises(Malformed):
        Peap().hear(b"\x01nemo", 2)
    for said in (b"\x01", b"\x03\x06", b"\x1a\x02", b"", b"\x01" + b"n" * 254):
        phase = Peap()
        phase.hear(b"", 2)
        with pytest.raises(Malformed):
            phase.hear(said, 3)
    phase = Peap()
    claimed(phase, Device())
    with pytest.raises(Malformed, match="before it had our verdict"):
        phase.hear(b"\x1a\x03", 5)
    phase = Peap()
    phase.hear(b"", 2)
    phase.hear(b"\x01nemo", 3)
    with pytest.raises(Malformed, match="another method"):
        phase.hear(b"\x03\x06", 4)  # it would rather have a token card
    phase = Peap()
    claimed(phase, Device())
    phase.judged(PROOF, b"")
    with pytest.raises(Malformed, match="did not believe"):
        phase.hear(b"\x1a\x04", 5)


def test_ttls_pap_is_a_last_claim() -> None:
    for password in (b"arctangent", b"a" * 16, b"", b"a" * 200):
        claim = Ttls(lambda: IMPLIED).hear(Device(TTLS, "pap", password=password).first(), 3)
        assert claim == Claim(b"nemo", True, password=password)
        assert "arctangent" not in repr(claim)


def answer(ident: int = 16, challenge: bytes = IMPLIED[:16]) -> bytes:
    value = bytes((ident, 0)) + bytes(48)
    return avp(1, b"nemo") + avp(11, challenge, 311) + avp(25, value, 311)


def test_ttls_mschap_is_for_this_tunnel_and_waits_for_the_devices_word() -> None:
    phase = Ttls(lambda: IMPLIED)
    claim = phase.hear(answer(), 3)
    assert isinstance(claim, Claim)
    assert not claim.is_last
    told = phase.judged(PROOF, b"")
    assert told == Say(avp(26, PROOF.success, 311))
    assert phase.hear(b"", 4) == Claim(b"nemo", True, ms_chap=claim.ms_chap)
    refused = Ttls(lambda: IMPLIED)
    refused.hear(answer(), 3)
    assert refused.judged(None, b"E=691") is None


@pytest.mark.parametrize(
    "said",
    [
        avp(1, b"nemo"),  # no password
        avp(2, b"arctangent"),  # no name
        avp(1, b"") + avp(2, b"arctangent"),
        avp(1, b"n" * 254) + avp(2, b"arctangent"),
        avp(1, b"nemo") + avp(1, b"captain") + avp(2, b"arctangent"),
        avp(1, b"nemo") + avp(2, b"arctangent") + avp(2, b"other"),
        answer() + avp(2, b"arctangent"),
        answer(ident=17),
        answer(challenge=bytes(16)),
        avp(1, b"nemo") + avp(25, bytes(50), 311),
        avp(1, b"nemo") + avp(60, bytes(16)) + avp(3, bytes(17)),  # CHAP
        avp(79, b"\x02\x01\0\x09\x01nemo"),  # EAP again
        b"\0\0\0\x01",
    ],
)
def test_ttls_anything_else_is_malformed(said: bytes) -> None:
    with pytest.raises(Malformed):
        Ttls(lambda: IMPLIED).hear(said, 3)


def test_ttls_what_need_not_be_understood_is_passed_over_and_silence_is_waited_out() -> None:
    phase = Ttls(lambda: IMPLIED)
    assert phase.hear(b"", 3) == Say(b"")
    said = avp(1, b"nemo") + avp(4711, b"?", flags=0) + avp(2, b"arctangent")
    assert phase.hear(said, 4) == Claim(b"nemo", True, password=b"arctangent")
    with pytest.raises(Malformed):
        phase.hear(said, 5)


def test_changed_words_are_malformed_or_understood_and_nothing_else() -> None:
    """100,000 of them, over both methods and every state they can be in."""
    dice = random.Random(802)
    words = [b"\x01nemo", b"\x1a\x03", b"\x02\x09\0\x0b\x21" + GOOD, answer(), Device(TTLS, "pap").first()]
    phase, device = Peap(lambda count: bytes(count)), Device()
    phase.hear(b"", 2)
    asked = phase.hear(b"\x01nemo", 3)
    assert isinstance(asked, Say)
    words.append(device.spoken(asked.clear))
    understood = 0
    for number in range(100_000):
        phases: tuple[Phase, ...] = (Peap(lambda count: bytes(count)), Ttls(lambda: IMPLIED))
        one = phases[number % 2]
        if number % 2 == 0:
            one.hear(b"", 2)
        try:
            if number % 4 == 0:
                one.hear(b"\x01nemo", 3)
            said = one.hear(changed(dice, dice.choice(words)), 4)
        except Malformed:
            continue
        understood += 1
        if isinstance(said, Claim):
            assert 0 < len(said.username) <= 253
            one.judged(dice.choice((None, PROOF)), b"E=691")
            try:
                after = one.hear(changed(dice, dice.choice(words)), 5)
            except Malformed:
                continue
            assert isinstance(after, Say | Claim | End)
    assert understood > 1000


def changed(dice: random.Random, octets: bytes) -> bytes:
    found = bytearray(octets)
    for _ in range(dice.randrange(3)):
        at = dice.randrange(len(found) + 1)
        match dice.randrange(4):
            case 0:
                del found[at : at + dice.randrange(8)]
            case 1:
                found[at:at] = dice.randbytes(dice.randrange(8))
            case 2 if at < len(found):
                found[at] = dice.randrange(256)
            case _ if at < len(found):
                found[at] ^= 1 << dice.randrange(8)
    return bytes(found)
