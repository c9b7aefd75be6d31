"""The only way in which the domain says no."""


class Refusal(Exception):
    """A request that the rules forbid; code is stable for machines, text tells a person what to do."""

    def __init__(self, code: str, text: str, *, field: str = "") -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.field = field
