import hmac

from hypothesis import given
from hypothesis import strategies as st

from kmikro.lib import codes

CODES = st.text(codes.ALPHABET, min_size=codes.RANDOM_LENGTH, max_size=codes.RANDOM_LENGTH).map(
    lambda body: body + codes.check_character(body)
)


def test_the_alphabet_has_no_look_alikes_and_no_vowels() -> None:
    assert len(set(codes.ALPHABET)) == len(codes.ALPHABET) == 20
    assert not set(codes.ALPHABET) & set("AEIOU01L2Z5S8BGQ")


def test_minted_codes_are_long_enough_and_right() -> None:
    made = {codes.mint() for _ in range(500)}
    assert len(made) == 500 and all(len(code) >= 10 and codes.is_plausible(code) for code in made)


@given(CODES, st.integers(0, codes.LENGTH - 1), st.sampled_from(codes.ALPHABET))
def test_every_single_wrong_character_is_found(code: str, place: int, other: str) -> None:
    wrong = code[:place] + other + code[place + 1 :]
    assert codes.is_plausible(wrong) == (wrong == code)


@given(CODES)
def test_people_may_type_as_they_like(code: str) -> None:
    assert codes.normalise(f" {codes.shown(code).lower()}\u00a0") == code


@given(st.text(max_size=30))
def test_nothing_typed_breaks_it(typed: str) -> None:
    codes.is_plausible(typed)


@given(st.binary(max_size=100), st.text("t_ab7", max_size=14), st.text(max_size=30))
def test_a_digest_is_an_hmac(key: bytes, schema: str, name: str) -> None:
    message = f"{schema}\0{name}".encode(errors="surrogateescape")
    assert codes.lookup_octets(key, schema, name) == hmac.digest(key, message, "sha256")
    assert codes.lookup_digest(key, schema, name) == hmac.new(key, message, "sha256").hexdigest()


def test_digests_keep_tenants_and_keys_apart() -> None:
    assert (
        len({codes.lookup_digest(key, schema, "X") for key in (b"a", b"b") for schema in ("t_a", "t_b")}) == 4
    )
    assert codes.lookup_digest(b"a", "t", "se\udcffcret") != codes.lookup_digest(b"a", "t", "secret")


def test_masked_codes_cannot_be_used() -> None:
    code = codes.mint()
    assert code[2:8] not in codes.masked(code)


@given(CODES, st.integers(0, codes.LENGTH - 2))
def test_two_signs_that_changed_places_are_found_again(code: str, place: int) -> None:
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert code in codes.meant(swapped) or codes.is_plausible(swapped)


@given(CODES, st.integers(0, codes.LENGTH - 1))
def test_keys_that_no_code_has_are_read_as_what_they_look_like(code: str, place: int) -> None:
    for wrong, right in (("0", "D"), ("8", "3"), ("U", "V"), ("L", "T")):
        if code[place] == right:
            assert code in codes.meant(code[:place] + wrong + code[place + 1 :])


@given(st.text(max_size=14))
def test_what_is_meant_are_codes_and_few(typed: str) -> None:
    found = codes.meant(typed)
    assert all(codes.is_plausible(each) for each in found)
    assert len(found) <= 40


SHAPES = st.builds(
    codes.Shape,
    prefix=st.text("KMX", max_size=3),
    alphabet=st.sampled_from(list(codes.ALPHABETS)),
    length=st.integers(codes.SHORTEST, codes.LONGEST),
)


@given(SHAPES, st.data())
def test_every_shape_keeps_its_promises(shape: codes.Shape, data: st.DataObject) -> None:
    code = codes.mint(shape)
    assert len(code) == shape.total and code.startswith(shape.prefix) and codes.is_plausible(code, shape)
    place = data.draw(st.integers(0, shape.total - 1))
    other = data.draw(st.sampled_from(codes.ALPHABETS[shape.alphabet]))
    wrong = code[:place] + other + code[place + 1 :]
    assert codes.is_plausible(wrong, shape) == (wrong == code)
    at = data.draw(st.integers(0, shape.total - 2))
    swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    assert code in codes.meant(swapped, shape) or codes.is_plausible(swapped, shape)


def test_alphabets_have_an_even_number_of_signs() -> None:
    for signs in codes.ALPHABETS.values():
        assert len(signs) % 2 == 0 and len(set(signs)) == len(signs)
        assert set(codes._READ_AS) | set(codes._READ_AS_DIGITS) >= set(signs)


@given(st.sampled_from(list(codes.ALPHABETS)), st.integers(1, 100_000))
def test_the_shortest_length_is_enough_and_no_longer(alphabet: str, count: int) -> None:
    length = codes.shortest_for(alphabet, count)
    assert codes.Shape("", alphabet, length).room >= codes.ROOM * count
    if length > codes.SHORTEST:
        assert codes.Shape("", alphabet, length - 1).room < codes.ROOM * count


@given(SHAPES)
def test_covered_codes_leave_ten_thousand_tries_and_more(shape: codes.Shape) -> None:
    shown = codes.masked(codes.mint(shape)).replace("•", "")
    of_random = 1 if len(shown) == 2 else 3 + max(0, 2 - len(shape.prefix))  # beside the check character
    left = shape.length - of_random - 1  # one more follows from the check character
    assert len(codes.ALPHABETS[shape.alphabet]) ** left >= 10_000


@given(SHAPES)
def test_a_name_that_nobody_has_and_is_a_code_is_known_as_one(shape: codes.Shape) -> None:
    assert codes.may_be(codes.shown(codes.mint(shape)).lower())


def test_other_names_are_no_codes() -> None:
    for name in ("bob", "wanjiku.kamau", "kiprono12", "home-0", "njoroge", ""):
        assert not codes.may_be(name)
