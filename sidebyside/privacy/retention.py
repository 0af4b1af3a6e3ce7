"""How long things are kept: pure sums of cut-off times, and whether the clock can be trusted to act on them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

MAX_JUMP = timedelta(days=35)
"""A longer absence than this is asked about before anything is purged."""
TOLERANCE = timedelta(minutes=5)
"""Clocks are set right by small steps; only a larger step back is a clock that went back."""


class Retention(msgspec.Struct, frozen=True, kw_only=True):
    """Days for which each sort of thing is kept; at least one day each.

    Raises:
        ValueError: a number of days under one; keeping for ever is not offered.
    """

    transcripts_days: int = 30
    notes_days: int = 365
    """Of notes, flags and debriefs."""
    quiet_days: int = 30
    """Of private notes about the organisation's failings."""

    def __post_init__(self) -> None:
        if min(self.transcripts_days, self.notes_days, self.quiet_days) < 1:
            raise ValueError("Each sort of thing is kept for one day at least.")


class Cutoffs(msgspec.Struct, frozen=True, kw_only=True):
    """What is older than these moments is purged; UTC, ISO 8601 with `+00:00`, comparable as text."""

    transcripts: str
    notes: str
    quiet: str


def cutoffs(now: datetime, settings: Retention) -> Cutoffs:
    """The moments before which each sort of thing has had its time.

    Raises:
        ValueError: `now` has no zone.
    """

    def before(days: int) -> str:
        return (_utc(now) - timedelta(days=days)).replace(microsecond=0).isoformat()

    return Cutoffs(
        transcripts=before(settings.transcripts_days),
        notes=before(settings.notes_days),
        quiet=before(settings.quiet_days),
    )


def expired(now: datetime, made: datetime, days: int) -> bool:
    """Whether something made at a moment and kept for some days has had its time.

    Raises:
        ValueError: a moment without a zone.
    """
    return _utc(now) - _utc(made) > timedelta(days=days)


def clock_went_back(last_seen: datetime, now: datetime) -> bool:
    """The clock shows a time before one it showed already: nothing must be purged by it."""
    return _utc(now) < _utc(last_seen) - TOLERANCE


def clock_jumped(last_seen: datetime, now: datetime) -> bool:
    """More than 35 days have passed since the app last ran, or the clock was set wrong: to be asked about first."""
    return _utc(now) - _utc(last_seen) > MAX_JUMP


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("A moment needs its zone.")
    return moment.astimezone(UTC)
