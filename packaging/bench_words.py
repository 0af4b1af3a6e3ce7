"""When each spoken word was first on screen, and how late texts settled: sums for the bench, free of Qt."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import NamedTuple

from sidebyside.model import Side, Stage
from sidebyside.session.demo import DemoUtterance

_WORD = re.compile(r"[a-z0-9']+")


class Appearance(NamedTuple):
    """A text as it stood on screen at one moment; all times in seconds of the sound."""

    at: float
    side: Side
    start: float
    end: float
    text: str
    stage: Stage


def plain(text: str) -> list[str]:
    """Lower-case words without punctuation."""
    return _WORD.findall(text.lower())


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which so many per cent lie; of nothing, not a number."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share / 100))] if ordered else float("nan")


def appearances(turns: Sequence[DemoUtterance], seen: Sequence[Appearance]) -> list[float | None]:
    """For each spoken word that may be shown, the seconds from its end to its first appearance; None where it never
    appeared."""
    words: list[float | None] = []
    for turn in turns:
        near = [
            one for one in seen if one.side == turn.side and one.start < turn.end + 0.3 and one.end > turn.start - 0.3
        ]
        spoken = [(plain(word.text), word) for word in turn.words]
        first: list[float | None] = [None] * len(spoken)
        for one in sorted(near, key=lambda appearance: appearance.at):
            for index in _matched([" ".join(tokens) for tokens, _ in spoken], plain(one.text)):
                if first[index] is None:
                    first[index] = one.at - spoken[index][1].end
        masked = any("[" in one.text for one in near)
        # Of a masked turn nobody can tell which words should have been seen.
        words += [late for late in first if late is not None or not masked]
    return words


def _matched(spoken: Sequence[str], shown: Sequence[str]) -> list[int]:
    matcher = difflib.SequenceMatcher(None, spoken, shown, autojunk=False)
    return [block.a + k for block in matcher.get_matching_blocks() for k in range(block.size)]


def settled(turns: Sequence[DemoUtterance], seen: Sequence[Appearance], stage: Stage) -> list[float]:
    """For each turn, the seconds from its end to its first final, or refined, text."""
    late = []
    for turn in turns:
        own = [
            one.at - turn.end
            for one in seen
            if one.side == turn.side and one.stage is stage and one.start - 0.5 < turn.end <= one.end + 0.5
        ]
        if own:
            late.append(min(own))
    return late
