import pytest
from django.core.exceptions import ValidationError

from accounts.passwords import MaximumLengthValidator, RepetitionValidator


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "aaaaaaaaaaaa",
        "abababababab",
        "123412341234",
        "012345678901",
        "qwertyuiopas",
        "zyxwvutsrqpo",
    ],
)
def test_repetition_is_refused(password):
    with pytest.raises(ValidationError):
        RepetitionValidator().validate(password)


@pytest.mark.parametrize(
    "password", ["correct horse battery", "demo-owner-2026", "savanna savanne", "demo-cashier-2026"]
)
def test_ordinary_words_are_fine(password):
    RepetitionValidator().validate(password)
    MaximumLengthValidator().validate(password)


@pytest.mark.parametrize("password", ["x" * 129, "good password\0"])
def test_books_and_nul_are_refused(password):
    with pytest.raises(ValidationError):
        MaximumLengthValidator().validate(password)
