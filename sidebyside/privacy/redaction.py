"""Masks card numbers, security codes and other long numbers before anything is shown, written or sent.

The rules, in the order in which they work: words that mean digits are read as such, across fillers, across the
utterances of one side and across the border between a partial and its final; from its third digit a run without a unit
reads `[number]`; at seven digits, or at three near a cue or a masked run, it is masked for good; a shorter one is shown
once 30 s or five other words have ended it. There is no check digit in the decision (see `weighing`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from sidebyside.model import Side
from sidebyside.privacy.masks import masked, spans
from sidebyside.privacy.numbers import Safe, Stream
from sidebyside.privacy.runs import CARRY, Circumstance, Verdict
from sidebyside.privacy.utterances import Line, View
from sidebyside.privacy.weighing import weigh
from sidebyside.privacy.words import Shape, Token, tokenise

SECONDS_A_WORD = 0.75
"""How long a word of a text without times is taken to last, so that 30 s are 40 words."""
MEMORY = 900.0
"""Seconds for which masked utterances are remembered, to weigh a late second pass against."""


class Mask(msgspec.Struct, frozen=True):
    """What was masked, and where in the original text; never the digits."""

    kind: str
    """`card number`, `security code` or `number`."""
    start: int
    end: int


class Redacted(msgspec.Struct, frozen=True):
    """A masked text."""

    text: str
    masks: tuple[Mask, ...]


class Revision(msgspec.Struct, frozen=True):
    """The masked text that an utterance has from now on."""

    utterance_id: str
    text: str


class Cue(msgspec.Struct, frozen=True):
    """Somebody just spoke of a card, its code or another secret that is about to be said."""

    kind: str
    """`card number`, `security code`, `expiry`, `pin` or `one-time code`."""
    side: Side
    at: float
    """Session seconds: the end, so far, of the utterance that it was in."""
    utterance_id: str


# --- one text -------------------------------------------------------------------------------------------------------


class _Done(msgspec.Struct, frozen=True):
    """A mask: where it is in the text so far, and what it covers of the original."""

    start: int
    end: int
    mask: Mask


def _untimed(text: str) -> Stream:
    tokens = tokenise(text)
    moments = [i * SECONDS_A_WORD for i in range(len(tokens))]
    return Stream(tokens, [0] * len(tokens), moments, moments)


def _to_mask(text: str, keep_phone_numbers: bool) -> list[tuple[int, int, str]]:
    """What is to be masked in a text and is not yet, as (start, end, kind)."""
    stream = _untimed(text)
    (chains,) = weigh([stream], [[Circumstance()]], keep_phone_numbers)
    (found,) = spans(stream, 1, [chain for chain in chains if chain.verdict is Verdict.MASKED])
    hidden = [(span.start, span.end, span.chain.kind) for span in found]
    return [(start, end, kind) for start, end, kind in hidden if text[start:end] != f"[{kind}]"]


def redact(text: str, keep_phone_numbers: bool = False) -> Redacted:
    """Masks one text: a typed note, an answer, a pasted or exported text. Masking it again changes nothing.

    Without times, a cue holds for about forty words, and a run below seven digits without a cue is kept.
    """
    done: list[_Done] = []
    # A mask is itself a sign that numbers near it are secret, so this goes on until nothing more is found.
    while hidden := _to_mask(text, keep_phone_numbers):
        fresh = [_Done(s, e, Mask(kind, _origin(done, s), _origin(done, e, end=True))) for s, e, kind in hidden]
        kept = [d for d in done if not any(s <= d.start and d.end <= e for s, e, _ in hidden)]
        text = masked(text, hidden)
        shift, done_now = 0, []
        for old in sorted([*fresh, *kept], key=lambda d: d.start):
            length = len(old.mask.kind) + 2
            done_now.append(_Done(old.start + shift, old.start + shift + length, old.mask))
            shift += length - (old.end - old.start)
        done = done_now
    return Redacted(text, tuple(d.mask for d in done))


def _origin(done: Sequence[_Done], at: int, end: bool = False) -> int:
    """Where a place in the masked text was in the original; within a mask, that is the border of what it covers."""
    shift = 0
    for d in done:
        if at < d.start or (end and at == d.start):
            break
        if at < d.end or (end and at == d.end):
            return d.mask.end if end else d.mask.start
        shift = d.mask.end - d.end
    return at + shift


# --- a session ------------------------------------------------------------------------------------------------------


def _bare_digits(text: str) -> int:
    """How many digits without a unit can be seen in a text."""
    return sum(len(atom.digits) for atom in _untimed(text).atoms if atom.safe is Safe.NO and not atom.label)


class Redactor:
    """Masks the words of a session as they come, on all sides; only masked text leaves it.

    Digits that wait are kept in memory only, for 30 s at most, and thrown away as soon as they are masked for good.
    Times are session seconds. Not safe for use by several threads at once.
    """

    def __init__(self, keep_phone_numbers: bool = False) -> None:
        self._keep_phone_numbers = keep_phone_numbers
        self._wipe()

    def _wipe(self) -> None:
        self._lines: dict[str, Line] = {}
        self._condemned: set[str] = set()
        self._pause_end: float | None = None
        self._now = 0.0
        self._new_cues: list[Cue] = []
        self._cues_known: set[tuple[str, str]] = set()

    def __repr__(self) -> str:
        return f"Redactor({len(self._lines)} utterances)"

    def partial(self, side: Side, utterance_id: str, text: str, start: float, end: float) -> str:
        """The masked text, for the screen, of an utterance under way."""
        known = self._lines.get(utterance_id)
        if known is not None and known.final:
            return known.emitted or ""
        for other in [line for line in self._lines.values() if line.side is side and not line.final]:
            # One utterance at a time is under way on a side.
            del self._lines[other.id]
        if not text:
            return ""
        line = Line(side, utterance_id, text, start, end, final=False)
        line.condemned = utterance_id in self._condemned
        self._lines[utterance_id] = line
        self._now = max(self._now, end)
        view = View(self._around(self._now, self._now), self._pause_end, self._keep_phone_numbers)
        self._note_cues(view)
        found = view.found(line)
        if any(span.chain.verdict is Verdict.MASKED for span in found):
            self._condemned.add(utterance_id)
        return view.render(line)

    def final(self, side: Side, utterance_id: str, text: str, start: float, end: float) -> tuple[Revision, ...]:
        """The utterance's masked text, and that of earlier ones which it changes."""
        line = Line(side, utterance_id, text, start, end, final=True)
        line.condemned = utterance_id in self._condemned
        self._condemned.discard(utterance_id)
        self._lines[utterance_id] = line
        self._now = max(self._now, end)
        return self._settle(start, end, announce=True)

    def refined(self, side: Side, pieces: Sequence[tuple[str, str, float, float]]) -> tuple[Revision, ...]:
        """The second pass' words (id, text, start, end) for utterances that are final, in order.

        Where they no longer hold a run that was masked, or half of it, or show more digits than were seen, the masked
        text of the first pass stays: a misheard digit must not bring a number back. Frozen utterances are passed over.
        """
        before: dict[str, tuple[Line, str, Sequence[Token], frozenset[int]]] = {}
        for utterance_id, text, start, end in pieces:
            line = self._lines.get(utterance_id)
            if line is None:
                line = self._lines[utterance_id] = Line(side, utterance_id, "", start, end, final=True)
            if line.frozen:
                continue
            before[utterance_id] = (line, line.text, line.tokens, line.shown)
            line.hear(text)
            line.final = True
        if not before:
            return ()
        first = min(line.start for line, *_ in before.values())
        last = max(line.end for line, *_ in before.values())
        self._now = max(self._now, last)
        view = View(self._around(first, last), self._pause_end, self._keep_phone_numbers)
        for line, text, tokens, shown in before.values():
            had = [len(token.digits) for token in tokens if token.shape is Shape.MASK]
            has = [span.digits for span in view.found(line) if span.chain.verdict is Verdict.MASKED]
            more_seen = _bare_digits(view.render(line)) > _bare_digits(line.emitted or "")
            if had and (len(has) < len(had) or 2 * sum(has) < sum(had) or more_seen):
                line.text, line.tokens, line.shown = text, tokens, shown
        return self._settle(first, last, always=before)

    def tick(self, now: float) -> tuple[Revision, ...]:
        """What 30 s without more digits reveal; to be called about once a second."""
        self._now = max(self._now, now)
        return self._settle(self._now, self._now)

    def after_pause(self, now: float) -> None:
        """A pause has ended: for 30 s runs of two or more digits are masked."""
        self._pause_end = now

    def frozen(self, utterance_id: str) -> None:
        """From now on an utterance, which a person edited or struck out, is left out of all revisions."""
        if utterance_id in self._lines:
            self._lines[utterance_id].frozen = True

    def forget(self) -> None:
        """Wipes everything that was heard (a pause, the end of a call). What still waits stays masked for good."""
        self._wipe()

    def take_cues(self) -> tuple[Cue, ...]:
        """The payment cues heard since this was last asked, each utterance's once: a reason to pause."""
        taken = tuple(self._new_cues)
        self._new_cues.clear()
        return taken

    # --- inside --------------------------------------------------------------------------------------------------

    def _around(self, first: float, last: float) -> list[Line]:
        """The utterances that may bear on a stretch of time."""
        near = [line for line in self._lines.values() if line.end >= first - CARRY and line.start <= last + CARRY]
        return sorted(near, key=lambda line: line.start)

    def _note_cues(self, view: View) -> None:
        for line, kind in view.cues():
            if (line.id, kind) not in self._cues_known:
                self._cues_known.add((line.id, kind))
                self._new_cues.append(Cue(kind, line.side, line.end, line.id))

    def _settle(
        self, first: float, last: float, announce: bool = False, always: Iterable[str] = ()
    ) -> tuple[Revision, ...]:
        waiting = [line.start for line in self._lines.values() if line.final and line.emitted != line.text]
        view = View(self._around(min([first, *waiting]), last), self._pause_end, self._keep_phone_numbers)
        if announce:
            self._note_cues(view)
        view.end_runs(self._now)
        revisions: list[Revision] = []
        for line in view.lines:
            if not line.final:
                continue
            text = view.render(line)
            if text != line.emitted or line.id in always:
                line.emitted = text
                if not line.frozen:
                    revisions.append(Revision(line.id, text))
            line.seal([span for span in view.found(line) if view.is_sealed(span.chain)])
        self._age()
        return tuple(revisions)

    def _age(self) -> None:
        for line in list(self._lines.values()):
            if line.end < self._now - MEMORY:
                del self._lines[line.id]
        recent = self._lines.keys()
        if len(self._cues_known) > 1000:
            self._cues_known = {known for known in self._cues_known if known[0] in recent}
