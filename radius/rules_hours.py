"""What the clock decides: hours of the week, quotas of a day, stages of fair use."""

from __future__ import annotations

from kmikro.lib import timetable
from radius.case import Case, No
from radius.sentences import Said
from radius.wording import amount, moment, span
from subscribers.arranged import NEVER


def in_hours(case: Case) -> Said | No:
    windows = case.facts.plan.windows
    if not windows:
        return ""
    is_open, changes_at = timetable.standing(windows, case.now, case.zone)
    if is_open:
        return ("hours", changes_at, case.now, str(case.zone))
    opens_at = case.now if changes_at is None else changes_at
    text = f"The plan is not for this hour; it opens on {moment(opens_at, case.zone)}."
    return No("outside_hours", text, (opens_at,))


def data_today(case: Case) -> Said | No:
    limit = case.facts.plan.daily_data_bytes
    if limit is None:
        return ""
    limit += case.extra("day")
    used = case.used().get("day", 0)
    if limit - used < 1:
        anew = case.period("day")[1]
        text = f"Today's {amount(limit)} of data are used; the next day begins on {moment(anew, case.zone)}."
        return No("day_data_spent", text, (anew,))
    return ("data_today", limit - used, limit)


def time_today(case: Case) -> Said | No:
    limit = case.facts.plan.daily_seconds
    if limit is None:
        return ""
    used = case.seconds_today()
    if limit - used < 1:
        anew = case.period("day")[1]
        text = f"Today's {span(limit)} of online time are used; the next day begins on {moment(anew, case.zone)}."
        return No("day_time_spent", text, (anew,))
    return ("time_today", limit - used, limit)


def speed_now(case: Case) -> Said | No:
    """Never a refusal: it says which speed was arranged, or which these hours have where fair use says nothing else."""
    if (arranged := case.speed()) is not None:
        until = None if arranged.ends_at == NEVER else arranged.ends_at
        return ("speed", arranged.download_bps, arranged.upload_bps, until, str(case.zone))
    if not case.facts.plan.speeds or case.stage() is not None:
        return ""
    timed, changes_at = case.timed()
    return (
        "" if timed is None else ("timed", changes_at, str(case.zone), timed.download_bps, timed.upload_bps)
    )


def fair_use(case: Case) -> Said | No:
    """Never a refusal: it says which speed holds."""
    if not case.facts.plan.stages:
        return ""
    stage = case.stage()
    if stage is None:
        return "Fair use: full speed."
    return ("stage", stage.number, stage.period, stage.after_bytes, stage.download_bps, stage.upload_bps)
