"""Gives the refined words of a window back to the utterances they belong to."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Sequence

from sidebyside.speech.recogniser import Heard

MUSIC = "♪"
"""What engines write for music; the rest of such a text is hardly ever speech."""
_WORD = re.compile(r"[a-z0-9']+")


def plain_words(text: str) -> list[str]:
    """Lower-case words without punctuation, for comparing."""
    return _WORD.findall(text.lower())


def share_out(refined: str, finals: Sequence[str]) -> list[str]:
    """Cut refined text at the borders of the first pass' utterances.

    The two texts are aligned word by word; each border between utterances falls where the words on both of its sides
    agree best, and words that only the second pass heard go to the utterance whose words surround them.

    Args:
        refined: the window's refined text.
        finals: the first pass' text of each utterance in it, in order.

    Returns:
        As many texts as `finals`, together all words of `refined` in order; one may be empty.
    """
    tokens = refined.split()
    if len(finals) == 1:
        return [" ".join(tokens)]
    new = [" ".join(plain_words(token)) for token in tokens]
    old: list[str] = []
    borders: list[int] = []
    for text in finals:
        old += plain_words(text)
        borders.append(len(old))
    cuts = [_cut(border, _pairs(old, new), len(old), len(new), tokens) for border in borders[:-1]]
    pieces: list[str] = []
    begin = 0
    for cut in [*cuts, len(tokens)]:
        cut = max(begin, cut)
        pieces.append(" ".join(tokens[begin:cut]))
        begin = cut
    return pieces


def _pairs(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return [(block.a + k, block.b + k) for block in matcher.get_matching_blocks() for k in range(block.size)]


def _cut(border: int, pairs: list[tuple[int, int]], olds: int, news: int, tokens: Sequence[str]) -> int:
    """Where in the refined words the border before old word `border` falls."""
    left_old, left_new = max(((o, n) for o, n in pairs if o < border), default=(-1, -1))
    right_old, right_new = min(((o, n) for o, n in pairs if o >= border), default=(olds, news))
    low, high = left_new + 1, right_new
    if high <= low:
        return low
    # Between the last word that agrees before the border and the first after it: in proportion, but rather at the
    # end of a sentence.
    span = max(right_old - left_old - 1, 1)
    guess = low + round((border - left_old - 1) / span * (high - low))
    ends = [k for k in range(low, high + 1) if k > 0 and tokens[k - 1][-1:] in ".?!"]
    return min(ends, key=lambda k: abs(k - guess)) if ends else guess


def repeats_itself(refined: str, first: str) -> bool:
    """Whether the second pass says a run of words over and over that the first pass did not."""
    new, old = plain_words(refined), plain_words(first)
    for length in (1, 2, 3, 4, 6):
        most_new = _longest_repeat(new, length)
        if most_new >= (5 if length == 1 else 3) and most_new > _longest_repeat(old, length) + 1:
            return True
    return False


def _longest_repeat(words: Sequence[str], length: int) -> int:
    best = 0
    for offset in range(length):
        run, previous = 0, None
        for begin in range(offset, len(words) - length + 1, length):
            gram = tuple(words[begin : begin + length])
            run = run + 1 if gram == previous else 1
            previous = gram
            best = max(best, run)
    return best


def agreement(refined: str, first: str) -> float:
    """Share of words the two passes have in common, 0 to 1, by the longer of the two."""
    new, old = Counter(plain_words(refined)), Counter(plain_words(first))
    longest = max(sum(new.values()), sum(old.values()))
    return sum((new & old).values()) / longest if longest else 1.0


def is_believable(heard: Heard, first: str) -> bool:
    """Whether a window's second pass may replace the first.

    It may not where it says that nobody spoke, where it repeats itself, or where it shares hardly a word with what
    the first pass heard in a stretch long enough to tell.
    """
    if not plain_words(heard.text) or MUSIC in heard.text:
        return False
    if heard.no_speech > 0.6 and heard.log_probability < -0.8:
        return False
    if heard.compression > 2.4 or repeats_itself(heard.text, first):
        return False
    enough = len(plain_words(first)) >= 4
    return not (enough and agreement(heard.text, first) < 0.3 and heard.log_probability < -0.5)
