"""Decides which runs must not be seen: by their length, by the cues near them, and by what is masked beside them.

Where the thresholds come from: seven digits without any cue, three to six near one or near a masked run, 30 s and five
closing words are the product's rules. No check digit decides anything, since one misheard digit breaks it; it only
chooses the mask's words.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from stdnum import luhn

from sidebyside.privacy.cues import Mark
from sidebyside.privacy.numbers import Stream
from sidebyside.privacy.runs import CARRY, SHORT, Chain, Circumstance, Runs, Sign, Verdict

LONG = 7
_BACK = 10
"""Words between digits and the cue, or the long run, that follows them."""
_CLOSE = 13
"""Words within which two digits are enough after a cue that asks for a code; or 10 seconds, across utterances."""
_CLOSE_SECONDS = 10.0
_SPREAD = 11
"""Digits in three or more short groups, with talk between, that are taken for one long number."""
_SUMS = frozenset("=+*×x")


def weigh(
    streams: Sequence[Stream], about: Sequence[Sequence[Circumstance]], keep_phone_numbers: bool = False
) -> list[list[Chain]]:
    """The runs of each side, weighed: which are masked, which wait, which may be seen.

    `streams` are the sides' words; `about` says what is known of each of their utterances.
    """
    scales = [_Scales(Runs(side, streams, about[side]), keep_phone_numbers) for side in range(len(streams))]
    for scale in scales:
        scale.alone()
    roots = [(scale.runs.side, chain) for scale in scales for chain in scale.runs.chains if _is_root(chain)]
    for scale in scales:
        scale.beside(roots)
    return [scale.runs.chains for scale in scales]


def _is_root(chain: Chain) -> bool:
    return chain.verdict is Verdict.MASKED and (chain.size >= LONG or chain.kind != "number")


def _is_code(chain: Chain) -> bool:
    return chain.kind == "security code"


class _Scales:
    """The weighing of one side's runs."""

    def __init__(self, runs: Runs, keep_phone_numbers: bool) -> None:
        self.runs = runs
        self.keep_phone_numbers = keep_phone_numbers

    def alone(self) -> None:
        """Weighs each run by its length and the cues near it."""
        for chain in self.runs.chains:
            cue = self._cue_for(chain)
            kept = any(atom.label for atom in chain.atoms)
            if kept or self._is_long(chain) or self._is_asked_for(chain, cue) or self._is_suspect(chain):
                chain.verdict = Verdict.MASKED
                chain.kind = _kind(chain, cue)
                if self.keep_phone_numbers and not kept and self._is_telephone(chain):
                    chain.verdict = Verdict.OPEN if chain.shown else Verdict.WAITING
            elif chain.sure >= SHORT and not chain.shown:
                chain.verdict = Verdict.WAITING
        self._spread()

    def beside(self, roots: Sequence[tuple[int, Chain]]) -> None:
        """Masks short runs near a run that is masked, on whichever side."""
        for chain in self.runs.chains:
            if chain.verdict is Verdict.MASKED or chain.size < 2 or self._is_order(chain):
                continue
            if chain.size == 2:
                # A code read back with a digit lost.
                near = any(_is_code(root) and abs(chain.begin - root.finish) <= _CLOSE_SECONDS for _, root in roots)
            elif chain.verdict is Verdict.WAITING and chain.size < LONG and not self._is_years(chain):
                near = any(self._is_near(chain, side, root) for side, root in roots)
            else:
                near = False
            if near:
                chain.verdict = Verdict.MASKED
                chain.kind = _kind(chain, self._cue_for(chain))

    def _is_near(self, chain: Chain, side: int, root: Chain) -> bool:
        if side != self.runs.side:
            return chain.begin - root.finish <= CARRY and root.begin - chain.finish <= CARRY
        if root.last < chain.first:
            return chain.begin - root.finish <= CARRY
        return root.begin - chain.finish <= CARRY and self.runs.words_between(chain.last, root.first) <= _BACK

    def _is_long(self, chain: Chain) -> bool:
        if chain.size < LONG or self._is_years(chain):
            return False
        groups: list[tuple[int, int]] = []
        """Of each stretch without unknown words: its digits, and the unknown words before it."""
        for k, atom in enumerate(chain.atoms):
            gap = chain.gaps[k - 1] if k else None
            if gap is None or gap.unknown:
                groups.append((len(atom.digits), gap.unknown if gap else 0))
            else:
                groups[-1] = (groups[-1][0] + len(atom.digits) + gap.sounds, groups[-1][1])
        if any(digits >= LONG for digits, _ in groups):
            return True
        for (left, _), (right, unknown) in pairwise(groups):
            if unknown == 1 and left >= SHORT and right >= SHORT and left + right >= LONG:
                return True
        return chain.size >= 10 and 3 * sum(unknown for _, unknown in groups) <= chain.size

    def _is_asked_for(self, chain: Chain, cue: Sign | None) -> bool:
        if cue is None or cue.kind is None or self._is_order(chain):
            return False
        if chain.size >= SHORT and (chain.sure >= 2 or cue.kind.close):
            return True
        return chain.size == 2 and cue.kind.close and self._is_close(chain, cue)

    def _is_suspect(self, chain: Chain) -> bool:
        lines = {self.runs.stream.line[atom.first] for atom in chain.atoms}
        if chain.size >= SHORT and any(self.runs.about[line].condemned for line in lines):
            return True
        return chain.size >= 2 and any(self.runs.about[line].hot for line in lines)

    def _spread(self) -> None:
        """Masks a long number that was said in groups with more talk between them than a run can bridge."""
        group: list[Chain] = []
        for chain in [*self.runs.chains, None]:
            fits = chain is not None and self._is_group(chain)
            if chain is not None and fits and (not group or chain.begin - group[-1].finish <= CARRY):
                group.append(chain)
                continue
            if len(group) >= 3 and sum(c.sure for c in group) >= _SPREAD:
                for masked in group:
                    masked.verdict = Verdict.MASKED
            group = [chain] if chain is not None and fits else []

    def _is_group(self, chain: Chain) -> bool:
        """Four digits or more that may be part of a longer number, and of no sum."""
        sums = {self.runs.stream.word(chain.first - 1), self.runs.stream.word(chain.last + 1)} & _SUMS
        short = SHORT < chain.sure < LONG and chain.verdict is not Verdict.MASKED
        return short and not sums and not self._is_order(chain) and not self._is_years(chain)

    def _is_years(self, chain: Chain) -> bool:
        return chain.size <= 12 and all(atom.year for atom in chain.atoms)

    def _is_order(self, chain: Chain) -> bool:
        """A label says what the number is, and no code was asked for in the same breath."""
        if chain.size >= LONG:
            return False
        line = self.runs.stream.line[chain.first]
        for sign in self.runs.signs:
            if sign.mark is not Mark.ORDER:
                continue
            if sign.side == self.runs.side:
                # "order 48213", "the order number is uh 48213"
                if self.runs.stream.line[sign.last] != line or not 0 < chain.first - sign.last <= 4:
                    continue
            elif sign.first == sign.last or not -CARRY <= chain.begin - sign.finish <= _CLOSE_SECONDS:
                continue
            cue = self.runs.cue_before(chain.first, chain.begin)
            if cue is None or cue.kind is None:
                return True
            same_line = cue.side == self.runs.side and self.runs.stream.line[cue.last] == line
            if cue.kind.close and (same_line or chain.begin - cue.finish <= _CLOSE_SECONDS):
                continue
            if sign.side == self.runs.side or cue.begin < sign.begin:
                return True
        return False

    def _is_telephone(self, chain: Chain) -> bool:
        if not LONG <= chain.size <= 13:
            return False
        if self.runs.stream.word(chain.first - 1) == "+":
            return self.runs.cue_before(chain.first, chain.begin) is None
        before = [s for s in self.runs.signs if self.runs.precedes(s, chain.first, chain.begin)]
        latest = max(before, key=lambda s: (s.begin, s.side == self.runs.side, s.last), default=None)
        return latest is not None and latest.mark is Mark.TELEPHONE

    def _cue_for(self, chain: Chain) -> Sign | None:
        """The cue that a run answers: the latest before it, else one that follows while the run still waits."""
        before = self.runs.cue_before(chain.first, chain.begin)
        if before is not None or chain.shown:
            return before
        for sign in self.runs.signs:
            if sign.mark is not Mark.CUE:
                continue
            if sign.side != self.runs.side:
                if -CARRY <= sign.begin - chain.finish <= CARRY:
                    return sign
            elif self._follows(chain, sign):
                return sign
        return None

    def _follows(self, chain: Chain, sign: Sign) -> bool:
        soon = sign.begin - chain.finish <= CARRY
        return soon and sign.first > chain.last and self.runs.words_between(chain.last, sign.first) <= _BACK

    def _is_close(self, chain: Chain, cue: Sign) -> bool:
        if cue.side == self.runs.side and self.runs.stream.line[cue.last] == self.runs.stream.line[chain.first]:
            return abs(chain.first - cue.last) <= _CLOSE
        return abs(chain.begin - cue.finish) <= _CLOSE_SECONDS


def _kind(chain: Chain, cue: Sign | None) -> str:
    """The words of the mask."""
    labels = {atom.label for atom in chain.atoms}
    known = "?" not in chain.digits
    label = cue.kind.label if cue is not None and cue.kind is not None else "number"
    if "card number" in labels:
        return "card number"
    # Beyond 19 digits the expiry follows in the same breath.
    lengths = [chain.sure] if 12 <= chain.sure <= 19 else range(13, 20) if chain.sure > 19 else []
    if known and any(luhn.is_valid(chain.digits[:n]) for n in lengths):
        return "card number"
    other = cue is not None and cue.kind is not None and cue.kind.key in ("bank", "identity")
    if 13 <= chain.size <= 19 and not other:
        return "card number"
    if label == "security code" and chain.size > 6:
        return "card number" if chain.size >= 12 else "number"
    if "security code" in labels and chain.size <= 6:
        return "security code"
    return label
