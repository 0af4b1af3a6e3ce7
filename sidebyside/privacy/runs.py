"""Joins the numbers of a side into runs, across fillers, stray words and utterances, and finds the cues near them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import IntEnum

import msgspec

from sidebyside.privacy.cues import CueKind, Mark
from sidebyside.privacy.numbers import Atom, Safe, Stream
from sidebyside.privacy.words import EDGES, MONTHS, Shape

CARRY = 30.0
"""Seconds over which a run goes on, a cue holds, and digits may wait in memory."""
SHORT = 3
ENDING_WORDS = 5
_FILLERS = 4
_LOOSE = 2
"""Unknown words that may stand between digits: a recogniser puts words there that nobody said."""


class Verdict(IntEnum):
    """What becomes of a run."""

    OPEN = 0
    WAITING = 1
    """Hidden for now: it may become longer."""
    MASKED = 2


class Circumstance(msgspec.Struct, frozen=True):
    """What is known of one utterance beside its words."""

    final: bool = True
    condemned: bool = False
    """A partial of it held a run that was masked for good."""
    hot: bool = False
    """Heard within 30 s after a pause."""
    shown: frozenset[int] = frozenset()
    """Where in its text numbers begin that were revealed."""


class Gap(msgspec.Struct, frozen=True):
    """What lies between two numbers of a run."""

    unknown: int
    sounds: int
    """Words that sound like digits."""


class Chain(msgspec.Struct):
    """Numbers that may be one number: tokens `first` to `last`, inclusive."""

    atoms: list[Atom]
    gaps: list[Gap]
    begin: float
    finish: float
    shown: bool = False
    verdict: Verdict = Verdict.OPEN
    kind: str = "number"
    size: int = 0
    """How many digits, at most."""
    sure: int = 0
    """How many digits without the words that only sound like some."""

    @property
    def first(self) -> int:
        """Its first token."""
        return self.atoms[0].first

    @property
    def last(self) -> int:
        """Its last token."""
        return self.atoms[-1].last

    @property
    def digits(self) -> str:
        """The digits as said, `?` for those thrown away."""
        return "".join(atom.digits for atom in self.atoms)

    def __repr__(self) -> str:
        return f"Chain({self.first}, {self.last}, {self.verdict.name})"


class Sign(msgspec.Struct, frozen=True):
    """A cue or label that was said, and where."""

    side: int
    """Index of its stream."""
    first: int
    last: int
    begin: float
    finish: float
    mark: Mark
    kind: CueKind | None


def signs(streams: Sequence[Stream]) -> list[Sign]:
    """Every cue and label of all sides."""
    return [
        Sign(side, p.first, p.last, stream.begin[p.first], stream.finish[p.last], p.mark, p.kind)
        for side, stream in enumerate(streams)
        for p in stream.phrases
        if p.mark >= Mark.CUE
    ]


class Runs:
    """The runs in one side's words, and the cues that bear on them."""

    def __init__(self, side: int, streams: Sequence[Stream], about: Sequence[Circumstance]) -> None:
        """`side` is the index of its stream; `about` says what is known of each of its utterances."""
        self.side = side
        self.stream = streams[side]
        self.about = about
        self.signs = signs(streams) if self.stream.atoms else []
        self.chains = list(self._chain())

    def _bare(self) -> Iterator[tuple[Atom, bool]]:
        """Each number that no unit protects here, and whether a protected one stands before it."""
        barred = False
        previous: Atom | None = None
        for atom in self.stream.atoms:
            if atom.safe and self._stays_safe(atom, previous):
                barred = True
                continue
            if atom.safe is Safe.DATE and self.stream.word(atom.first - 1) in MONTHS:
                atom.first -= 1
            yield atom, barred
            barred = False
            previous = atom

    def _is_unsettled(self, atom: Atom) -> bool:
        """The unit is the newest word of a partial, which recognisers often take back."""
        line, beyond = self.stream.line[atom.last], atom.last + 2
        if self.about[line].final or len(atom.digits) < SHORT:
            return False
        return beyond >= len(self.stream.tokens) or self.stream.line[beyond] != line

    def _stays_safe(self, atom: Atom, previous: Atom | None) -> bool:
        if self._is_unsettled(atom):
            return False
        if atom.safe is Safe.YES:
            return True
        beside = previous is not None and atom.first - previous.last <= 6
        if previous is not None and beside and (previous.label == "card number" or len(previous.digits) >= 13):
            # A month and a year right behind a card's number: when it runs out.
            return atom.safe is not Safe.DATE
        figures = self.stream.tokens[atom.first].shape in (Shape.DATE, Shape.CLOCK)
        if previous is not None and not figures and atom.first - previous.last <= 2:
            # A date or a quantity that digits lead up to is none.
            return False
        cue = self.cue_before(atom.first, self.stream.begin[atom.first])
        if cue is None or cue.kind is None:
            return True
        return cue.kind.key != "expiry" if atom.safe is Safe.DATE else not cue.kind.pause

    def _chain(self) -> Iterator[Chain]:
        current: Chain | None = None
        for atom, barred in self._bare():
            gap = None if current is None or barred else self._gap(current.atoms[-1], atom)
            if current is not None and gap is not None:
                current.atoms.append(atom)
                current.gaps.append(gap)
                current.finish = self.stream.finish[atom.last]
                continue
            if current is not None:
                yield self._measured(current)
            current = Chain([atom], [], self.stream.begin[atom.first], self.stream.finish[atom.last])
        if current is not None:
            yield self._measured(current)

    def _gap(self, left: Atom, right: Atom) -> Gap | None:
        """What lies between two numbers, or None if the second begins another run."""
        stream = self.stream
        if stream.begin[right.first] - stream.finish[left.last] > CARRY:
            return None
        fillers = unknown = sounds = 0
        for i in range(left.last + 1, right.first):
            mark, token = stream.marks[i], stream.tokens[i]
            if mark is Mark.FILLER:
                fillers += 1
            elif mark is Mark.FILLER_REST:
                continue
            elif mark is not Mark.NONE or token.word in ("=", "×"):
                return None
            elif token.shape is Shape.SOUND:
                sounds += 1
            elif token.shape is Shape.WORD or token.word in ("%", "$", "£", "€", "@", "&"):
                unknown += 1
            elif token.shape is Shape.DIGIT:
                fillers += 1
            elif token.shape is Shape.ORDINAL:
                return None
        amounts = left.plain and right.plain and len(left.digits) > 1 and len(right.digits) > 1
        if sounds and (amounts or sounds > 3):
            # "from 1200 to 1300": the word means itself.
            unknown, sounds = unknown + sounds, 0
        return None if fillers > _FILLERS or unknown > _LOOSE else Gap(unknown, sounds)

    def _measured(self, chain: Chain) -> Chain:
        chain.sure = sum(len(atom.digits) for atom in chain.atoms)
        chain.size = chain.sure
        if chain.sure >= 2:
            chain.size += sum(gap.sounds for gap in chain.gaps) + self._sounds_beside(chain)
        chain.shown = all(
            self.stream.tokens[atom.first].start in self.about[line].shown
            for atom in chain.atoms
            for line in (self.stream.line[atom.first],)
        )
        return chain

    def _sounds_beside(self, chain: Chain) -> int:
        count, i = 0, chain.first
        while self.stream.close(i) and self.stream.word(i - 1) in EDGES:
            count, i = count + 1, i - 1
        i = chain.last + 1
        while self.stream.close(i) and self.stream.word(i) in EDGES:
            count, i = count + 1, i + 1
        return count

    def precedes(self, sign: Sign, first: int, begin: float) -> bool:
        """A sign was said before token `first`, on either side, and still holds at `begin`."""
        if begin - sign.finish > CARRY:
            return False
        return sign.last < first if sign.side == self.side else sign.begin <= begin

    def cue_before(self, first: int, begin: float) -> Sign | None:
        """The latest cue, on either side, within 30 s before a token."""
        cues = [s for s in self.signs if s.mark is Mark.CUE and self.precedes(s, first, begin)]
        return max(cues, key=lambda s: (s.begin, s.side == self.side, s.last), default=None)

    def words_between(self, last: int, first: int) -> int:
        """Words that are neither fillers nor digits between two tokens."""
        return sum(counts_as_word(self.stream, i) for i in range(last + 1, first))


def counts_as_word(stream: Stream, i: int) -> bool:
    """Token i is one of the other words that end a run."""
    return stream.tokens[i].shape in (Shape.WORD, Shape.SOUND) and stream.marks[i] not in (
        Mark.FILLER,
        Mark.FILLER_REST,
    )


def ended(stream: Stream, about: Sequence[Circumstance], chain: Chain, now: float) -> bool:
    """Thirty seconds, or five other words that no longer change, have ended a run."""
    if any(not about[stream.line[atom.first]].final for atom in chain.atoms):
        return False
    if now - chain.finish >= CARRY:
        return True
    words = 0
    for i in range(chain.last + 1, len(stream.tokens)):
        if not about[stream.line[i]].final:
            return False
        words += counts_as_word(stream, i)
        if words >= ENDING_WORDS:
            return True
    return False
