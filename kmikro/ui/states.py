"""Every state word of the product in one table: tone, icon, word. Shape and word come before colour."""

from collections.abc import Mapping
from typing import NamedTuple


class State(NamedTuple):
    """How a state is shown: tone is ok, warn, bad, brand or nothing; icon is a lucide name."""

    tone: str
    icon: str
    label: str


STATES: dict[str, State] = {
    # plans, subscribers, services
    "active": State("ok", "circle-check", "Active"),
    "expiring": State("warn", "hourglass", "Ends soon"),
    "expired": State("bad", "circle-x", "Ended"),
    "slowed": State("warn", "gauge", "Slowed"),
    "suspended": State("", "circle-pause", "Paused"),
    "never": State("", "circle-dashed", "Never online"),
    "lead": State("brand", "user-plus", "Lead"),
    "blocked": State("bad", "ban", "Blocked"),
    "inactive": State("", "circle-pause", "Inactive"),
    "grace": State("warn", "hourglass", "In grace"),
    "walled": State("warn", "shield-alert", "Walled garden"),
    "archived": State("", "archive", "Archived"),
    "draft": State("", "pencil", "Draft"),
    # vouchers and batches
    "unused": State("", "circle-dashed", "Unused"),
    "new": State("", "circle-dashed", "Unused"),
    "in_use": State("ok", "circle-check", "In use"),
    "used": State("", "circle-check-big", "Used up"),
    "spent": State("", "circle-check-big", "Spent"),
    "ended": State("", "timer-off", "Ended"),
    "revoked": State("bad", "ban", "Revoked"),
    "sent": State("warn", "truck", "On its way"),
    "held": State("ok", "circle-check", "With the agent"),
    "returned": State("warn", "undo-2", "Coming back"),
    "stocked": State("", "archive", "Back"),
    "sold": State("ok", "circle-check", "Sold"),
    "undone": State("", "undo-2", "Taken back"),
    "preparing": State("brand", "loader-circle", "Preparing"),
    "ready": State("ok", "circle-check", "Ready"),
    # routers and enrolment
    "online": State("ok", "circle-check", "Online"),
    "offline": State("", "circle-dashed", "Offline"),
    "down": State("bad", "unplug", "Not answering"),
    "waiting": State("warn", "hourglass", "Waiting"),
    "fetched": State("brand", "loader-circle", "Command opened"),
    "enrolling": State("brand", "loader-circle", "Enrolling"),
    "failed": State("bad", "circle-alert", "Failed"),
    "pending": State("", "clock", "Pending"),
    "open": State("bad", "circle-alert", "Open"),
    "running": State("brand", "loader-circle", "Running"),
    "done": State("ok", "circle-check", "Done"),
    "skipped": State("", "circle-dashed", "Left out"),
    "stopped": State("warn", "square", "Stopped"),
    # changes and rollouts
    "asked": State("brand", "loader-circle", "Being planned"),
    "planned": State("", "clock", "Planned"),
    "applying": State("brand", "loader-circle", "Being applied"),
    "proving": State("warn", "timer", "Not yet kept"),
    "kept": State("ok", "circle-check", "Kept"),
    "taken_back": State("bad", "undo-2", "Taken back"),
    "unknown": State("warn", "hourglass", "Unknown"),
    "dropped": State("", "circle-x", "Dropped"),
    # logins
    "accepted": State("ok", "circle-check", "Accepted"),
    "accept": State("ok", "circle-check", "Accepted"),
    "refused": State("bad", "circle-x", "Refused"),
    "reject": State("bad", "circle-x", "Refused"),
    "closed": State("", "log-out", "Closed"),
    "stale": State("warn", "clock-alert", "No news"),
    # people and tokens
    "invited": State("warn", "mail", "Invited"),
    "disabled": State("", "circle-pause", "Off"),
    # money
    "paid": State("ok", "circle-check", "Paid"),
    "due": State("", "clock", "Due"),
    "overdue": State("bad", "circle-alert", "Overdue"),
    "part": State("warn", "circle-dot-dashed", "Part paid"),
    "void": State("", "ban", "Void"),
}


def state_of(value: object) -> State:
    """The state of a key of STATES, of a State, or of a mapping with tone, icon, label."""
    if isinstance(value, State):
        return value
    if isinstance(value, Mapping):
        return State(
            str(value.get("tone", "")), str(value.get("icon", "circle")), str(value.get("label", ""))
        )
    key = str(value)
    return STATES.get(key) or State("", "circle", key.replace("_", " ").capitalize())
