"""How long things are kept, and clocks that cannot be trusted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from sidebyside.privacy.retention import Cutoffs, Retention, clock_jumped, clock_went_back, cutoffs, expired

NOW = datetime(2026, 11, 21, 12, 0, 0, 5, tzinfo=UTC)


def test_cutoffs_are_comparable_utc_texts() -> None:
    assert cutoffs(NOW, Retention()) == Cutoffs(
        transcripts="2026-10-22T12:00:00+00:00", notes="2025-11-21T12:00:00+00:00", quiet="2026-10-22T12:00:00+00:00"
    )
    elsewhere = NOW.astimezone(timezone(timedelta(hours=-5)))
    assert cutoffs(elsewhere, Retention()) == cutoffs(NOW, Retention())
    assert cutoffs(NOW, Retention(quiet_days=7)).quiet.startswith("2026-11-14")


def test_expiry_is_by_days() -> None:
    assert not expired(NOW, NOW - timedelta(days=30), 30)
    assert expired(NOW, NOW - timedelta(days=30, seconds=1), 30)


def test_keeping_for_ever_is_not_offered() -> None:
    with pytest.raises(ValueError, match="one day"):
        Retention(transcripts_days=0)


def test_a_clock_that_went_back() -> None:
    assert clock_went_back(NOW, NOW - timedelta(days=1))
    assert not clock_went_back(NOW, NOW)
    assert not clock_went_back(NOW, NOW - timedelta(seconds=30)), "a small correction is none"


def test_a_clock_that_jumped() -> None:
    assert not clock_jumped(NOW, NOW + timedelta(days=35))
    assert clock_jumped(NOW, NOW + timedelta(days=35, seconds=1))
    assert not clock_jumped(NOW, NOW - timedelta(days=90))


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        cutoffs(NOW.replace(tzinfo=None), Retention())
