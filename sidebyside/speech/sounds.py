"""How English spellings sound, roughly: enough to tell that "dark rose" may have been "dark roast"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

_VOWELS, _CONSONANTS = "aeiou", "pbtdkgfvszSCJTmnlrwyh"
# S as in shoe, C as in cheese, J as in jam, T as in thing.
ALPHABET = _VOWELS + _CONSONANTS
"""One letter a sound; a sound's number is its place in here."""
_NUMBER = {letter: number for number, letter in enumerate(ALPHABET)}
_CLOSE = ("pb", "tdT", "kg", "fv", "szSCJ", "mn", "lrw")
"""Sounds that a telephone line hardly tells apart."""
_NEAR = {"Tf", "Ts", "Ct", "Jd", "kt", "pt", "pk", "bv", "bd", "dg", "bg", "fp", "zd", "vw", "nl", "mb", "kC", "fh"}
_GLIDES = {"wu", "wo", "yi", "ye"}


def _change(one: str, other: str) -> float:
    if one == other:
        return 0.0
    if one in _VOWELS and other in _VOWELS:
        return 0.35
    if any(one in group and other in group for group in _CLOSE) or {one + other, other + one} & _GLIDES:
        return 0.4
    return 0.7 if {one + other, other + one} & _NEAR else 1.0


def _gap(sound: str) -> float:
    if sound in _VOWELS:
        return 0.4
    return 0.5 if sound in "hwyr" else 0.8 if sound in "tdln" else 1.0


CHANGE: npt.NDArray[np.float32] = np.array([[_change(a, b) for b in ALPHABET] for a in ALPHABET], dtype=np.float32)
"""What it costs to take one sound for another: 0 for the same, 1 for one that is quite unlike."""
GAP: npt.NDArray[np.float32] = np.array([_gap(sound) for sound in ALPHABET], dtype=np.float32)
"""What it costs to leave a sound out or put one in: unstressed vowels and glides are easily lost."""

_SPELLINGS = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^(kn|gn|pn)", "n"),
        (r"^wr", "r"),
        (r"^ps", "s"),
        (r"^x", "z"),
        (r"^wh", "w"),
        (r"mb$", "m"),
        (r"[oa]ugh", "o"),
        (r"igh", "ai"),
        (r"gh", "g"),
        (r"ph", "f"),
        (r"tch", "C"),
        (r"sch", "S"),
        (r"(?<=.)[ts]ion", "Sn"),
        (r"ci(?=[ao])", "S"),
        (r"ch", "C"),
        (r"sh", "S"),
        (r"th", "T"),
        (r"ck", "k"),
        (r"dge", "J"),
        (r"qu", "kw"),
        (r"q", "k"),
        (r"x", "ks"),
        (r"s?c(?=[eiy])", "s"),
        (r"c+", "k"),
        (r"g(?=[eiy])", "J"),
        (r"j", "J"),
        (r"ee|ea|ie|ei|ey$", "i"),
        (r"oo|ou|ow", "u"),
        (r"ay|ai", "e"),
        (r"(?<=.)y", "i"),
        (r"(?<=[^aeiou])e(?=[sd]?$)", ""),
        (r"(.)\1", r"\1"),
    )
]
_SAID = (
    *(("a", "ei"), ("b", "bi"), ("c", "si"), ("d", "di"), ("e", "i"), ("f", "ef"), ("g", "Ji"), ("h", "eiC")),
    *(("i", "ai"), ("j", "Jei"), ("k", "kei"), ("l", "el"), ("m", "em"), ("n", "en"), ("o", "o"), ("p", "pi")),
    *(("q", "kiu"), ("r", "ar"), ("s", "es"), ("t", "ti"), ("u", "iu"), ("v", "vi"), ("w", "dabliu"), ("x", "eks")),
    *(("y", "wai"), ("z", "zed")),
)
_LETTERS = dict(_SAID)
_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_TOKEN = re.compile(r"([^\W\d_]+(?:['’](?!s\b)[^\W\d_]+)*)(?:['’]s\b)?|\d+")
"""A word, its possessive s aside, or a figure."""
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
NUMBERS = frozenset({"oh", "nought", "double", "triple", "hundred", "thousand", *_ONES, *_TENS})


class Token(NamedTuple):
    """A word of a text: where it stands, in characters, and its sounds by number."""

    start: int
    end: int
    sounds: tuple[int, ...]


def tokens(text: str) -> list[Token]:
    """The words of a text with their sounds; punctuation and a possessive s are left out."""
    return [
        Token(found.start(), found.end(1) if found[1] else found.end(), sounds(found[1] or found[0]))
        for found in _TOKEN.finditer(text)
    ]


def is_number(word: str) -> bool:
    """Whether a word is a figure or a spoken number."""
    return any(letter.isdigit() for letter in word) or word.lower() in NUMBERS


@lru_cache(maxsize=8192)
def sounds(word: str, *, as_letters: bool | None = None) -> tuple[int, ...]:
    """The sounds of one word or figure; capitals without a vowel, and letters standing alone, are spelled out.

    Args:
        word: without spaces.
        as_letters: whether to spell capitals out; None guesses.
    """
    if word.isdigit():
        spoken = "".join(_spelled(part) for part in _figure(word).split())
    else:
        parts = _HUMP.sub(" ", _folded(word)).split()
        spoken = "".join(_abbreviation(part) if _is_letters(part, as_letters) else _spelled(part) for part in parts)
    return tuple(_NUMBER[sound] for sound in spoken)


def readings(entry: str) -> list[tuple[int, ...]]:
    """The sounds of the ways a listed entry may be said: capitals as a word and letter by letter."""
    words = [found[1] or found[0] for found in _TOKEN.finditer(entry)]
    ways = {tuple(one for word in words for one in sounds(word, as_letters=way)) for way in (None, True, False)}
    return sorted(way for way in ways if way)


def distance(one: Sequence[int], other: Sequence[int]) -> float:
    """What it costs to take one row of sounds for another."""
    row = [0.0]
    for sound in other:
        row.append(row[-1] + float(GAP[sound]))
    for a in one:
        lost = float(GAP[a])
        above, row = row, [row[0] + lost]
        for j, b in enumerate(other, 1):
            row.append(min(above[j - 1] + float(CHANGE[a, b]), above[j] + lost, row[-1] + float(GAP[b])))
    return row[-1]


def weight(row: Sequence[int]) -> float:
    """What it costs to miss all of these sounds."""
    return float(sum(GAP[sound] for sound in row))


def _folded(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word)
    return "".join(letter for letter in plain if letter.isascii() and letter.isalpha())


def _is_letters(word: str, as_letters: bool | None) -> bool:
    if len(word) == 1:
        return word != "a"
    if not word.isupper():
        return False
    return len(word) <= 4 and not set(word) & set("AEIOU") if as_letters is None else as_letters


def _abbreviation(word: str) -> str:
    return "".join(_LETTERS[letter] for letter in word.lower())


def _spelled(word: str) -> str:
    word = word.lower()
    for pattern, sound in _SPELLINGS:
        word = pattern.sub(sound, word)
    return "".join(letter for letter in word if letter in _NUMBER)


def _figure(digits: str) -> str:
    """A short figure as it is said; a long one, or one that begins with 0, digit by digit."""
    if len(digits) > 3 or (digits[0] == "0" and len(digits) > 1) or not digits.isascii():
        return " ".join(_ONES[int(digit)] for digit in digits)
    number = int(digits)
    if number < 20:
        return _ONES[number]
    if number < 100:
        return f"{_TENS[number // 10 - 2]} {_ONES[number % 10] if number % 10 else ''}"
    return f"{_ONES[number // 100]} hundred {_figure(str(number % 100)) if number % 100 else ''}"
