"""Finds where in a text a listed name or product may have been misheard, by sound alone; the engine then decides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sidebyside.speech.sounds import CHANGE, GAP, Token, distance, is_number, readings, tokens, weight

NEAR = 0.42
"""How unlike the sounds may be, as a share of all that the entry sounds like, 0 to 1."""
INSIDE = 0.6
"""Cost of a match that begins or ends within a word of the text."""
_POSSESSIVE = ("'s", "’s")
MOST_SOUNDS = 60
"""An entry that is longer is not looked for."""


class Candidate(NamedTuple):
    """A place where a listed entry may have been said: characters `start` to `end` of the text."""

    entry: str
    start: int
    end: int
    distance: float
    """0 for the same sounds; `NEAR` at most."""


class Vocabulary:
    """The list of one session, made ready to be looked for in many texts.

    Args:
        entries: as they are to be written; after an equals sign, how one is said that is not said as it is spelled.
    """

    def __init__(self, entries: Sequence[str]) -> None:
        ways = [
            (written, way)
            for written, said in map(_written_and_said, dict.fromkeys(entries))
            for way in dict.fromkeys((*readings(written), *readings(said)))
            if len(way) <= MOST_SOUNDS
        ]
        self._entries = [entry for entry, _ in ways]
        self._ways = [way for _, way in ways]
        lengths = np.array([len(way) for way in self._ways], dtype=np.intp)
        longest = int(lengths.max(initial=0))
        self._sounds: npt.NDArray[np.intp] = np.zeros((len(ways), longest), dtype=np.intp)
        gaps: npt.NDArray[np.float32] = np.zeros((len(ways), longest + 1), dtype=np.float32)
        for row, way in enumerate(self._ways):
            self._sounds[row, : len(way)] = way
            gaps[row, 1 : len(way) + 1] = GAP[list(way)]
        # What it costs to have missed so many sounds of each entry; past its end nothing more.
        self._missed: npt.NDArray[np.float32] = np.cumsum(gaps, axis=1, dtype=np.float32)

    def __len__(self) -> int:
        return len(set(self._entries))

    def candidates(self, text: str) -> list[Candidate]:
        """Places where an entry sounds like what is written there but is not, the most alike first.

        Where an entry stands as listed, and within a run of numbers, nothing is found: what is masked later by its
        digits must not change.
        """
        said = tokens(text)
        if not said or not self._ways:
            return []
        best: dict[tuple[str, int], Candidate] = {}
        for last, row in self._ends(said):
            found = self._place(text, said, last, row)
            if found is None:
                continue
            key = (found.entry, found.start)
            if key not in best or found.distance < best[key].distance:
                best[key] = found
        return sorted(best.values(), key=lambda one: one.distance)

    def _ends(self, said: Sequence[Token]) -> list[tuple[int, int]]:
        """Words of the text at which a row of the list may end: its cheapest alignment with any stretch up to there.

        One column of the alignment a sound of the text, for all entries at once (Sellers 1980).
        """
        missed, width = self._missed, self._missed.shape[1]
        total = missed[:, -1]
        column = missed.copy()
        ends: list[tuple[int, int]] = []
        for number, token in enumerate(said):
            cheapest = np.full(len(total), np.inf, dtype=np.float32)
            for place, sound in enumerate(token.sounds):
                inside = INSIDE if place < len(token.sounds) - 1 else 0.0
                column[:, 0] = INSIDE if place else 0.0
                new = np.empty_like(column)
                new[:, 0] = inside
                new[:, 1:] = np.minimum(column[:, :-1] + CHANGE[sound][self._sounds], column[:, 1:] + GAP[sound])
                # Sounds of the entry left out: a running minimum, shifted by what leaving them out costs.
                column = missed + np.minimum.accumulate(new - missed, axis=1)
                np.minimum(cheapest, column[:, width - 1] + inside, out=cheapest)
            ends += [(number, int(row)) for row in np.flatnonzero(cheapest <= NEAR * total)]
        return ends

    def _place(self, text: str, said: Sequence[Token], last: int, row: int) -> Candidate | None:
        """The whole words up to `last` that sound most like this row of the list."""
        entry, way = self._entries[row], self._ways[row]
        full = weight(way)
        best: tuple[float, int] | None = None
        heard: tuple[int, ...] = ()
        for first in range(last, -1, -1):
            heard = said[first].sounds + heard
            if len(heard) > 2 * len(way) + 2:
                break
            cost = distance(way, heard) / full
            if best is None or cost < best[0]:
                best = (cost, first)
        # Words that a match only reaches into count in full here.
        if best is None or best[0] > NEAR + 2 * INSIDE / full:
            return None
        start, end = said[best[1]].start, said[last].end
        if _plain(text[start:end]) == _plain(entry) or _in_numbers(text, said[: last + 2], best[1], last, entry):
            return None
        if entry[-2:] in _POSSESSIVE and text[end : end + 2] in _POSSESSIVE:
            end += 2
        return Candidate(entry, start, end, round(best[0], 3))


def _written_and_said(entry: str) -> tuple[str, str]:
    written, _, said = (part.strip() for part in entry.partition("="))
    return (written, said) if written else (entry, "")


def put_in(text: str, candidate: Candidate) -> str:
    """The text with the entry in its place, with a capital where the text had one at the start of a sentence."""
    before, entry = text[: candidate.start], candidate.entry
    begins = not before.strip() or before.rstrip()[-1] in ".?!"
    if begins and text[candidate.start].isupper():
        entry = entry[0].upper() + entry[1:]
    return before + entry + text[candidate.end :]


def _plain(text: str) -> list[str]:
    return [text[token.start : token.end].casefold() for token in tokens(text)]


def _in_numbers(text: str, said: Sequence[Token], first: int, last: int, entry: str) -> bool:
    """Whether a place is part of a row of numbers, which later may have to be masked by its digits.

    An entry with a short figure of its own may stand for that figure, where no other number is beside it.
    """
    numbers = [is_number(text[token.start : token.end]) for token in said]
    inside = [text[token.start : token.end] for token in said[first : last + 1]]
    if not any(numbers[first : last + 1]):
        return False
    if any(numbers[max(0, first - 1) : first]) or any(numbers[last + 1 : last + 2]):
        return True
    if sum(letter.isdigit() for word in inside for letter in word) > 3:
        return True
    return sum(numbers[first : last + 1]) > 1 and not any(is_number(word) for word in _plain(entry))
