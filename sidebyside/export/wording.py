"""The words an export uses for times, sides, gaps and numbers, and how it tells a mask from ordinary text."""

from __future__ import annotations

import datetime
import re

from sidebyside.errors import ExportFailed
from sidebyside.model import GapReason, Session, Side

SIDES = {Side.REP: "Rep", Side.CUSTOMER: "Customer", Side.MIXED: "Heard"}
GAPS = {
    GapReason.PAUSED: "Not listened to: paused",
    GapReason.BETWEEN_CALLS: "Not listened to: between calls",
    GapReason.DEVICE_LOST: "Not heard: the device was lost",
    GapReason.OVERRUN: "Not heard: the computer fell behind",
    GapReason.SPEECH_LOST: "Not heard: speech recognition stopped",
}
MASK = re.compile(r"\[([a-z]+(?:[ -][a-z]+){0,2} (?:number|code)|number|password)\]")
"""What stands in the text where something was masked, such as `[card number]`."""

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_BREAKS = re.compile(r"\r\n|[\r\x85\u2028\u2029]")


def clean(text: str) -> str:
    """The text without what no reader shows (control characters, half surrogates), line breaks as `\\n`."""
    return _CONTROL.sub("\ufffd", _BREAKS.sub("\n", text))


def one_line(text: str) -> str:
    """The text cleaned, each run of white space a blank."""
    return " ".join(clean(text).split())


def clock(seconds: float) -> str:
    """`1:18`-like time as 01:18, from an hour on as 1:01:18; whole seconds, cut off."""
    whole = max(int(seconds), 0)
    hours, minutes = whole // 3600, whole % 3600 // 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes:02}:{whole % 60:02}"


def length(seconds: float) -> str:
    """A length in words: `45 s`, `4 min`, `1 h 05 min`."""
    whole = max(round(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    minutes = round(whole / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


def number(value: float) -> str:
    """A number as a person writes it, with at most two decimals: 10, 2.5, 1 200 000."""
    return f"{value:,.2f}".rstrip("0").rstrip(".").replace(",", " ")


def local_start(session: Session) -> datetime.datetime:
    """When the session began, on the clock on the wall.

    Raises:
        ExportFailed: the stored time is not one.
    """
    try:
        begun = datetime.datetime.fromisoformat(session.started)
        zone = datetime.timezone(datetime.timedelta(seconds=session.offset))
        return (begun if begun.tzinfo else begun.replace(tzinfo=datetime.UTC)).astimezone(zone)
    except (ValueError, OverflowError) as error:
        raise ExportFailed(
            f"The session's start, “{one_line(session.started)}”, is not a time. Nothing was written, and the session "
            "is kept in the library."
        ) from error


def day(date: str) -> str:
    """A stored date (ISO 8601) as `12 November 2026`; anything else as it is."""
    try:
        return long_day(datetime.date.fromisoformat(date))
    except ValueError:
        return one_line(date)


def long_day(date: datetime.date) -> str:
    """A date as `12 November 2026`, in English whatever the system speaks."""
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"
