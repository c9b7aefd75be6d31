"""The ways a router says no, with the words RouterOS uses."""


class Trap(Exception):
    """One or more `!trap` messages; the command is over but the connection lives."""

    def __init__(self, message: str, *more: str, category: int | None = None) -> None:
        super().__init__(message)
        self.messages = (message, *more)
        self.category = category

    @property
    def message(self) -> str:
        """The first message."""
        return self.messages[0]


def no_such_menu(word: str) -> Trap:
    """An unknown menu: two traps for one command, as seen in live traces."""
    return Trap(f"no such command or directory ({word})", "no such command prefix")


def no_such_verb() -> Trap:
    """An unknown verb of a valid menu."""
    return Trap("no such command")


def no_match(name: str) -> Trap:
    """A word that is no member of an enumeration, or the name of nothing."""
    return Trap(f"input does not match any value of {name}")


def missing_values(*names: str) -> Trap:
    """Mandatory arguments that were not given."""
    return Trap(f"missing value(s) of argument(s) {' '.join(names)}")


def missing_id() -> Trap:
    """A verb that needs an item got none."""
    return Trap("missing =.id=")


def not_permitted() -> Trap:
    """The user's group lacks a policy."""
    return Trap("not enough permissions (9)")


def no_such_item(code: bool = False) -> Trap:
    """The item is not there; `remove` adds a number."""
    return Trap("no such item (4)" if code else "no such item")
