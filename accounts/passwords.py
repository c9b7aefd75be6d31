"""Password rules of our own beside Django's."""

from typing import Any

from django.core.exceptions import ValidationError


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
