"""Reads the numbers in a side's words: where each begins and ends, its digits, and whether a unit makes it harmless."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from itertools import pairwise

import msgspec

from sidebyside.privacy.cues import Mark, Phrase, marks, vocabulary
from sidebyside.privacy.words import (
    DIGITS,
    EXCLAIMED,
    HESITATIONS,
    MONTHS,
    ONE_AFTER,
    ONE_BEFORE,
    ORDINALS,
    SCALES,
    TEENS,
    TENS,
    TIMES,
    YEAR_BEFORE,
    Shape,
    Token,
)

_CURRENCIES = frozenset("$£€¥")
_FIGURES = (Shape.DIGIT, Shape.TEEN, Shape.TENS, Shape.SCALE)
_NUMBERS = frozenset((*_FIGURES, Shape.FIGURE, Shape.MASK))


class Safe(IntEnum):
    """Why a number need not wait: it says itself what it counts."""

    NO = 0
    WEAK = 1
    """Before what looks like a plural, or "of": not trusted near a cue."""
    DATE = 2
    """Not trusted near an expiry cue."""
    YES = 3


class Atom(msgspec.Struct):
    """One number as it was said: tokens `first` to `last`, inclusive."""

    first: int
    last: int
    digits: str
    plain: bool
    """Said or written as an amount may be: eighty-four, 300."""
    safe: Safe = Safe.NO
    label: str = ""
    """Of a mask: its kind."""
    year: bool = False

    def __repr__(self) -> str:
        return f"Atom({self.first}, {self.last}, {self.safe.name})"


class Stream:
    """One side's words over several utterances, in order, with what surrounds the numbers already found."""

    def __init__(
        self, tokens: Sequence[Token], line: Sequence[int], begin: Sequence[float], finish: Sequence[float]
    ) -> None:
        """`line`, `begin` and `finish` are, for each token, its utterance's index and the seconds of its moment."""
        self.tokens = tokens
        self.line = line
        self.begin = begin
        self.finish = finish
        self.words = [token.word or token.digits for token in tokens]
        self.phrases: list[Phrase] = vocabulary().find(self.words)
        self.marks = marks(len(tokens), self.phrases)
        self.atoms = _atoms(self)

    def word(self, i: int) -> str:
        """The word at a place, or an empty text beyond the ends."""
        return self.tokens[i].word if 0 <= i < len(self.tokens) else ""

    def close(self, i: int) -> bool:
        """Token i follows the one before it with only a space or dash between, in the same utterance."""
        return 0 < i < len(self.tokens) and self.tokens[i].lead == 0 and self.line[i] == self.line[i - 1]

    def is_number(self, i: int) -> bool:
        """Token i is part of some number."""
        return 0 <= i < len(self.tokens) and self.tokens[i].shape in _NUMBERS and self.marks[i] in _READABLE


_READABLE = (Mark.NONE, Mark.BREAK, Mark.TELEPHONE, Mark.ORDER)


def cardinal(words: Sequence[str]) -> int | None:
    """The value of an amount in words ("one hundred and five", "forty-one hundred"), or None if it is not said as one.

    A bare "hundred" is 100, as in "a hundred".
    """
    total, group, unit = 0, 0, 1000
    """`unit` is the size that the next word must stay under."""
    for i, word in enumerate(words):
        if word in SCALES:
            factor = 10 ** len(SCALES[word])
            if factor == 100:
                if group >= 100 or (i and not group):
                    return None
                group, unit = max(group, 1) * 100, 100
            else:
                if (i and not group) or (total and factor >= total):
                    return None
                total, group, unit = total + max(group, 1) * factor, 0, 1000
            continue
        if word == "and":
            continue
        if word in ("oh", "o"):
            return None
        said = DIGITS.get(word) or TEENS.get(word) or TENS.get(word)
        if said is None:
            return None
        value = int(said)
        if value >= unit or (value == 0 and len(words) > 1):
            return None
        group += value
        unit = 10 if word in TENS else 0
    return total + group


def spelt(words: Sequence[str]) -> str:
    """The digits of number words read one after the other: "forty one oh double two" is 41022."""
    out: list[str] = []
    factor, tens = 1, False
    for word in words:
        if word in TIMES:
            factor, tens = TIMES[word], False
            continue
        if word == "and":
            continue
        said = DIGITS.get(word) or TEENS.get(word) or TENS.get(word) or SCALES.get(word, "")
        if tens and word in DIGITS and said != "0":
            out[-1] = out[-1][:-1] + said
        else:
            out.append(said * factor)
        tens, factor = word in TENS and factor == 1, 1
    return "".join(out)


def _end_of_words(stream: Stream, i: int) -> int:
    """The last token of the number words that begin at token i."""
    tokens, last, j = stream.tokens, i, i + 1
    while stream.close(j) and stream.marks[j] in _READABLE:
        shape = tokens[j].shape
        if shape in _FIGURES:
            last = j
        elif not (
            (shape is Shape.TIMES or (tokens[j].word == "and" and tokens[j - 1].shape is Shape.SCALE))
            and stream.close(j + 1)
            and tokens[j + 1].shape in _FIGURES
        ):
            break
        j += 1
    return last


def _in_words(stream: Stream, i: int) -> Atom:
    last = _end_of_words(stream, i)
    words = [stream.tokens[k].word for k in range(i, last + 1)]
    if words[0] in ("oh", "o") and len(words) > 1 and not stream.is_number(i - 1):
        # "Oh three hundred calls": an exclamation, if what follows is an amount of something.
        rest = cardinal(words[1:])
        if rest is not None and rest > 9:
            trial = Atom(i + 1, last, str(rest), True)
            if _safe(stream, trial) is Safe.YES:
                return trial
    value = cardinal(words)
    if value is None and "and" in words and cardinal(words[: words.index("and")]) is not None:
        # "twelve hundred and thirteen hundred" are two amounts.
        words = words[: words.index("and")]
        last, value = i + len(words) - 1, cardinal(words)
    digits = spelt(words) if value is None else str(value)
    year = len(digits) == 4 and digits[:2] in ("19", "20") and words[0] in ("nineteen", "twenty", "two")
    # "nineteen eighty", but not "two oh one one".
    return Atom(i, last, digits, value is not None, year=year and (words[0] != "two" or value is not None))


def _in_figures(stream: Stream, i: int) -> Atom:
    token, last = stream.tokens[i], i
    digits = token.digits
    while token.plain and stream.close(last + 1) and stream.tokens[last + 1].shape is Shape.SCALE:
        last += 1
        digits += stream.tokens[last].digits
    year = len(digits) == 4 and digits[:2] in ("19", "20") and last == i and token.end - token.start == 4
    return Atom(i, last, digits, token.plain, year=year)


def _alone(stream: Stream, i: int) -> bool:
    """Token i is a word that is a digit only in company: "oh", and "one" in "this one"."""
    word = stream.tokens[i].word
    if stream.is_number(i + 1) or stream.is_number(i - 1):
        return False
    if stream.tokens[i].shape is Shape.DIGIT and i and stream.tokens[i - 1].shape is Shape.TIMES:
        return False
    if word in ("oh", "o", "ought", "aught"):
        return not (_goes_on(stream, i) or _leads_in(stream, i))
    if word == "one" and not stream.is_number(i + 2) and not stream.is_number(i - 2):
        before = stream.word(i - 1) in ONE_BEFORE and stream.close(i)
        return before or (stream.word(i + 1) in ONE_AFTER and stream.close(i + 1))
    return False


def _leads_in(stream: Stream, i: int) -> bool:
    """Token i, "oh", is a word away from digits, and that word does not make it an exclamation."""
    after = next((k for k in range(i + 1, min(i + 4, len(stream.tokens))) if stream.word(k) not in HESITATIONS), 0)
    if not after or stream.tokens[i + 1].lead:
        return False
    if stream.is_number(after):
        return True
    return stream.word(after) not in EXCLAIMED and stream.close(after) and stream.is_number(after + 1)


def _goes_on(stream: Stream, i: int) -> bool:
    """No more than fillers and one other word lie between token i, "oh", and digits before it."""
    strange = 0
    for j in range(i - 1, max(i - 6, -1), -1):
        if stream.is_number(j):
            return True
        if stream.marks[j] not in (Mark.FILLER, Mark.FILLER_REST) and stream.tokens[j].shape is not Shape.SOUND:
            strange += 1
        if strange > 1:
            break
    return False


def _begins(stream: Stream, i: int) -> bool:
    """A number in words begins with token i."""
    shape = stream.tokens[i].shape
    if shape is Shape.TIMES:
        return stream.close(i + 1) and stream.tokens[i + 1].shape in _FIGURES
    return shape in _FIGURES and not _alone(stream, i)


def _atoms(stream: Stream) -> list[Atom]:
    atoms: list[Atom] = []
    i, count = 0, len(stream.tokens)
    while i < count:
        token = stream.tokens[i]
        shape = token.shape
        atom: Atom | None = None
        if shape is Shape.MASK:
            atom = Atom(i, i, token.digits, False, label=token.label)
        elif stream.marks[i] not in _READABLE:
            pass
        elif shape is Shape.FIGURE:
            atom = _in_figures(stream, i)
        elif shape in (Shape.CLOCK, Shape.DATE):
            atom = Atom(i, i, token.digits, True, Safe.DATE if shape is Shape.DATE else Safe.WEAK)
        elif _begins(stream, i):
            atom = _in_words(stream, i)
        if atom is None:
            i += 1
            continue
        atoms.append(atom)
        i = atom.last + 1
    _judge(stream, atoms)
    return atoms


def _judge(stream: Stream, atoms: list[Atom]) -> None:
    """Says of each number whether a unit makes it harmless, in the light of its neighbours."""
    chain = 0
    """Digits of bare numbers that lead up to this one without a word between."""
    for k, atom in enumerate(atoms):
        adjacent = k > 0 and atoms[k - 1].last == atom.first - 1
        if not adjacent:
            chain = 0
        if chain >= 7 and stream.tokens[atom.first].shape is Shape.CLOCK:
            # "4111 1111 1111 11:11" tells no time.
            atom.safe = Safe.NO
        elif not atom.label and not atom.safe:
            atom.safe = _safe(stream, atom)
            joined = adjacent and not atoms[k - 1].safe and stream.close(atom.first)
            if atom.safe and (joined or chain >= 7) and stream.tokens[atom.first].lead < 2:
                # The last of "4111 1111 1111 1111 days" counts no days.
                atom.safe = Safe.NO
        chain = 0 if atom.safe else chain + len(atom.digits)
    _ranges(stream, atoms)
    for atom, after in pairwise(atoms):
        goes_on = stream.close(after.first) or after.first - atom.last == 2
        same_line = stream.line[atom.last] == stream.line[after.first]
        if (
            atom.safe in (Safe.WEAK, Safe.DATE)
            and not after.safe
            and same_line
            and goes_on
            and after.first - atom.last <= 2
        ):
            # "one of two nought", "three may three four": no date and no quantity goes on like that.
            atom.safe = Safe.NO
    for before, atom, after in zip(atoms, atoms[1:], atoms[2:], strict=False):
        flanked = atom.first - before.last <= 2 and after.first - atom.last <= 3
        if atom.safe and flanked and not before.safe and not after.safe and len(before.digits + after.digits) >= 7:
            # A unit in the middle of a long run is a recogniser's mistake.
            atom.safe = Safe.NO


def _ranges(stream: Stream, atoms: list[Atom]) -> None:
    """In "two to three hundred dollars" and "between 200 and 300 calls" the first number shares the unit."""
    for k in range(len(atoms) - 2, -1, -1):
        atom, after = atoms[k], atoms[k + 1]
        gap = [stream.word(i) for i in range(atom.last + 1, after.first)]
        apart = k == 0 or atoms[k - 1].last < atom.first - 1
        between = stream.word(atom.first - 1) == "between" and gap == ["and"]
        if atom.safe or not atom.plain or not apart or len(atom.digits) > 6:
            continue
        if between and after.plain and len(after.digits) <= 6:
            atom.safe, after.safe = Safe.WEAK, max(Safe.WEAK, after.safe)
        elif after.safe and gap in (["to"], ["and"], ["or"], ["till"], ["until"], ["by"]):
            atom.safe = after.safe


def _safe(stream: Stream, atom: Atom) -> Safe:
    """Whether a number, taken alone, says what it counts."""
    same_line = atom.first > 0 and stream.line[atom.first - 1] == stream.line[atom.first]
    before, after = stream.word(atom.first - 1) if same_line else "", stream.word(atom.last + 1)
    # Six digits and two behind the point at most, unless it is written with thousands' commas or a word for them.
    written = stream.tokens[atom.first]
    grouped = written.shape is Shape.FIGURE and written.end - written.start > len(written.digits)
    scaled = any(stream.tokens[i].shape is Shape.SCALE for i in range(atom.first, atom.last + 1))
    if len(atom.digits) > (12 if scaled or grouped else 6):
        return Safe.NO
    ahead = stream.tokens[atom.first - 1] if same_line else None
    if ahead is not None and ahead.shape is Shape.WORD and ahead.end == written.start and len(atom.digits) <= 2:
        # "Q3", "v2"
        return Safe.YES
    if before in vocabulary().names and stream.close(atom.first) and len(atom.digits) <= 6:
        return Safe.YES
    if not atom.plain:
        return _year(stream, atom, before)
    if before in _CURRENCIES or (before in ("usd", "eur", "gbp") and stream.close(atom.first)):
        return Safe.YES
    return max(_unit(stream, atom), _date(stream, atom, before, after), _year(stream, atom, before))


def _unit(stream: Stream, atom: Atom) -> Safe:
    units, i = vocabulary().units, atom.last + 1
    if not stream.close(i):
        return Safe.NO
    word = stream.word(i)
    if word in units.between and stream.close(i + 1):
        i += 1
        word = stream.word(i)
    nxt = stream.word(i + 1) if stream.close(i + 1) else ""
    if word + "s" in units.words and word in units.words and atom.digits != "1" and nxt not in units.words:
        # "nine call" counts nothing; "a three month contract" does.
        return Safe.WEAK
    if atom.digits == "1" and word.endswith("s") and word in units.words:
        # "one days": misheard.
        return Safe.NO
    if word == "%" or word in units.words or (word == "a" and nxt == "m") or (word == "p" and nxt == "m"):
        return Safe.YES
    if word == "point" and stream.is_number(i + 1):
        return Safe.NO
    if word in units.rates and nxt in units.words:
        return Safe.YES
    if word in ORDINALS:
        return Safe.DATE
    if len(atom.digits) <= 2 and word == "past" and stream.is_number(i + 1):
        return Safe.YES
    if atom.digits in ("5", "10", "20", "25") and word == "to" and stream.is_number(i + 1) and atom.last == atom.first:
        following = stream.tokens[i + 1]
        if following.shape in (Shape.DIGIT, Shape.TEEN) and not stream.is_number(i + 2):
            return Safe.WEAK
    plural = len(word) > 3 and word.endswith("s") and not word.endswith("ss") and word not in units.no_plural
    if len(atom.digits) <= 5 and (plural or word == "of"):
        return Safe.WEAK
    return Safe.NO


def _date(stream: Stream, atom: Atom, before: str, after: str) -> Safe:
    if len(atom.digits) <= 2:
        if before == "past" and stream.is_number(atom.first - 2):
            return Safe.YES
        if before in MONTHS and stream.close(atom.first):
            return Safe.DATE
        if after in MONTHS or (after == "of" and stream.word(atom.last + 2) in MONTHS):
            return Safe.DATE
    return Safe.NO


def _year(stream: Stream, atom: Atom, before: str) -> Safe:
    if not atom.year:
        return Safe.NO
    if before in YEAR_BEFORE or before in MONTHS or before in ORDINALS:
        return Safe.DATE
    ahead = stream.tokens[atom.first - 1] if atom.first else None
    if ahead is None or ahead.shape not in (Shape.ORDINAL, Shape.FIGURE):
        return Safe.NO
    # "the 12th, 2024", "March 12, 2024" and "Q3 2024"
    dated = ahead.shape is Shape.ORDINAL or stream.word(atom.first - 2) in MONTHS or stream.word(atom.first - 2) == "q"
    return Safe.DATE if dated else Safe.NO
