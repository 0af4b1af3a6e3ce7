"""Days and lengths in words, and days as people write them."""

from __future__ import annotations

from datetime import date

import pytest
from example_record import example_record

from sidebyside.ui import dates

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-12-01", date(2026, 12, 1)),
        ("27 Nov", date(2026, 11, 27)),
        ("Fri 27 Nov 2026", date(2026, 11, 27)),
        ("3rd January", date(2027, 1, 3)),
        ("1. dec", date(2026, 12, 1)),
        ("31 Feb", None),
        ("12 Ju", None),
        ("ju 12", None),
        ("soon", None),
        ("", None),
    ],
)
def test_days_as_people_write_them(typed: str, day: date | None) -> None:
    assert dates.parse(typed, TODAY) == day


def test_what_is_shown_can_be_typed_again() -> None:
    assert dates.parse(dates.day(TODAY), TODAY) == TODAY


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "1 second"), (59, "59 seconds"), (60, "1 minute"), (1860, "31 minutes"), (7500, "2 h 5 min")],
)
def test_lengths(seconds: float, words: str) -> None:
    assert dates.minutes(seconds) == words


def test_a_session_is_told_in_its_own_local_time() -> None:
    assert f"{dates.local(example_record().session):%d %H:%M}" == "12 10:05"
    assert dates.due("2026-11-20") == "Fri 20 Nov" and dates.due("some day") == "some day"
