"""One list of languages, wherever it is said."""

from kmikro.lib.languages import LANGUAGES
from radius.messages import SENTENCES
from subscribers.models import Language


def test_all_agree_on_what_is_spoken() -> None:
    assert list(LANGUAGES) == Language.values
    assert set(LANGUAGES) == set(SENTENCES)
