"""Calls of two sides, and whole shifts of them: one call after the other with a little quiet between."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from sidebyside.audio.source import RATE
from sidebyside.session.demo import demo_sound

Sound = npt.NDArray[np.float32]
"""At 16 kHz: samples, or samples by two sides."""
BETWEEN = 5.0
"""Seconds from the end of a call's sound to the beginning of the next one's."""
HANGS_UP, PICKS_UP = 1.0, 0.5
"""Seconds after the last and before the first sound at which the key for the end and the start of a call is pressed."""
HISS = 10 ** (-72 / 20)
"""A line is never quite silent between calls."""


class Call(NamedTuple):
    """Two people, the rep left."""

    name: str
    sound: Sound

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.sound) / RATE


class Play(NamedTuple):
    """One call as it was played in a shift, in seconds of the shift's sound."""

    name: str
    start: float
    end: float


def load(file: Path) -> Sound:
    """A file's sound at 16 kHz, samples by channels."""
    sound, rate = soundfile.read(file, dtype="float32", always_2d=True)
    return np.ascontiguousarray(soxr.resample(sound, rate, RATE), dtype=np.float32)


def demo_call() -> Call:
    """The call that comes with the app."""
    return Call("demo call", load(demo_sound()))


def of_two_files(agent: Path, caller: Path) -> Call:
    """A call whose sides are two files that begin together."""
    sides = [load(agent).mean(axis=1), load(caller).mean(axis=1)]
    sound = np.zeros((max(map(len, sides)), 2), dtype=np.float32)
    for number, side in enumerate(sides):
        sound[: len(side), number] = side
    return Call(agent.stem, sound)


def stereo_calls(folder: Path) -> list[Call]:
    """All sound files of two channels in a folder, by name."""
    kinds = {".flac", ".wav", ".ogg", ".mp3"}
    files = [file for file in sorted(folder.iterdir()) if file.suffix.lower() in kinds]
    return [Call(file.stem, load(file)) for file in files if soundfile.info(file).channels == 2]


def write_shift(calls: Sequence[Call], seconds: float, file: Path) -> list[Play]:
    """Write calls one after another, again and again, until so many seconds are full; 16 bit, two channels.

    Returns:
        What is played when; the last call may be cut off.
    """
    chance = np.random.default_rng(1)
    plays: list[Play] = []
    written = 0.0
    with soundfile.SoundFile(file, "w", RATE, 2, "PCM_16") as out:
        for call in cycle(calls):
            if written >= seconds:
                return plays
            out.write(_hiss(chance, PICKS_UP))
            out.write(call.sound)
            out.write(_hiss(chance, BETWEEN - PICKS_UP))
            plays.append(Play(call.name, written + PICKS_UP, written + PICKS_UP + call.seconds))
            written = out.tell() / RATE
    return plays


def _hiss(chance: np.random.Generator, seconds: float) -> Sound:
    return chance.normal(0.0, HISS, (round(seconds * RATE), 2)).astype(np.float32)
