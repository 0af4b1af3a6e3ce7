"""Days and lengths of time in words, the same on every system."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone

from sidebyside.model import Session

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def local(session: Session, moment: str = "") -> datetime:
    """A stored moment (by default the session's start) in the local time of the session."""
    zone = timezone(timedelta(seconds=session.offset))
    return datetime.fromisoformat(moment or session.started).astimezone(zone)


def day(when: date) -> str:
    """`Thu 12 Nov 2026`."""
    return f"{_DAYS[when.weekday()][:3]} {when.day} {_MONTHS[when.month - 1][:3]} {when.year}"


def long_day(when: date) -> str:
    """`Thursday 12 November 2026`."""
    return f"{_DAYS[when.weekday()]} {when.day} {_MONTHS[when.month - 1]} {when.year}"


def due(iso: str) -> str:
    """A day by which something is due, `Fri 20 Nov`; what is not a day stays as it is."""
    try:
        return day(date.fromisoformat(iso)).rpartition(" ")[0]
    except ValueError:
        return iso


def time(when: datetime) -> str:
    """`14:05`."""
    return f"{when:%H:%M}"


def minutes(seconds: float) -> str:
    """A length for reading: `31 minutes`, under a minute in seconds, from two hours on in hours and minutes."""
    if seconds < 60:
        return count(int(seconds), "second")
    whole = round(seconds / 60)
    if whole < 120:
        return count(whole, "minute")
    return f"{whole // 60} h {whole % 60} min"


def count(number: int, thing: str, things: str = "") -> str:
    """`1 call`, `4 calls`."""
    return f"{number} {thing if number == 1 else things or thing + 's'}"


def parse(text: str, today: date) -> date | None:
    """A day as people write it: `2026-11-27`, `27 Nov`, `Fri 27 November 2026`; without a year, the next such day."""
    plain = text.strip().casefold().replace(",", " ")
    try:
        return date.fromisoformat(plain)
    except ValueError:
        pass
    found = re.fullmatch(r"(?:[a-z]+ +)?(\d{1,2})(?:st|nd|rd|th)?[ .]+([a-z]{3,})\.?(?: +(\d{4}))?", plain)
    months = [number for number, name in enumerate(_MONTHS, start=1) if found and name.casefold().startswith(found[2])]
    if found is None or len(months) != 1:
        return None
    try:
        named = date(int(found[3] or today.year), months[0], int(found[1]))
        return named.replace(year=named.year + 1) if not found[3] and named < today else named
    except ValueError:
        return None
