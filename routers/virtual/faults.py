"""Faults that can be switched on: what bad links, bad settings and bad luck look like from outside."""

from dataclasses import dataclass, fields


@dataclass
class Faults:
    """All off by default; attributes may be changed while the router runs."""

    drop_after_n_sentences: int = 0  # close an API connection after so many reply sentences, 0 is never
    cut_at_command: int = 0  # once: the connection ends at so many commands from now, done but unanswered
    lose_at_command: int = 0  # once: the same, but the command never arrives
    half_open: bool = False  # a lost connection is noticed only after nine minutes
    slow_bytes: float = 0.0  # seconds between single bytes of API replies
    garbage: bool = False  # answer API commands after login with bytes that are no sentence
    refuse_login: bool = False  # every API login fails, as after a changed password
    no_acct_response: bool = False  # Accounting-Responses never arrive, so everything is sent again
    drop_coa: bool = False  # CoA and Disconnect are lost on the way in
    wrong_coa_secret: bool = False  # CoA and Disconnect are checked with another secret and dropped
    clock_1970: bool = False  # the calendar was lost with the power

    def switch_on(self, text: str) -> None:
        """Read `name` or `name=value` as the command line gives it."""
        name, _, value = text.partition("=")
        name = name.replace("-", "_")
        kinds = {f.name: f.type for f in fields(self)}
        if name not in kinds:
            raise ValueError(f"unknown fault {name}; known: {', '.join(sorted(kinds))}")
        if kinds[name] is bool:
            setattr(self, name, True)
        elif kinds[name] is int:
            setattr(self, name, int(value or 5))
        else:
            setattr(self, name, float(value or 0.05))
