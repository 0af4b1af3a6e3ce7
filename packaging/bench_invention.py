"""Counts words that nobody said: silence, ringing, keys, hold music and neighbours, before and after somebody spoke."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import soxr
from bench_calls import demo_call
from bench_clips import NEIGHBOURS, NOMINAL, TELEPHONE, Condition, Hearing, Sound, babble, clips_in, neighbours
from bench_clips import over_telephone as telephoned
from bench_engines import Own
from bench_sounds import STYLES, TONES, Exact, at_level, dtmf, hiss, music, tones
from bench_words import plain

from sidebyside.audio.source import RATE

SPOKEN = 25.0
"""Seconds of somebody speaking that come first, where they do: the gate then knows how loud this side is."""
AFTER = 1.0
"""Seconds after the speaker's sound from which words count as invented."""


class Kind(NamedTuple):
    """Something without words: a name, and how to make so many seconds of it as a telephone gives them at 16 kHz."""

    name: str
    make: Callable[[float, np.random.Generator], Sound]


def kinds(folder: Path | None) -> Iterator[Kind]:
    """All kinds; neighbours are made from a folder's clips, else from the demo call."""
    yield Kind("silence, digital", lambda seconds, _: np.zeros(round(seconds * RATE), dtype=np.float32))
    yield Kind("silence, room at −60 dBFS", lambda seconds, chance: _line(hiss(seconds, -60.0, chance)))
    yield Kind("silence, room at −45 dBFS", lambda seconds, chance: _line(hiss(seconds, -45.0, chance)))
    for name, cadence in TONES.items():
        yield Kind(name, lambda seconds, _, cadence=cadence: _line(tones(cadence, seconds)))  # type: ignore[misc]
    yield Kind("DTMF", lambda seconds, chance: _line(dtmf(seconds, chance)))
    for style in STYLES:
        yield Kind(f"hold music, {style}", lambda seconds, chance, style=style: _line(music(style, seconds, chance)))  # type: ignore[misc]
    talk = neighbours(folder) if folder else babble(_demo_voices())
    yield Kind("neighbours alone", lambda seconds, chance: _line(_talk(talk, seconds, chance)))


GROUPS = ("silence", "ringing, busy and other tones, DTMF", "hold music", "neighbours alone")


def group(name: str) -> str:
    """What a kind counts to: each group fills its ten minutes with its kinds by turns."""
    return next((one for one in GROUPS if name.startswith(one)), GROUPS[1])


def invention(minutes: float, folder: Path | None) -> dict[str, Any]:
    """So many minutes of each group, fresh and after somebody spoke; words invented, live and refined."""
    all_kinds = list(kinds(folder))
    speaker = _speaker(folder)
    found: dict[str, Any] = {}
    chance = np.random.default_rng(3)
    with Own() as own:
        for name in GROUPS:
            members = [kind for kind in all_kinds if group(kind.name) == name]
            for spoken in (False, True):
                results = [
                    _hear(own, kind, 60.0 * minutes / len(members), speaker if spoken else speaker[:0], chance)
                    for kind in members
                ]
                found[f"{name}, {'after a speaker' if spoken else 'from the start'}"] = {
                    "minutes": minutes,
                    "live": sum(len(live) for live, _ in results) / minutes,
                    "refined": sum(len(refined) for _, refined in results) / minutes,
                    "kinds": {
                        kind.name: {"live": " ".join(live), "refined": " ".join(refined)}
                        for kind, (live, refined) in zip(members, results, strict=True)
                    },
                }
    return found


def _hear(
    own: Own, kind: Kind, seconds: float, before: Sound, chance: np.random.Generator
) -> tuple[list[str], list[str]]:
    """Words written down during so many seconds of this kind: live, and refined."""
    since = len(before) / RATE + AFTER if len(before) else 0.0
    heard = own.hear(np.concatenate([before, kind.make(seconds, chance)]))
    invented = [one for one in heard if one.start >= since]
    return plain(" ".join(one.live for one in invented)), plain(" ".join(one.refined for one in invented))


def told(found: dict[str, Any]) -> list[str]:
    """As lines for a person."""
    lines = [f"{'words invented a minute':<60}{'live':>8}{'refined':>9}"]
    for name, one in found.items():
        lines.append(f"  {name:<58}{one['live']:>8.2f}{one['refined']:>9.2f}")
        for kind, words in one["kinds"].items():
            if words["live"] or words["refined"]:
                lines.append(f"    {kind}: {words['refined'][:90] or words['live'][:90]}")
    return lines


def _line(narrow: Exact) -> Sound:
    return telephoned(narrow, level=None)


def _talk(talk: Exact, seconds: float, chance: np.random.Generator) -> Exact:
    rolled = np.roll(talk, int(chance.integers(len(talk))))
    return np.resize(at_level(rolled, NOMINAL - NEIGHBOURS), round(seconds * TELEPHONE))


def _demo_voices() -> list[Exact]:
    sound = demo_call().sound
    halves = [half for side in sound.T for half in np.array_split(side, 2)]
    return [np.asarray(soxr.resample(half.astype(np.float64), RATE, TELEPHONE)) for half in halves]


def _speaker(folder: Path | None) -> Sound:
    """Somebody on the telephone, up to a pause: the longest clip of a folder, else the demo call's customer."""
    clips = [clip for clip in clips_in(folder) if clip.words] if folder else []
    if folder and clips:
        longest = max(clips, key=lambda clip: clip.file.stat().st_size)
        sound = Hearing(folder).sound(longest, Condition.TELEPHONE)
    else:
        side = demo_call().sound[:, 1].astype(np.float64)
        sound = telephoned(np.asarray(soxr.resample(side, RATE, TELEPHONE)))
    return _up_to_a_pause(sound)


def _up_to_a_pause(sound: Sound) -> Sound:
    """The first `SPOKEN` seconds, less or more by some, so that no word is cut."""
    frame = RATE // 10
    levels = (sound[: len(sound) // frame * frame].reshape(-1, frame).astype(np.float64) ** 2).mean(axis=1)
    first, last = int(0.8 * SPOKEN * 10), int(1.4 * SPOKEN * 10)
    quiet = np.convolve(levels, np.ones(4), "valid")[first:last]
    return sound if not len(quiet) else sound[: (first + int(np.argmin(quiet)) + 2) * frame]
