"""Sounds of a telephone line that are no speech: tones and hold music, synthesised; and the demo call as speech."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
import soxr

RATE = 16_000
DEMO = Path(__file__).parents[2] / "resources" / "demo" / "call.flac"


def at_level(sound: np.ndarray, level: float) -> np.ndarray:
    """Scaled so that its frames within 30 dB of the loudest have this level in dBFS."""
    frames = sound[: len(sound) // 320 * 320].reshape(-1, 320)
    power = (frames.astype(np.float64) ** 2).mean(axis=1)
    loud = power[power > power.max() * 1e-3]
    return (sound * (10 ** (level / 20) / np.sqrt(loud.mean()))).astype(np.float32)


def telephone(sound: np.ndarray) -> np.ndarray:
    """Through a line: 300 to 3400 Hz, 8 kHz, eight-bit companding, and back to 16 kHz."""
    spectrum = np.fft.rfft(sound)
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    spectrum *= 1 / np.sqrt(1 + (300 / np.maximum(hertz, 1)) ** 8) / np.sqrt(1 + (hertz / 3400) ** 24)
    narrow = soxr.resample(np.fft.irfft(spectrum, len(sound)), RATE, 8000)
    coded = np.round(np.sign(narrow) * np.log1p(255 * np.minimum(np.abs(narrow), 1)) / np.log(256) * 127) / 127
    back = np.sign(coded) * (256 ** np.abs(coded) - 1) / 255
    return soxr.resample(back, 8000, RATE).astype(np.float32)


def noise(seconds: float, level: float, seed: int = 0) -> np.ndarray:
    """White noise at so many dBFS."""
    count = int(seconds * RATE)
    return (np.random.default_rng(seed).standard_normal(count) * 10 ** (level / 20)).astype(np.float32)


def demo_call(seconds: float | None = None) -> tuple[np.ndarray, np.ndarray]:
    """The rep's and the customer's side of the demo call."""
    sound, rate = soundfile.read(DEMO, dtype="float32", frames=-1 if seconds is None else int(seconds * RATE))
    assert rate == RATE
    return np.ascontiguousarray(sound[:, 0]), np.ascontiguousarray(sound[:, 1])


def blocks(sound: np.ndarray) -> list[np.ndarray]:
    return [sound[first : first + 1024] for first in range(0, len(sound), 1024)]


# --- tones ---


def tone(hertz: tuple[float, ...], seconds: float) -> np.ndarray:
    """Sines together, with edges of 4 ms."""
    t = np.arange(int(seconds * RATE)) / RATE
    edge = np.clip(np.minimum(t, seconds - t) / 0.004, 0, 1)
    return (sum(np.sin(2 * np.pi * one * t + one) for one in hertz) * edge / len(hertz) * 0.3).astype(np.float32)


def silence(seconds: float) -> np.ndarray:
    return np.zeros(int(seconds * RATE), dtype=np.float32)


def cadence(hertz: tuple[float, ...], *pattern: float, seconds: float) -> np.ndarray:
    """On, off, on, off … until so many seconds are full."""
    parts: list[np.ndarray] = []
    for number, length in enumerate(itertools.cycle(pattern)):
        parts.append(silence(length) if number % 2 else tone(hertz, length))
        if sum(map(len, parts)) >= seconds * RATE:
            break
    return np.concatenate(parts)[: int(seconds * RATE)]


_ROWS, _COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477, 1633)


def keys(seconds: float, length: float = 0.1, gap: float = 0.1) -> np.ndarray:
    """All sixteen keys of a telephone, over and over."""
    parts = [part for row in _ROWS for column in _COLUMNS for part in (tone((row, column), length), silence(gap))]
    return np.resize(np.concatenate(parts), int(seconds * RATE))


TONES: dict[str, Callable[[float], np.ndarray]] = {
    "ringing, United States": lambda seconds: cadence((440, 480), 2, 4, seconds=seconds),
    "ringing, United Kingdom": lambda seconds: cadence((400, 450), 0.4, 0.2, 0.4, 2, seconds=seconds),
    "ringing, Europe": lambda seconds: cadence((425,), 1, 4, seconds=seconds),
    "ringing, France": lambda seconds: cadence((440,), 1.5, 3.5, seconds=seconds),
    "busy, United States": lambda seconds: cadence((480, 620), 0.5, 0.5, seconds=seconds),
    "busy, Europe": lambda seconds: cadence((425,), 0.48, 0.48, seconds=seconds),
    "congestion": lambda seconds: cadence((425,), 0.24, 0.24, seconds=seconds),
    "dial tone": lambda seconds: tone((350, 440), seconds),
    "number not in service": lambda seconds: np.resize(
        np.concatenate([tone((950,), 0.33), tone((1400,), 0.33), tone((1800,), 0.33), silence(1)]), int(seconds * RATE)
    ),
    "fax calling": lambda seconds: cadence((1100,), 0.5, 3, seconds=seconds),
    "fax answering": lambda seconds: cadence((2100,), 3, 1, seconds=seconds),
    "beep of a recorder": lambda seconds: cadence((1400,), 0.2, 3, seconds=seconds),
    "keys": keys,
    "keys, short": lambda seconds: keys(seconds, 0.06, 0.06),
}


# --- hold music ---


def _note(hertz: float, seconds: float, partials: tuple[float, ...], decay: float, vibrato: float = 0.0) -> np.ndarray:
    t = np.arange(int(seconds * RATE)) / RATE
    phase = 2 * np.pi * hertz * (t + vibrato * np.sin(2 * np.pi * 5.5 * t) / (2 * np.pi * 5.5))
    rise = np.clip(t / 0.01, 0, 1) * np.clip((seconds - t) / 0.02, 0, 1)
    wave = sum(
        weight * np.sin((number + 1) * phase) * np.exp(-t * decay * (1 + 0.4 * number))
        for number, weight in enumerate(partials)
        if hertz * (number + 1) < 7500
    )
    return np.asarray(wave) * rise


def _pitch(step: int) -> float:
    return 220.0 * 2 ** (step / 12)


_CHORDS = ((0, 4, 7), (5, 9, 12), (7, 11, 14), (-3, 0, 4))
_SCALE = (0, 2, 4, 5, 7, 9, 11, 12, 14, 16)
_STRING = (1.0, 0.6, 0.5, 0.35, 0.3, 0.2, 0.15, 0.1)
_STRUCK = (1.0, 0.5, 0.3, 0.2, 0.1)


def _place(sound: np.ndarray, note: np.ndarray, at: float) -> None:
    first = int(at * RATE)
    part = note[: max(0, len(sound) - first)]
    sound[first : first + len(part)] += part


def piano(seconds: float) -> np.ndarray:
    """Broken chords, each note dying away."""
    sound = np.zeros(int(seconds * RATE))
    for number, at in enumerate(np.arange(0, seconds, 0.25)):
        chord = _CHORDS[number // 8 % 4]
        _place(sound, _note(_pitch(chord[number % 3] + 12 * (number % 2)), 1.2, _STRUCK, 2.5), float(at))
    return sound


def strings(seconds: float) -> np.ndarray:
    """Slow chords with vibrato."""
    sound = np.zeros(int(seconds * RATE))
    for number, at in enumerate(np.arange(0, seconds, 2.0)):
        for step in _CHORDS[number % 4]:
            _place(sound, _note(_pitch(step), 2.1, _STRING, 0.1, vibrato=0.004), float(at))
    return sound


def fiddle(seconds: float) -> np.ndarray:
    """A quick tune over a bass, as in baroque concertos."""
    rng = np.random.default_rng(3)
    sound = np.zeros(int(seconds * RATE))
    for number, at in enumerate(np.arange(0, seconds, 0.16)):
        _place(sound, _note(_pitch(12 + _SCALE[rng.integers(10)]), 0.18, _STRING, 0.8, vibrato=0.003), float(at))
        if number % 4 == 0:
            _place(sound, 0.8 * _note(_pitch(_CHORDS[number // 16 % 4][0] - 12), 0.6, _STRING, 0.8), float(at))
    return sound


def band(seconds: float) -> np.ndarray:
    """Drums, bass and chords."""
    rng = np.random.default_rng(4)
    sound = np.zeros(int(seconds * RATE))
    hiss = rng.standard_normal(RATE // 5) * np.exp(-np.arange(RATE // 5) / 800)
    t = np.arange(RATE // 4) / RATE
    kick = np.sin(2 * np.pi * (50 * t + 4 * (1 - np.exp(-t * 30)))) * np.exp(-t * 14)
    for number, at in enumerate(np.arange(0, seconds, 0.25)):
        chord = _CHORDS[number // 8 % 4]
        _place(sound, 0.25 * hiss * (2.5 if number % 4 == 2 else 1), float(at))
        if number % 4 in (0, 3):
            _place(sound, 2 * kick, float(at))
        _place(sound, 1.2 * _note(_pitch(chord[0] - 12), 0.24, _STRUCK, 3), float(at))
        if number % 2 == 0:
            for step in chord:
                _place(sound, 0.5 * _note(_pitch(step + 12), 0.45, _STRUCK, 1.5), float(at))
    return sound


def chimes(seconds: float) -> np.ndarray:
    """A music box."""
    rng = np.random.default_rng(5)
    sound = np.zeros(int(seconds * RATE))
    for at in np.arange(0, seconds, 0.4):
        _place(sound, _note(_pitch(24 + _SCALE[rng.integers(10)]), 1.5, (1.0, 0.0, 0.3, 0.0, 0.2), 3), float(at))
    return sound


def flute(seconds: float) -> np.ndarray:
    """A tune of one voice, with a little breath and vibrato."""
    rng = np.random.default_rng(6)
    sound = rng.standard_normal(int(seconds * RATE)) * 0.004
    at = 0.0
    while at < seconds:
        length = float(rng.choice([0.3, 0.45, 0.6, 0.9]))
        _place(sound, _note(_pitch(12 + _SCALE[rng.integers(10)]), length, (1.0, 0.25, 0.1), 0.2, 0.006), at)
        at += length
    return sound


def organ(seconds: float) -> np.ndarray:
    """Held chords with a beat in them, as from an old keyboard."""
    sound = np.zeros(int(seconds * RATE))
    for number, at in enumerate(np.arange(0, seconds, 1.0)):
        for step in _CHORDS[number % 4]:
            for cents in (1.0, 1.004):
                _place(sound, _note(_pitch(step) * cents, 0.98, (1.0, 0.7, 0.0, 0.5), 0.2), float(at))
    t = np.arange(len(sound)) / RATE
    return sound * (1 + 0.3 * np.sin(2 * np.pi * 4 * t))


MUSIC: dict[str, Callable[[float], np.ndarray]] = {
    "piano": piano,
    "strings": strings,
    "fiddle": fiddle,
    "band": band,
    "chimes": chimes,
    "flute": flute,
    "organ": organ,
}
