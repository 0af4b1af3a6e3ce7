"""Answers to "how many a day?" as people type and say them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidebyside.debrief.estimates import A_DAY, OF_TEN, parse_estimate


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("ten", 10),
        ("10", 10),
        (" 10 a day. ", 10),
        ("Ten calls a day", 10),
        ("I'd say about ten", 10),
        ("~ 10/day", 10),
        ("10ish, per shift", 10),
        ("ten or so", 10),
        ("10+ a day", 10),
        ("10 calls of these, every day", 10),
        ("two and a half", None),
        ("2.5", 2.5),
        ("twenty-five", 25),
        ("one hundred and twenty a day", 120),
        ("a hundred", 100),
        ("half a dozen", 6),
        ("two dozen", 24),
        ("a couple of calls", 2),
        ("once a day", 1),
        ("none", 0),
        ("1,000", 1_000),
        ("fifty a week", 10),
        ("1,000 a month", 48),
        ("2,500 a year", 10),
        ("per week 50", 10),
        ("５０ a week", 10),
    ],
)
def test_numbers_a_day(text: str, number: float | None) -> None:
    assert parse_estimate(text) == (None if number is None else (pytest.approx(number), A_DAY))


@pytest.mark.parametrize(
    "text", ["about 10-15", "10–15", "10 to 15", "ten to fifteen", "between 10 and 15", "10 or 15"]
)
def test_of_a_range_the_lower_end_counts(text: str) -> None:
    assert parse_estimate(text) == (10, A_DAY)


@pytest.mark.parametrize(
    ("text", "of_ten"),
    [
        ("3 of ten", 3),
        ("three out of ten", 3),
        ("about 3 of my last ten", 3),
        ("3/10", 3),
        ("1 in 5", 2),
        ("one in every five", 2),
        ("30 %", 3),
        ("30 to 40 percent of calls", 3),
        ("half of them", 5),
        ("10 of 10", 10),
    ],
)
def test_shares_become_so_many_of_the_last_ten(text: str, of_ten: float) -> None:
    assert parse_estimate(text) == (pytest.approx(of_ten), OF_TEN)


@pytest.mark.parametrize(
    "text",
    [
        *("", "   ", "lots", "a few", "no", "no idea", "not many", "hundreds", "-5", "3 4", "1e9", "inf", "nan"),
        *("[number]", "10.5.3", "2026-11-03", "1.000", "1,5", "9999999", "12 of 10", "3 of 0", "110 %", "%", "of"),
        *("one two three", "10 apples", "ten a decade", "2 an hour", "under 10", "up to 10", "x" * 201, "1" * 150),
        *("10 a day and 50 a week", "thousands of them"),
    ],
)
def test_what_is_not_clear_is_left_open(text: str) -> None:
    assert parse_estimate(text) is None


@given(st.text(max_size=250) | st.text(alphabet="0123456789 aofdinten-–,./%+", max_size=40))
def test_any_text_gives_a_sound_number_or_none(text: str) -> None:
    estimate = parse_estimate(text)
    if estimate is not None:
        assert estimate.unit in (A_DAY, OF_TEN)
        assert 0 <= estimate.number <= (10 if estimate.unit == OF_TEN else 1_000_000)
