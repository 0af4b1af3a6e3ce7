"""The file of cues: it is read, it is sound, and a broken one lets nothing through."""

from __future__ import annotations

from pathlib import Path

import pytest

from sidebyside.errors import BadContent
from sidebyside.privacy import cues
from sidebyside.privacy.masks import masked
from sidebyside.privacy.numbers import cardinal, spelt
from sidebyside.privacy.redaction import redact
from sidebyside.privacy.words import MASKS


def test_every_cue_reads_as_a_known_mask_and_masks() -> None:
    found = 0
    for entries in cues.vocabulary()._phrases.values():
        for phrase, mark, kind in entries:
            if mark is cues.Mark.CUE:
                assert kind is not None and kind.label in MASKS
                assert "[" in redact(f"{' '.join(phrase)} 4 8 2 1").text, phrase
                found += 1
    assert found > 100


def test_a_broken_file_is_refused_with_its_name(tmp_path: Path) -> None:
    broken = tmp_path / "cues.toml"
    broken.write_text("version = 1\ncue = 3\n", encoding="utf-8")
    with pytest.raises(BadContent, match=r"cues\.toml"):
        cues._read(broken)


@pytest.mark.parametrize(
    "words, value",
    [
        ("eighty four", 84),
        ("one hundred and five", 105),
        ("forty one hundred", 4100),
        ("hundred", 100),
        ("two thousand and twenty four", 2024),
        ("three hundred thousand two hundred", 300200),
        ("one one", None),
        ("forty eleven", None),
        ("oh five", None),
        ("twenty twenty four", None),
        ("two hundred three hundred", None),
    ],
)
def test_amounts_in_words(words: str, value: int | None) -> None:
    assert cardinal(words.split()) == value


@pytest.mark.parametrize(
    "words, digits",
    [
        ("forty one oh double two", "41022"),
        ("triple nine", "999"),
        ("forty one hundred eleven hundred", "41001100"),
        ("twenty zero seven", "2007"),
        ("nineteen eighty", "1980"),
    ],
)
def test_digits_read_out(words: str, digits: str) -> None:
    assert spelt(words.split()) == digits


def test_masks_replace_their_places() -> None:
    assert masked("ab 12 cd", [(3, 5, "number")]) == "ab [number] cd"
