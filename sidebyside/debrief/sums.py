"""The sums of a debrief: from what reps say and what was heard to calls and cost a year, never as a point alone."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

import msgspec

WORKING_DAYS = 250
"""Working days in a year: fifty weeks of five."""
TEN = 10
"""Of how many calls "of your last ten" counts."""
_Z95 = 1.959963984540054
"""The normal distribution's 97.5 % point."""


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """A range, both ends included."""

    low: float
    high: float


class Pool(msgspec.Struct, frozen=True, kw_only=True):
    """Several people's estimates of one number: the middle one, with the smallest, the largest and how many."""

    median: float
    smallest: float
    largest: float
    n: int

    def times(self, factor: float) -> Pool:
        """The same answers, each multiplied by `factor` (not negative)."""
        _not_negative(factor=factor)
        return Pool(
            median=self.median * factor, smallest=self.smallest * factor, largest=self.largest * factor, n=self.n
        )


def pool(estimates: Sequence[float]) -> Pool | None:
    """The estimates pooled, or None where there are none.

    Raises:
        ValueError: an estimate is negative or not a number.
    """
    if not estimates:
        return None
    for estimate in estimates:
        _not_negative(estimate=estimate)
    return Pool(median=statistics.median(estimates), smallest=min(estimates), largest=max(estimates), n=len(estimates))


def per_day(of_ten: float, calls_a_day: float) -> float:
    """Calls of a kind a day, from how many of the last ten were of it and how many calls a rep takes a day.

    Raises:
        ValueError: `of_ten` is above ten, or a number is negative.
    """
    _not_negative(of_ten=of_ten, calls_a_day=calls_a_day)
    if of_ten > TEN:
        raise ValueError(f"of_ten is at most {TEN}, not {of_ten}")
    return of_ten / TEN * calls_a_day


def calls_a_year(a_day: float, reps: float, days: float = WORKING_DAYS) -> float:
    """Calls of a kind a year: one rep's a day × reps on that queue × working days.

    Raises:
        ValueError: a number is negative.
    """
    _not_negative(a_day=a_day, reps=reps, days=days)
    return a_day * reps * days


def cost_per_contact(minutes: float, hourly: float, occupancy: float) -> float:
    """What one contact costs: handling time in hours × loaded hourly cost ÷ occupancy (above 0, at most 1).

    Raises:
        ValueError: a number is negative, or the occupancy is outside its range.
    """
    _not_negative(minutes=minutes, hourly=hourly)
    if not 0 < occupancy <= 1:
        raise ValueError(f"occupancy is above 0 and at most 1, not {occupancy}")
    return minutes / 60 * hourly / occupancy


def cost_a_year(calls: float, per_contact: float) -> float:
    """Calls a year × cost of one contact; there is no default cost.

    Raises:
        ValueError: a number is negative.
    """
    _not_negative(calls=calls, per_contact=per_contact)
    return calls * per_contact


def wilson(k: int, n: int) -> Interval:
    """Between which shares the truth lies, 95 % of the time, when k of n contacts were of a kind.

    Wilson's score interval (E. B. Wilson, 1927). Nothing heard says nothing: 0 to 1.

    Raises:
        ValueError: not 0 ≤ k ≤ n.
    """
    if not 0 <= k <= n:
        raise ValueError(f"k of n needs 0 ≤ k ≤ n, not {k} of {n}")
    if n == 0:
        return Interval(low=0.0, high=1.0)
    share, z2 = k / n, _Z95**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z95 * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    # At k = 0 and k = n the ends are exact; rounding would leave a crumb beside them.
    return Interval(low=0.0 if k == 0 else middle - half, high=1.0 if k == n else middle + half)


def heard_a_year(k: int, n: int, contacts_a_year: float) -> Interval:
    """The cross-check with what was heard: k of n contacts, as a range of contacts a year.

    Raises:
        ValueError: as `wilson`, or a negative volume.
    """
    _not_negative(contacts_a_year=contacts_a_year)
    share = wilson(k, n)
    return Interval(low=share.low * contacts_a_year, high=share.high * contacts_a_year)


def _not_negative(**numbers: float) -> None:
    for name, number in numbers.items():
        if not (math.isfinite(number) and number >= 0):
            raise ValueError(f"{name} is a number of 0 or more, not {number}")
