"""A session's words as subtitles, SubRip (.srt) and WebVTT (.vtt), timed from the session's start."""

from __future__ import annotations

from collections.abc import Iterator

from sidebyside.content import Content
from sidebyside.export.wording import SIDES, one_line
from sidebyside.model import SessionRecord, Utterance

_SHORTEST = 0.5
"""Seconds; a cue that ends as it begins is refused by players."""


def render_srt(record: SessionRecord, content: Content) -> str:
    """SubRip: numbered cues, a comma before the milliseconds, the side before the words."""
    cues = (
        f"{number}\n{_span(utterance, ',')}\n{SIDES[utterance.side]}: {_unarrowed(text)}\n"
        for number, (utterance, text) in enumerate(_spoken(record), start=1)
    )
    return "\n".join(cues)


def render_vtt(record: SessionRecord, content: Content) -> str:
    """WebVTT: a header, a point before the milliseconds, the side as the cue's voice."""
    cues = (
        f"{_span(utterance, '.')}\n<v {SIDES[utterance.side]}>{_escaped(text)}\n" for utterance, text in _spoken(record)
    )
    return "\n".join(["WEBVTT\n", *cues])


def _spoken(record: SessionRecord) -> Iterator[tuple[Utterance, str]]:
    """In order of time, with the words on one line; without those that have none."""
    for utterance in sorted(record.utterances, key=lambda u: (u.start, u.end, u.id)):
        text = one_line(utterance.text)
        if text:
            yield utterance, text


def _span(utterance: Utterance, point: str) -> str:
    start = max(utterance.start, 0.0)
    return f"{_stamp(start, point)} --> {_stamp(max(utterance.end, start + _SHORTEST), point)}"


def _stamp(seconds: float, point: str) -> str:
    """HH:MM:SS and milliseconds; hours go past 99 where they must."""
    milliseconds = round(seconds * 1000)
    whole, rest = divmod(milliseconds, 1000)
    return f"{whole // 3600:02}:{whole % 3600 // 60:02}:{whole % 60:02}{point}{rest:03}"


def _unarrowed(text: str) -> str:
    """SubRip has no escapes: an arrow in the words would read as a time line, so its head goes."""
    return text.replace("-->", "--")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
