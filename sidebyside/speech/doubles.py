"""Finds words that both sides seem to have said at once: one side overheard the other, and they count once.

What the ear for bleed lets through is caught here, in the words. Two people do say "thank you" at the same moment, so
few words count as overheard only where they are much quieter.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence

import msgspec

from sidebyside.model import Side
from sidebyside.speech.joining import plain_words

WITHIN = 1.0
"""Seconds between the same words on both sides."""
SLACK = 0.1
"""Where in an utterance a word stands is only guessed: that share of its length more is allowed."""
MANY = 4
"""Words in a row that two people never say at once."""
QUIETER = 6.0
"""dB by which fewer words must be quieter to be overheard."""
MOST = 0.6
"""Share of an utterance's words that make all of it overheard: the rest was misheard."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """An utterance and how loud it was."""

    id: str
    side: Side
    start: float
    end: float
    text: str
    level: float
    """dB, on the same scale for both sides, as it came in."""


def without_doubles(said: Sequence[Said]) -> dict[str, str]:
    """What is left of utterances that are, in part or as a whole, the other side overheard.

    Args:
        said: utterances of one call, in any order; those far apart in time do not matter to each other.

    Returns:
        For each utterance that changes its id and what is left of its text, which may be empty; the louder side's words
        always stay.
    """
    tokens = {one.id: one.text.split() for one in said}
    gone: dict[str, set[int]] = {}
    for quiet in said:
        for loud in said:
            if loud.side != quiet.side and _is_louder(loud, quiet) and _near(loud, quiet):
                gone.setdefault(quiet.id, set()).update(_overheard(quiet, loud))
    left: dict[str, str] = {}
    for one, places in gone.items():
        if places:
            kept = [token for place, token in enumerate(tokens[one]) if place not in places]
            spoken = [token for token in tokens[one] if plain_words(token)]
            enough = sum(1 for place in places if plain_words(tokens[one][place])) >= MOST * len(spoken)
            left[one] = "" if enough else " ".join(kept)
    return left


def _is_louder(loud: Said, quiet: Said) -> bool:
    return (loud.level, -loud.start, loud.side) > (quiet.level, -quiet.start, quiet.side)


def _near(one: Said, other: Said) -> bool:
    return one.start <= other.end + WITHIN and other.start <= one.end + WITHIN


def _overheard(quiet: Said, loud: Said) -> set[int]:
    """Places of the quieter utterance's tokens that are the louder one's words."""
    words, others = _timed(quiet), _timed(loud)
    matcher = difflib.SequenceMatcher(None, [word for word, _, _ in words], [word for word, _, _ in others], False)
    apart = WITHIN + SLACK * max(quiet.end - quiet.start, loud.end - loud.start)
    runs: list[list[int]] = []
    for block in matcher.get_matching_blocks():
        run: list[int] = []
        for step in range(block.size):
            _, at, place = words[block.a + step]
            if abs(at - others[block.b + step][1]) <= apart:
                run.append(place)
            elif run:
                runs.append(run)
                run = []
        runs.append(run)
    much_quieter = loud.level - quiet.level >= QUIETER
    whole = sum(map(len, runs)) >= MOST * len(words)
    return {place for run in runs if len(run) >= MANY or (much_quieter and (whole or len(run) > 2)) for place in run}


def _timed(said: Said) -> list[tuple[str, float, int]]:
    """Each word, about when it was said, and the token it is in."""
    words = [(word, place) for place, token in enumerate(said.text.split()) for word in plain_words(token)]
    each = (said.end - said.start) / max(len(words), 1)
    return [(word, said.start + (number + 0.5) * each, place) for number, (word, place) in enumerate(words)]
