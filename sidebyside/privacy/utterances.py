"""A session's utterances as the redaction remembers them, and the runs that lie in some of them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from sidebyside.model import Side
from sidebyside.privacy.cues import Mark
from sidebyside.privacy.masks import Span, masked, spans
from sidebyside.privacy.numbers import Stream
from sidebyside.privacy.runs import CARRY, Chain, Circumstance, Verdict, ended
from sidebyside.privacy.weighing import weigh
from sidebyside.privacy.words import Shape, Token, tokenise


class Line:
    """One utterance: as heard while its digits may still matter, masked thereafter."""

    def __init__(self, side: Side, utterance_id: str, text: str, start: float, end: float, final: bool) -> None:
        self.side = side
        self.id = utterance_id
        self.start = start
        self.end = end
        self.final = final
        self.frozen = False
        self.condemned = False
        self.shown: frozenset[int] = frozenset()
        self.emitted: str | None = None
        self.text = ""
        self.tokens: Sequence[Token] = ()
        self.hear(text)

    def hear(self, text: str) -> None:
        """Takes new words in the place of the old ones."""
        self.text = text
        self.tokens = tokenise(text)
        self.shown = frozenset()

    def seal(self, found: Sequence[Span]) -> None:
        """Throws away the digits of runs that are masked for good; how many there were stays known."""
        changed = [s for s in found if self.text[s.start : s.end] != f"[{s.chain.kind}]"]
        if not changed:
            return
        counts = {s.start + _shift(changed, s.start): s.digits for s in changed}
        old = {t.start + _shift(changed, t.start): t for t in self.tokens if t.shape is Shape.MASK}
        self.shown = frozenset(at + _shift(changed, at) for at in self.shown)
        self.text = masked(self.text, [(s.start, s.end, s.chain.kind) for s in changed])
        tokens = tokenise(self.text)
        for i, token in enumerate(tokens):
            if token.shape is Shape.MASK:
                known = old.get(token.start)
                digits = "?" * counts[token.start] if token.start in counts else known.digits if known else token.digits
                tokens[i] = msgspec.structs.replace(token, digits=digits)
        self.tokens = tokens

    def mask_count(self) -> int:
        """How many runs of it were masked for good."""
        return sum(token.shape is Shape.MASK for token in self.tokens)

    def __repr__(self) -> str:
        return f"Line({self.id}, {self.side})"


def _shift(changed: Sequence[Span], at: int) -> int:
    return sum(len(s.chain.kind) + 2 - (s.end - s.start) for s in changed if s.end <= at)


class View:
    """The runs in some utterances, as they stand."""

    def __init__(self, lines: Sequence[Line], pause_end: float | None, keep_phone_numbers: bool) -> None:
        self.lines = lines
        self.by_side = {side: [line for line in lines if line.side is side] for side in Side}
        self._about = [[_circumstance(line, pause_end) for line in side] for side in self.by_side.values()]
        self._streams = [_stream(side) for side in self.by_side.values()]
        self._chains = weigh(self._streams, self._about, keep_phone_numbers)
        self._found: dict[str, list[Span]] = {}
        for side_lines, stream, chains in zip(self.by_side.values(), self._streams, self._chains, strict=True):
            visible = [chain for chain in chains if chain.verdict is not Verdict.OPEN]
            for line, found in zip(side_lines, spans(stream, len(side_lines), visible), strict=True):
                self._found[line.id] = found

    def found(self, line: Line) -> list[Span]:
        """The stretches of an utterance's text that are not to be seen."""
        return [span for span in self._found[line.id] if span.chain.verdict is not Verdict.OPEN]

    def render(self, line: Line) -> str:
        """An utterance's masked text."""
        return masked(
            line.text,
            [
                (s.start, s.end, s.chain.kind if s.chain.verdict is Verdict.MASKED else "number")
                for s in self.found(line)
            ],
        )

    def cues(self) -> list[tuple[Line, str]]:
        """The utterances that hold a payment cue, and its kind."""
        return [
            (lines[stream.line[phrase.first]], phrase.kind.key)
            for lines, stream in zip(self.by_side.values(), self._streams, strict=True)
            for phrase in stream.phrases
            if phrase.mark is Mark.CUE and phrase.kind is not None and phrase.kind.pause
        ]

    def is_sealed(self, chain: Chain) -> bool:
        """A run is masked for good: none of it is in an utterance whose words still change."""
        return chain.verdict is Verdict.MASKED and self._all_final(chain)

    def _all_final(self, chain: Chain) -> bool:
        for lines, stream, chains in zip(self.by_side.values(), self._streams, self._chains, strict=True):
            if any(chain is other for other in chains):
                return all(lines[stream.line[atom.first]].final for atom in chain.atoms)
        return False

    def end_runs(self, now: float) -> None:
        """Reveals the short runs that are over, and masks for good what waited too long without ending."""
        for lines, about, stream, chains in zip(
            self.by_side.values(), self._about, self._streams, self._chains, strict=True
        ):
            for chain in chains:
                if chain.verdict is not Verdict.WAITING:
                    continue
                if ended(stream, about, chain, now):
                    chain.verdict = Verdict.OPEN
                    for atom in chain.atoms:
                        line = lines[stream.line[atom.first]]
                        line.shown |= {stream.tokens[atom.first].start}
                elif now - stream.finish[chain.first] > CARRY and self._all_final(chain):
                    # Digits may wait in memory for 30 s, however slowly more of them come.
                    chain.verdict = Verdict.MASKED


def _stream(lines: Sequence[Line]) -> Stream:
    tokens: list[Token] = []
    index: list[int] = []
    begin: list[float] = []
    finish: list[float] = []
    for i, line in enumerate(lines):
        count = len(line.tokens)
        tokens += line.tokens
        index += [i] * count
        begin += [line.start] * count
        finish += [line.end] * count
    return Stream(tokens, index, begin, finish)


def _circumstance(line: Line, pause_end: float | None) -> Circumstance:
    hot = pause_end is not None and line.end >= pause_end and line.start <= pause_end + CARRY
    return Circumstance(line.final, line.condemned, hot, line.shown)
