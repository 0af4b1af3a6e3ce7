"""Puts masks into a text in the place of the runs that were found in it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from sidebyside.privacy.numbers import Stream
from sidebyside.privacy.runs import Chain
from sidebyside.privacy.words import EDGES


class Span(msgspec.Struct, frozen=True):
    """A stretch of one utterance's text that a run covers."""

    start: int
    end: int
    chain: Chain
    digits: int
    """How many of the run's digits lie in it."""


def spans(stream: Stream, lines: int, chains: Sequence[Chain]) -> list[list[Span]]:
    """For each of a stream's utterances, the stretches of its text that runs cover, in order.

    What lies between a run's first and last digit in an utterance is covered too, and so are words at its ends that
    sound like digits.
    """
    result: list[list[Span]] = [[] for _ in range(lines)]
    taken = -1
    for chain in chains:
        reach: dict[int, tuple[int, int, int]] = {}
        for atom in chain.atoms:
            line = stream.line[atom.first]
            first, _, digits = reach.get(line, (atom.first, 0, 0))
            reach[line] = (first, atom.last, digits + len(atom.digits))
        for line, (first, last, digits) in reach.items():
            while first - 1 > taken and _sounds(stream, first - 1, line):
                first -= 1
            while _sounds(stream, last + 1, line):
                last += 1
            taken = last
            result[line].append(Span(stream.tokens[first].start, stream.tokens[last].end, chain, digits))
    return result


def _sounds(stream: Stream, i: int, line: int) -> bool:
    return 0 <= i < len(stream.tokens) and stream.line[i] == line and stream.tokens[i].word in EDGES


def masked(text: str, hidden: Sequence[tuple[int, int, str]]) -> str:
    """A text with each (start, end, kind) replaced by its mask."""
    out: list[str] = []
    at = 0
    for start, end, kind in hidden:
        out += text[at:start], f"[{kind}]"
        at = end
    out.append(text[at:])
    return "".join(out)
