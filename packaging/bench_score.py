"""Word errors, pooled: a set's rate is its errors over its words, never a mean of rates."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

from bench_clips import Clip

CLOSE, ALL = "CLOSE", "ALL"
"""The sets with one speaker near the microphone, as on a headset; and with the meetings."""


class Errors(NamedTuple):
    """Words wrong, left out and invented, of so many said."""

    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0
    words: int = 0

    def and_(self, other: Errors) -> Errors:
        """Both together."""
        return Errors(*(one + two for one, two in zip(self, other, strict=True)))

    @property
    def rate(self) -> float | None:
        """Errors a word said, in per cent; None where nothing was said."""
        wrong = self.substitutions + self.deletions + self.insertions
        return 100 * wrong / self.words if self.words else None


class Slots(NamedTuple):
    """Values heard, of so many said."""

    right: int = 0
    said: int = 0

    def and_(self, other: Slots) -> Slots:
        """Both together."""
        return Slots(self.right + other.right, self.said + other.said)


@cache
def _normaliser() -> Any:
    from whisper_normalizer.english import EnglishTextNormalizer  # type: ignore[import-untyped]

    return EnglishTextNormalizer()


def normal(text: str, *, digits: bool = False) -> str:
    """Words as Whisper's English normaliser writes them; with `digits`, each digit on its own."""
    words = str(_normaliser()(text.replace("\n", " ")))
    if digits:
        words = re.sub(r"(\d)", r" \1 ", words)
    return " ".join(words.split())


def is_digits(set_name: str) -> bool:
    """Scored digit by digit, and apart."""
    return set_name.endswith("digits")


def is_sparse(set_name: str) -> bool:
    """Almost silent: only words too many count."""
    return set_name.endswith("sparse")


def is_far(set_name: str) -> bool:
    """Many people around a table."""
    return set_name.startswith("meeting")


def errors(clip: Clip, heard: str) -> Errors:
    """Of one clip with a reference."""
    import jiwer

    digits = is_digits(clip.set)
    said, got = normal(clip.words or "", digits=digits), normal(heard, digits=digits)
    count = len(said.split())
    if not said:
        return Errors()
    if is_sparse(clip.set):
        return Errors(insertions=max(0, len(got.split()) - count), words=count)
    if not got:
        return Errors(deletions=count, words=count)
    found = jiwer.process_words(said, got)
    return Errors(found.substitutions, found.deletions, found.insertions, count)


def slots(clip: Clip, heard: str) -> Slots:
    """How many of a clip's values are in the text, word for word."""
    got = f" {normal(heard)} "
    values = [normal(value) for value in clip.slots]
    return Slots(sum(f" {value} " in got for value in values), len(values))


def by_set(scored: Iterable[tuple[Clip, Errors]]) -> dict[str, Errors]:
    """Pooled by set, with `CLOSE` and `ALL` at the end."""
    sets: dict[str, Errors] = {}
    for clip, found in scored:
        sets[clip.set] = sets.get(clip.set, Errors()).and_(found)
    near = {name: found for name, found in sets.items() if not is_far(name) and not is_digits(name)}
    far = {name: found for name, found in sets.items() if is_far(name) and not is_sparse(name)}
    return {**dict(sorted(sets.items())), CLOSE: _pooled(near.values()), ALL: _pooled([*near.values(), *far.values()])}


def _pooled(found: Iterable[Errors]) -> Errors:
    total = Errors()
    for one in found:
        total = total.and_(one)
    return total
