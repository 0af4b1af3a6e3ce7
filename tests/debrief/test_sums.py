"""The sums by hand-worked cases, and what they refuse."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidebyside.debrief import sums


def test_three_of_twelve_is_9_to_53_percent() -> None:
    share = sums.wilson(3, 12)
    assert (round(share.low * 100), round(share.high * 100)) == (9, 53)


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    # Worked out by hand from Wilson's formula with z = 1.96.
    [(0, 0, 0.0, 1.0), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (1, 1, 0.2065, 1.0), (50, 100, 0.4038, 0.5962)],
)
def test_wilson_by_hand(k: int, n: int, low: float, high: float) -> None:
    share = sums.wilson(k, n)
    assert share.low == pytest.approx(low, abs=1e-4)
    assert share.high == pytest.approx(high, abs=1e-4)


@given(st.integers(0, 5_000), st.data())
def test_wilson_stays_a_share_and_holds_what_was_heard(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    share = sums.wilson(k, n)
    assert 0.0 <= share.low <= share.high <= 1.0
    assert n == 0 or share.low <= k / n <= share.high


@pytest.mark.parametrize(("k", "n"), [(-1, 3), (4, 3), (0, -1)])
def test_wilson_refuses_what_cannot_be(k: int, n: int) -> None:
    with pytest.raises(ValueError, match="k of n"):
        sums.wilson(k, n)


def test_ten_a_day_by_120_reps_is_300_000_a_year() -> None:
    assert sums.calls_a_year(10, 120) == 300_000


def test_estimates_keep_their_smallest_and_largest() -> None:
    pooled = sums.pool([10, 4, 15, 12, 8, 10])
    assert pooled == sums.Pool(median=10, smallest=4, largest=15, n=6)
    assert sums.pool([4, 10]) == sums.Pool(median=7, smallest=4, largest=10, n=2)
    assert sums.pool([]) is None
    assert pooled is not None
    assert pooled.times(120 * sums.WORKING_DAYS) == sums.Pool(median=300_000, smallest=120_000, largest=450_000, n=6)


def test_of_the_last_ten_times_calls_a_day() -> None:
    assert sums.per_day(3, 60) == 18
    with pytest.raises(ValueError, match="at most 10"):
        sums.per_day(11, 60)


def test_cost_by_contact_and_by_handling_time() -> None:
    # 6 minutes at 40 an hour are 4; at 80 % occupancy a contact costs 5.
    assert sums.cost_per_contact(6, 40, 0.8) == pytest.approx(5)
    assert sums.cost_a_year(300_000, 5) == 1_500_000
    with pytest.raises(ValueError, match="occupancy"):
        sums.cost_per_contact(6, 40, 0)


def test_the_cross_check_is_a_range_of_the_years_volume() -> None:
    heard = sums.heard_a_year(3, 12, 100_000)
    assert heard.low == pytest.approx(8_894, abs=1)
    assert heard.high == pytest.approx(53_231, abs=1)


@pytest.mark.parametrize("wrong", [-1.0, math.nan, math.inf])
def test_no_sum_takes_a_number_that_is_none(wrong: float) -> None:
    for call in (
        lambda: sums.pool([wrong]),
        lambda: sums.calls_a_year(wrong, 1),
        lambda: sums.cost_a_year(1, wrong),
        lambda: sums.per_day(wrong, 1),
        lambda: sums.heard_a_year(1, 2, wrong),
    ):
        with pytest.raises(ValueError, match="0 or more"):
            call()
