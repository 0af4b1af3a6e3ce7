"""Reads an answer to "how many a day?" as it is typed or said: digits or words, a range, a share, another period."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from text_to_num import text2num  # type: ignore[import-untyped]

A_DAY = "a day"
OF_TEN = "of your last ten"

_LARGEST = 1_000_000
_LONGEST = 200

_PERIODS = {"day": 1.0, "shift": 1.0, "week": 5.0, "month": 250 / 12, "year": 250.0}
"""Working days in each period, on 250 working days a year. An hour is not there: shifts differ too much."""
_ADVERBS = {"daily": "a day", "weekly": "a week", "monthly": "a month", "yearly": "a year"}
_WORDS = {"once": "1", "twice": "2", "single": "1", "couple": "2", "pair": "2", "none": "0", "never": "0", "nil": "0"}
_HEDGES = """
    about around roughly approximately approx maybe perhaps probably say like easily nearly almost over least at more
    than just only well uh um er erm hmm oh so somewhere something between from
"""
_SUBJECTS = """
    i i'd would guess think it it's its is there are we get have calls call emails email contacts contact cases times
    time these those them this ones people customers last latest my our your the me for us
"""
_SMALL_TALK = frozenset((_HEDGES + _SUBJECTS).split())
_N = r"(\d+(?:\.\d{1,2})?)"
"""At most two decimals: "1.000" may be a thousand."""
_RANGE = rf"{_N}(?: (?:to|or|and) {_N})?"
_RATE = re.compile(rf"{_RANGE}(?: (?:a|an|per|each|every) (\w+))?")
_RATE_FIRST = re.compile(rf"(?:a|an|per|each|every) (\w+) {_RANGE}")
_SHARE = re.compile(rf"{_RANGE} (?:of|out of|in|from) (?:every )?{_N}(?: a day)?")
_PERCENT = re.compile(rf"{_RANGE} (?:percent|per cent)")


class Estimate(NamedTuple):
    """A number with its unit, `a day` or `of your last ten`."""

    number: float
    unit: str


def parse_estimate(text: str) -> Estimate | None:
    """The estimate in an answer, or None where it is not clear beyond doubt.

    Of a range the lower end is taken ("10 to 15" is 10): the number has to stand up to those who doubt it. A week,
    month or year is turned into working days (5, 250/12, 250), and a share ("3 of ten", "30 %") into so many of the
    last ten. A bare number is a day's. Not taken: "an hour", since shifts differ, and an upper bound ("under 10"),
    which leaves the number open. The words themselves belong into the answer's text.
    """
    if len(text) > _LONGEST:
        return None
    words = _words(text)
    if words == "half":
        return Estimate(5.0, OF_TEN)
    if match := _PERCENT.fullmatch(words):
        return _share(_lower(match.group(1), match.group(2)), 100.0)
    if match := _SHARE.fullmatch(words):
        return _share(_lower(match.group(1), match.group(2)), float(match.group(3)))
    if match := _RATE.fullmatch(words):
        return _rate(_lower(match.group(1), match.group(2)), match.group(3))
    if match := _RATE_FIRST.fullmatch(words):
        return _rate(_lower(match.group(2), match.group(3)), match.group(1))
    return None


def _words(text: str) -> str:
    """The answer in small letters, numbers as digits, without small talk."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    plain = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", plain)
    plain = re.sub(r"(\d) ?\+", r"\1", plain)
    plain = re.sub(r"(?<=\d) ?/ ?(?=\d)", " of ", plain).replace("/", " per ").replace("%", " percent ")
    plain = re.sub(r"(?<=[\w]) ?[-–—] ?(?=\d)", " to ", plain)
    plain = re.sub(r"(\d)-?ish\b", r"\1", plain)
    plain = re.sub(r"\b(?:or so|or more|give or take)\b", " ", plain)
    plain = re.sub(r"~|≈|[!?;:\"()]|,(?=\s|$)|\.(?=\s|\.|$)", " ", plain)
    plain = re.sub(r"\bhalf (?:a |of )?dozen\b", "6", plain)
    words = [_ADVERBS.get(word, word) for word in plain.split()]
    words = [word for word in " ".join(words).split() if word not in _SMALL_TALK]
    numbers = " ".join(_digits(words))
    numbers = re.sub(r"\b(\d+) dozen\b", lambda match: str(int(match.group(1)) * 12), numbers)
    numbers = re.sub(r"\b(?:a )?dozen\b", "12", numbers)
    return re.sub(r" of\b(?! (?:every )?\d)", "", numbers)


def _digits(words: list[str]) -> list[str]:
    """Number words as digits, the longest run first; "a hundred", "a couple (of)" and "a dozen" too."""
    done: list[str] = []
    at = 0
    while at < len(words):
        for stop in range(min(len(words), at + 8), at, -1):
            number = _number(words[at:stop])
            if number is not None:
                done.append(number)
                at = stop
                break
        else:
            done.append(words[at])
            at += 1
    return done


def _number(words: list[str]) -> str | None:
    spoken = words[1:] if words[0] == "a" and len(words) > 1 and words[1] in ("hundred", "thousand") else words
    if words[0] == "a" and len(words) > 1 and words[1] in _WORDS:
        spoken = words[1:]
    if spoken and spoken[0] in ("couple", "pair") and spoken[1:] in ([], ["of"]):
        return _WORDS[spoken[0]]
    if len(spoken) == 1 and spoken[0] in _WORDS:
        return _WORDS[spoken[0]]
    if any(word[0].isdigit() or word in ("a", "and") for word in (spoken[0], spoken[-1])):
        return None
    if any(word in ("hundreds", "thousands", "millions", "billions") for word in spoken):
        return None
    try:
        return str(text2num(" ".join(spoken), "en"))
    except ValueError:
        return None


def _lower(first: str, second: str | None) -> float:
    return min(float(first), float(second)) if second else float(first)


def _share(part: float, whole: float) -> Estimate | None:
    if whole <= 0 or part > whole:
        return None
    return Estimate(part / whole * 10, OF_TEN)


def _rate(number: float, period: str | None) -> Estimate | None:
    days = _PERIODS.get(period or "day")
    if days is None or number > _LARGEST:
        return None
    return Estimate(number / days, A_DAY)
