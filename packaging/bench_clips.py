"""Clips with what is said in them, and the conditions they are heard under: clean, telephone, neighbours.

A folder of clips holds `SET/ID.flac` with `SET/ID.txt`, the words; an `ID.edited.txt` beside it is the better
reference, `ID.slots.json` has only values that must be heard. What a set is good for shows in its name: `meeting…` is
heard from far, `…sparse` is almost silent, `…digits` is scored digit by digit, `noise` is what neighbours are made of.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from sidebyside.audio.source import RATE

Sound = npt.NDArray[np.float32]
Exact = npt.NDArray[np.float64]

TELEPHONE = 8_000
LOW, HIGH, ORDER = 300.0, 3_400.0, 6
"""The band of a telephone in Hz, and the order of the Butterworth filter that makes it, applied there and back."""
MIRRORED, HELD = 39, 2_000
"""Samples by which sound is made longer at both ends before it is filtered."""
NOMINAL = -23.0
"""dBFS of speech, over its frames within 30 dB of the loudest."""
NEIGHBOURS = 20.0
"""dB by which the neighbours are below the speaker."""
NOISE = "noise"


class Condition(StrEnum):
    """How a clip reaches the ear; figures of different conditions are never pooled."""

    CLEAN = "clean"
    TELEPHONE = "telephone"
    NEIGHBOURS = "telephone, talkers 20 dB below"


class Clip(NamedTuple):
    """One recording and what is known of it."""

    set: str
    id: str
    file: Path
    words: str | None
    slots: tuple[str, ...]


def clips_in(folder: Path) -> list[Clip]:
    """All clips with a reference, in order of set and name."""
    found = []
    for file in _files(folder):
        edited, plain = file.with_suffix(".edited.txt"), file.with_suffix(".txt")
        reference = edited if edited.exists() else plain
        slots = file.with_suffix(".slots.json")
        words = reference.read_text() if reference.exists() else None
        values = tuple(json.loads(slots.read_text())["slots"].values()) if slots.exists() else ()
        if words is not None or values:
            found.append(Clip(file.parent.name, file.stem, file, words, values))
    return found


def call_pairs(folder: Path) -> list[tuple[Path, Path]]:
    """Calls of two files that begin together: `…_agent` and `…_caller`."""
    agents = sorted(folder.glob("*/*_agent.flac"))
    pairs = [(agent, agent.with_name(agent.name.replace("_agent.flac", "_caller.flac"))) for agent in agents]
    return [(agent, caller) for agent, caller in pairs if caller.exists()]


def _files(folder: Path) -> list[Path]:
    return [file for file in sorted(folder.glob("*/*.flac")) if file.parent.name != NOISE]


class Hearing:
    """Gives the clips of one folder as they are heard under each condition."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # Every clip gets another stretch of the neighbours; which one depends on its place among all files.
        chance = np.random.default_rng(1)
        self._talk = neighbours(folder)
        self._begins = {file: int(chance.integers(len(self._talk))) for file in _files(folder)}

    def sound(self, clip: Clip, condition: Condition) -> Sound:
        """The clip's sound, mono at 16 kHz."""
        sound, rate = soundfile.read(clip.file, dtype="float64", always_2d=True)
        mono = sound.mean(axis=1)
        if condition is Condition.CLEAN:
            return np.asarray(soxr.resample(mono.astype(np.float32), rate, RATE), dtype=np.float32)
        narrow = soxr.resample(mono, rate, TELEPHONE)
        talk = None
        if condition is Condition.NEIGHBOURS:
            talk = np.resize(np.roll(self._talk, self._begins[clip.file]), len(narrow))
        return over_telephone(narrow, talk)


def over_telephone(narrow: Exact, talk: Exact | None = None, level: float | None = NOMINAL) -> Sound:
    """What a telephone makes of sound at 8 kHz, with neighbours in it if wanted.

    Args:
        narrow: mono at 8 kHz.
        talk: of the neighbours, as long, already of the telephone's band.
        level: dBFS that the speech gets; None leaves it as it is.

    Returns:
        Mono at 16 kHz: band-limited, one round of mu-law, 16 bits.
    """
    line = band(narrow)
    if level is not None:
        line = line * 10 ** (level / 20) / speech_level(line)
    if talk is not None:
        line = line + talk * 10 ** ((NOMINAL - NEIGHBOURS) / 20) / rms(talk)
    # Whole steps downwards, as libsndfile writes 16 bits.
    coded = np.minimum(np.floor(mu_law(np.clip(line, -1.0, 1.0)) * 32_768.0), 32_767.0) / 32_768.0
    return np.asarray(soxr.resample(coded.astype(np.float32), TELEPHONE, RATE), dtype=np.float32)


def neighbours(folder: Path) -> Exact:
    """People talking, in the telephone's band at 8 kHz: the first clip of the noise folder, else some clips at once."""
    files = sorted((folder / NOISE).glob("*.flac"))
    if files:
        return band(_narrow(files[0]))
    return babble([_narrow(file) for file in _files(folder)[:: max(1, len(_files(folder)) // 12)]])


def babble(voices: Sequence[Exact], at_once: int = 4, seconds: float = 60.0) -> Exact:
    """Some people talking at once, equally loud, in the telephone's band at 8 kHz."""
    chance = np.random.default_rng(2)
    length = round(seconds * TELEPHONE)
    mixed = np.zeros(length)
    for lane in range(at_once):
        own = [voice / speech_level(voice) for voice in voices[lane::at_once] or voices]
        mixed += np.roll(np.resize(np.concatenate(own), length), int(chance.integers(length)))
    return band(mixed)


def _narrow(file: Path) -> Exact:
    sound, rate = soundfile.read(file, dtype="float64", always_2d=True)
    return np.asarray(soxr.resample(sound.mean(axis=1), rate, TELEPHONE), dtype=np.float64)


def rms(sound: Exact) -> float:
    """Root of the mean square."""
    return float(np.sqrt((sound**2).mean()))


def speech_level(sound: Exact) -> float:
    """Root mean square of the frames of 20 ms within 30 dB of the loudest one; at 8 kHz."""
    frames = sound[: len(sound) // 160 * 160].reshape(-1, 160)
    levels = 10 * np.log10((frames**2).mean(axis=1) + 1e-12)
    return rms(frames[levels > levels.max() - 30.0])


def band(sound: Exact) -> Exact:
    """The telephone's band of sound at 8 kHz: the square of a Butterworth filter's response, free of any delay.

    Both ends are turned over about their last sample and then held, as is usual with filters applied twice.
    """
    mirrored = min(MIRRORED, len(sound) - 1)
    before, after = 2 * sound[0] - sound[mirrored:0:-1], 2 * sound[-1] - sound[-2 : -mirrored - 2 : -1]
    longer = np.pad(np.concatenate([before, sound, after]), HELD, mode="edge")
    length = len(longer) + TELEPHONE
    warped = np.tan(np.pi * np.minimum(np.fft.rfftfreq(length, 1 / TELEPHONE), 0.4999 * TELEPHONE) / TELEPHONE)
    low, high = np.tan(np.pi * LOW / TELEPHONE), np.tan(np.pi * HIGH / TELEPHONE)
    with np.errstate(divide="ignore"):
        power = 1.0 / (1.0 + ((warped**2 - low * high) / ((high - low) * warped)) ** (2 * ORDER))
    begin = HELD + mirrored
    return np.asarray(
        np.fft.irfft(np.fft.rfft(longer, length) * power, length)[begin : begin + len(sound)], dtype=np.float64
    )


def mu_law(sound: Exact) -> Exact:
    """Coded with 8 bits as telephones do (G.711, mu-law by its formula), and decoded again."""
    coded = np.round(np.sign(sound) * np.log1p(255 * np.abs(sound)) / np.log(256) * 127) / 127
    return np.asarray(np.sign(coded) * (256 ** np.abs(coded) - 1) / 255, dtype=np.float64)
