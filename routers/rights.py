"""Which rights on the router each feature needs, which are missing, and the line an operator pastes to grant them."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from routers import script

TEST = ("test",)  # ping, traceroute, torch
UPDATE = ("policy", "reboot")  # download and install: RouterOS restarts by itself
RESTART = ("reboot",)
COPY = ("ftp", "policy", "sensitive")  # the router's own backup file holds users and keys
REFUSED = "not enough permissions"
# What a right also lets us do: said beside the line, because the operator decides.
WARNINGS: Mapping[str, str] = {
    "reboot": "The right reboot also allows a reset of the configuration. Take it back after the upgrade.",
    "policy": "The right policy also allows changes of the router's users. Take it back after the work.",
}


def granted(policy: str) -> frozenset[str]:
    """The rights in a group's policy; the ones with an exclamation mark are refused."""
    return frozenset(word for word in policy.split(",") if word and not word.startswith("!"))


def of_user(
    user: str, users: Iterable[Mapping[str, str]], groups: Iterable[Mapping[str, str]]
) -> frozenset[str] | None:
    """The rights of our user from the rows of /user and /user/group; None when the router does not show them."""
    group = next((row.get("group", "") for row in users if row.get("name") == user), None)
    if group is None:
        return None
    return next((granted(row.get("policy", "")) for row in groups if row.get("name") == group), None)


def missing(needed: Sequence[str], have: Collection[str]) -> list[str]:
    """The rights that are needed and not there, in their order."""
    return [right for right in needed if right not in have]


def line(user: str, extra: Sequence[str] = ()) -> str:
    """The line that gives our group what it always has and some more; without more it takes them back."""
    base = script.POLICY.split(",")
    words = ",".join([*base, *(right for right in extra if right not in base)])
    return f"/user group set [find where name={script.quote(user)}] policy={words}"


def sentence(user: str, needed: Sequence[str]) -> str:
    """What is missing and how to grant it."""
    names = " and ".join(needed)
    return f"Our user on the router lacks the right {names}. Paste this in its terminal: {line(user, needed)}"


def warnings(needed: Iterable[str]) -> list[str]:
    """What a granted right opens besides."""
    return [WARNINGS[right] for right in needed if right in WARNINGS]


def is_refusal(message: str) -> bool:
    """Whether the router's own words say that a right is missing."""
    return REFUSED in message
