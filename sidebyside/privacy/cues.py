"""The vocabulary around numbers, read from `resources/cues.toml`: cues, labels, fillers and units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from functools import cache
from pathlib import Path

import msgspec

from sidebyside import paths
from sidebyside.errors import BadContent


class CueKind(msgspec.Struct, frozen=True, kw_only=True):
    """What a payment or identity cue means for the numbers near it."""

    key: str
    label: str
    """What the mask reads: `card number`, `security code` or `number`."""
    pause: bool = False
    """A session with automatic pause stops listening on it."""
    close: bool = False
    """Right after it, two digits are enough."""
    phrases: tuple[str, ...]


class Mark(IntEnum):
    """The part that a word plays around numbers."""

    NONE = 0
    FILLER = 1
    """The first word of a filler: counts as one."""
    FILLER_REST = 2
    """A later word of a filler: counts for nothing."""
    BREAK = 3
    CUE = 4
    TELEPHONE = 5
    ORDER = 6


class Phrase(msgspec.Struct, frozen=True):
    """A phrase found: words `first` to `last` (inclusive), and the cue's kind where it is one."""

    first: int
    last: int
    mark: Mark
    kind: CueKind | None = None


class _Telephone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    phrases: tuple[str, ...]


class _Labels(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    order: tuple[str, ...]
    names: frozenset[str]


class _Units(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    words: frozenset[str]
    between: frozenset[str]
    rates: frozenset[str]
    no_plural: frozenset[str]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    cue: tuple[CueKind, ...]
    telephone: _Telephone
    labels: _Labels
    breaks: _Telephone
    fillers: _Telephone
    units: _Units


_Entry = tuple[tuple[str, ...], Mark, CueKind | None]


class Vocabulary:
    """All phrases, ready to be found in a list of words."""

    def __init__(self, content: _File) -> None:
        self.units = content.units
        self.names = content.labels.names
        self._phrases: dict[str, list[_Entry]] = {}
        # Later marks win where a phrase stands in two lists, so the cues come last.
        table: dict[tuple[str, ...], tuple[Mark, CueKind | None]] = {}
        for phrases, mark in (
            (content.fillers.phrases, Mark.FILLER),
            (content.breaks.phrases, Mark.BREAK),
            (content.labels.order, Mark.ORDER),
            (content.telephone.phrases, Mark.TELEPHONE),
        ):
            table.update({tuple(phrase.split()): (mark, None) for phrase in phrases})
        for kind in content.cue:
            table.update({tuple(phrase.split()): (Mark.CUE, kind) for phrase in kind.phrases})
        for words, (mark, kind_or_none) in table.items():
            self._phrases.setdefault(words[0], []).append((words, mark, kind_or_none))
        for entries in self._phrases.values():
            # A cue is never hidden behind a longer phrase of another sort; then the longest first.
            entries.sort(key=lambda entry: (entry[1] is not Mark.CUE, -len(entry[0])))

    def find(self, words: Sequence[str]) -> list[Phrase]:
        """The phrases in lower-case words, in order. They do not overlap, but a cue may begin inside another phrase."""
        found: list[Phrase] = []
        upto = -1
        for i, word in enumerate(words):
            for phrase, mark, kind in self._phrases.get(word, ()):
                if i <= upto and mark is not Mark.CUE:
                    continue
                if len(phrase) == 1 or tuple(words[i : i + len(phrase)]) == phrase:
                    found.append(Phrase(i, i + len(phrase) - 1, mark, kind))
                    upto = max(upto, i + len(phrase) - 1)
                    break
        return found


def marks(count: int, phrases: Iterable[Phrase]) -> list[Mark]:
    """The mark of each of `count` words."""
    result = [Mark.NONE] * count
    for phrase in phrases:
        for i in range(phrase.first, phrase.last + 1):
            rest = phrase.mark is Mark.FILLER and i > phrase.first
            result[i] = max(result[i], Mark.FILLER_REST if rest else phrase.mark)
    return result


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary, read once.

    Raises:
        BadContent: the file does not hold what it must. Nothing is let through unmasked in its absence.
    """
    return _read(paths.resource("cues.toml"))


def _read(path: Path) -> Vocabulary:
    try:
        return Vocabulary(msgspec.toml.decode(path.read_bytes(), type=_File))
    except (OSError, msgspec.DecodeError) as error:
        raise BadContent(
            f"{path.name} cannot be read ({error}). No text is shown or kept without it; install the app again."
        ) from error
