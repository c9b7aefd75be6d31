"""A bounded memory that costs no more than a dict: no links between entries, no time stamps."""

from __future__ import annotations

from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """At most `most` entries. When it is full, one goes that nobody has asked for since all others were new.

    As long as everything fits, nothing is moved: only then does asking carry an entry over to the younger half.
    No lock of its own.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._young: dict[Key, Value] = {}
        self._old: dict[Key, Value] = {}

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def __contains__(self, key: Key) -> bool:
        return key in self._young or key in self._old

    @property
    def room(self) -> int:
        """How many more fit before others have to go."""
        return self._most - len(self)

    def get(self, key: Key) -> Value | None:
        value = self._young.get(key)
        if value is None and self._old:
            value = self._old.pop(key, None)
            if value is not None:
                self._young[key] = value
        return value

    def put(self, key: Key, value: Value) -> None:
        if self._old:
            self._old.pop(key, None)
        if len(self) >= self._most and key not in self._young:
            if not self._old:
                self._old, self._young = self._young, {}
            self._old.popitem()
        self._young[key] = value

    def pop(self, key: Key) -> Value | None:
        """Forget an entry, and say what it was."""
        value = self._young.pop(key, None)
        return self._old.pop(key, None) if value is None else value

    def clear(self) -> None:
        self._young, self._old = {}, {}
