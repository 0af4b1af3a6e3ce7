"""Cuts a text into words, figures and masks, and knows the words that mean digits.

`text2num` was considered and left out: it turns amounts into figures well, but it does not know "oh", "double" or
"triple", adds up what was read out digit by digit ("forty one eleven"), gives no place in the text for each digit, and
cannot say "this might become a number with the next word", which is what decides what a partial may show.
"""

from __future__ import annotations

import re
import unicodedata
from enum import IntEnum

import msgspec


class Shape(IntEnum):
    """What a token is, on its own."""

    WORD = 0
    DIGIT = 1
    """zero to nine, oh."""
    TEEN = 2
    """ten to nineteen."""
    TENS = 3
    """twenty to ninety."""
    SCALE = 4
    """hundred, thousand, million."""
    TIMES = 5
    """double, triple."""
    FIGURE = 6
    CLOCK = 7
    """10:30"""
    DATE = 8
    """12/03/2024"""
    ORDINAL = 9
    """12th"""
    SOUND = 10
    """A word that sounds like a digit: for, to, won, ate."""
    SYMBOL = 11
    MASK = 12


MASKS = {"card number": 16, "security code": 3, "number": 7}
"""Every kind of mask, and how many digits one that came with the text is taken to stand for."""

DIGITS = {
    "zero": "0", "oh": "0", "o": "0", "nought": "0", "naught": "0", "aught": "0", "ought": "0", "one": "1", "two": "2",
    "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "niner": "9", "fife": "5",
}  # fmt: skip
TEENS = {
    "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15", "sixteen": "16",
    "seventeen": "17", "eighteen": "18", "nineteen": "19",
}  # fmt: skip
TENS = {
    "twenty": "20", "thirty": "30", "forty": "40", "fourty": "40", "fifty": "50", "sixty": "60", "seventy": "70",
    "eighty": "80", "ninety": "90",
}  # fmt: skip
SCALES = {"hundred": "00", "thousand": "000", "million": "000000"}
TIMES = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4}
SOUNDS = {
    "to": "2", "too": "2", "tu": "2", "for": "4", "fore": "4", "far": "4", "won": "1", "wun": "1", "ate": "8",
    "hate": "8", "tree": "3", "free": "3", "sex": "6", "sicks": "6", "sick": "6", "nein": "9", "nigh": "9", "line": "9",
    "mine": "9", "fine": "5", "hive": "5", "severn": "7", "owe": "0", "wan": "1", "do": "2",
}  # fmt: skip
EDGES = frozenset(["won", "wun", "ate", "fore", "tree", "sex", "nein", "tu", "too", "sicks", "owe", "severn", "wan"])
"""Sounds of digits that hardly mean themselves at either end of a run, as "to" and "for" do."""

MONTHS = frozenset([
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
])  # fmt: skip
ORDINALS = frozenset([
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
    "twentieth", "thirtieth", "fortieth", "hundredth",
])  # fmt: skip
YEAR_BEFORE = frozenset([
    "in", "since", "of", "by", "from", "until", "till", "before", "after", "year", "during", "late", "early", "mid",
    "around",
])  # fmt: skip
"""A year after one of these is part of a date."""
ONE_BEFORE = frozenset([
    "this", "that", "the", "no", "any", "another", "which", "each", "every", "wrong", "bad", "first", "last", "new",
    "old", "other", "only", "some", "same", "big", "next", "one's", "everyone", "someone",
])  # fmt: skip
"""In "this one" and the like, one is no digit."""
ONE_AFTER = frozenset([
    "of", "thing", "more", "another", "way", "who", "that", "which", "by", "is", "was", "else", "person", "at",
    "where",
])  # fmt: skip
"""Nor in "one of them"."""
HESITATIONS = frozenset([
    "uh", "um", "er", "erm",
])  # fmt: skip
EXCLAIMED = frozenset([
    "i", "okay", "ok", "yes", "yeah", "no", "my", "well", "god", "dear", "right", "you", "it", "it's", "that",
    "that's", "we", "what", "so", "wow", "and", "there", "sorry", "hi", "hello", "sure", "great", "good", "the",
    "about", "around", "just", "like", "only", "they're", "he's", "she's", "i'm", "i've", "we've", "they",
])  # fmt: skip
"""After "oh" these make it an exclamation: "oh no", "oh about 20"."""

_SHAPES: dict[str, tuple[Shape, str]] = {
    **{word: (Shape.DIGIT, digits) for word, digits in DIGITS.items()},
    **{word: (Shape.TEEN, digits) for word, digits in TEENS.items()},
    **{word: (Shape.TENS, digits) for word, digits in TENS.items()},
    **{word: (Shape.SCALE, digits) for word, digits in SCALES.items()},
    **dict.fromkeys(TIMES, (Shape.TIMES, "")),
    **{word: (Shape.SOUND, digits) for word, digits in SOUNDS.items()},
}

_TOKEN = re.compile(
    r"""
    (?P<mask>\[(?:card\ number|security\ code|number)\])
    | (?P<date>(?<![\d/.-])(?:
        \d{1,2}(?P<sep>[/.])\d{1,2}(?P=sep)(?:\d{4}|\d{2}) | \d{1,2}-\d{1,2}-\d{4} | \d{4}-\d{2}-\d{2}
      )(?![\d/-]|\.\d))
    | (?P<clock>(?<![\d:])\d{1,2}:\d{2}(?::\d{2})?(?![\d:]))
    | (?P<ordinal>\d{1,4}(?:st|nd|rd|th)\b)
    | (?P<figure>\d+(?:[.,]\d+)*)
    | (?P<word>[^\W\d_]+(?:['’-][^\W\d_]+)*)
    | (?P<symbol>[$£€¥%/+&@=*×])
    """,
    re.VERBOSE,
)
_WELL_FORMED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d{1,2})?")


class Token(msgspec.Struct, frozen=True):
    """One word, figure, symbol or mask, with its place in the text."""

    word: str
    """In lower case; empty for figures, whose digits are in `digits` alone."""
    start: int
    end: int
    shape: Shape
    digits: str = ""
    """What it adds to a run of digits; `?` where the digit itself was thrown away."""
    lead: int = 0
    """What stands between it and the token before: 0 space or dash, 1 comma, 2 the end of a sentence."""
    plain: bool = False
    """A figure written as an amount may be: 300, 10,000, 84.50."""
    label: str = ""
    """Of a mask: its kind."""

    def __repr__(self) -> str:
        # A token may end up in a traceback; digits must not.
        return f"Token({self.shape.name}, {self.start}, {self.end})"


def _figures(text: str) -> str:
    """The digits of a text, in 0-9 whatever script they were written in."""
    return "".join(str(unicodedata.digit(c)) for c in text if c.isdigit())


def _is_date(text: str) -> bool:
    a, b, c = (int(_figures(part)) for part in re.split(r"[/.-]", text))
    if a > 31:
        a, c = c, a
    return 1 <= min(a, b) <= 12 and 1 <= max(a, b) <= 31 and (c < 100 or 1900 <= c < 2100)


def _is_clock(text: str) -> bool:
    hour, minute, *_ = (int(_figures(part)) for part in text.split(":"))
    return hour < 24 and minute < 60


def _lead(between: str) -> int:
    if not between or between.isspace() or between == "-":
        return 0
    if any(c in ".?!;\n" for c in between):
        return 2
    return 1 if "," in between or ":" in between else 0


def _pieces(group: str, text: str, at: int) -> list[tuple[str, int, int]]:
    """A figure, date or time as (sort, start, end); what only looks like a date or a time falls apart into figures."""
    if (group == "date" and not _is_date(text)) or (group == "clock" and not _is_clock(text)):
        return [("figure", at + m.start(), at + m.end()) for m in re.finditer(r"\d+", text)]
    return [(group, at, at + len(text))]


def _words(text: str, at: int) -> list[tuple[str, int, int]]:
    """A word; one with dashes that holds a digit word ("forty-one", "four-one") falls apart."""
    if "-" in text and any(part.lower() in _SHAPES for part in text.split("-")):
        return [("word", at + m.start(), at + m.end()) for m in re.finditer(r"[^-]+", text)]
    return [("word", at, at + len(text))]


def _token(sort: str, text: str, start: int, end: int, lead: int) -> Token:
    if sort == "word":
        word = text.lower().replace("’", "'")
        shape, digits = _SHAPES.get(word, (Shape.WORD, ""))
        return Token(word, start, end, shape, digits, lead)
    if sort == "figure":
        return Token("", start, end, Shape.FIGURE, _figures(text), lead, _WELL_FORMED.fullmatch(text) is not None)
    if sort == "mask":
        kind = text[1:-1]
        return Token("", start, end, Shape.MASK, "?" * MASKS[kind], lead, False, kind)
    if sort == "symbol":
        return Token(text, start, end, Shape.SYMBOL, "", lead)
    shape = {"date": Shape.DATE, "clock": Shape.CLOCK, "ordinal": Shape.ORDINAL}[sort]
    return Token("", start, end, shape, _figures(text), lead)


def tokenise(text: str) -> list[Token]:
    """The tokens of a text, in order. Punctuation shows only in `lead`."""
    tokens: list[Token] = []
    at = 0
    for match in _TOKEN.finditer(text):
        group = match.lastgroup or "word"
        if group in ("date", "clock"):
            pieces = _pieces(group, match.group(), match.start())
        elif group == "word":
            pieces = _words(match.group(), match.start())
        else:
            pieces = [(group, match.start(), match.end())]
        for sort, start, end in pieces:
            tokens.append(_token(sort, text[start:end], start, end, _lead(text[at:start])))
            at = end
    return tokens
