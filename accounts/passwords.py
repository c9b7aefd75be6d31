"""Password rules of our own beside Django's."""

from typing import Any

from django.core.exceptions import ValidationError

MINIMUM_DISTINCT = 5  # different characters


class MaximumLengthValidator:
    """128 characters at most: hashing a book is a way to stop a server."""

    def __init__(self, max_length: int = 128) -> None:
        self.max_length = max_length

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) > self.max_length:
            raise ValidationError(f"Use at most {self.max_length} characters.", code="password_too_long")
        if "\0" in password:
            raise ValidationError("A password cannot contain the NUL character.", code="password_nul")

    def get_help_text(self) -> str:
        return f"At most {self.max_length} characters."


class RepetitionValidator:
    """A short or common word said twice is no longer password; neither is a run of keys."""

    RUNS = ("abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiopasdfghjklzxcvbnm")

    def validate(self, password: str, user: Any = None) -> None:
        text = password.lower()[:128]
        # A text is repeated exactly if it occurs in its own double before the end.
        repeated = bool(text) and (text + text).find(text, 1) < len(text)
        run = len(text) > 3 and any(text in line or text in line[::-1] for line in self.RUNS)
        if repeated or run or len(set(text)) < MINIMUM_DISTINCT:
            raise ValidationError(self.get_help_text(), code="password_repeats")

    def get_help_text(self) -> str:
        return "Use something less repetitive; four unrelated words are fine."
