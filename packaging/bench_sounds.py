"""Sounds without a word in them, made to the standards or from nothing: tones, DTMF, hold music, hiss. All at 8 kHz.

Tones after ITU-T E.180 supplement 2 and national practice, DTMF after ITU-T Q.23 and Q.24; levels are in dBFS.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from bench_clips import TELEPHONE as RATE
from bench_clips import rms

Exact = npt.NDArray[np.float64]
Cadence = Sequence[tuple[tuple[float, ...], float]]
"""What sounds one after the other: frequencies in Hz (none is silence), and for how many seconds."""

TONES: dict[str, Cadence] = {
    "ringing, North America": [((440, 480), 2.0), ((), 4.0)],
    "ringing, United Kingdom": [((400, 450), 0.4), ((), 0.2), ((400, 450), 0.4), ((), 2.0)],
    "ringing, Europe": [((425,), 1.0), ((), 4.0)],
    "busy, North America": [((480, 620), 0.5), ((), 0.5)],
    "busy, United Kingdom": [((400,), 0.375), ((), 0.375)],
    "busy, Europe": [((425,), 0.5), ((), 0.5)],
    "congestion, North America": [((480, 620), 0.25), ((), 0.25)],
    "dial tone, North America": [((350, 440), 8.0)],
    "number unobtainable": [((950,), 0.33), ((1400,), 0.33), ((1800,), 0.33), ((), 1.0)],
    "fax calling": [((1100,), 0.5), ((), 3.0)],
}
LOW_KEYS, HIGH_KEYS = (697.0, 770.0, 852.0, 941.0), (1209.0, 1336.0, 1477.0, 1633.0)
SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10))
PROGRESSIONS = ((0, 4, 5, 3), (0, 5, 3, 4), (5, 3, 0, 4), (0, 3, 0, 4))
"""Steps of the scale on which the chords of four bars stand."""


def at_level(sound: Exact, level: float) -> Exact:
    """As loud as that, over all of it."""
    return sound * 10 ** (level / 20) / max(rms(sound), 1e-9)


def tones(cadence: Cadence, seconds: float) -> Exact:
    """A cadence over and over, each tone 2.5 ms in and out, at −19 dBFS while it sounds."""
    once = np.concatenate([_tone(frequencies, length) for frequencies, length in cadence])
    return np.resize(once, round(seconds * RATE))


def _tone(frequencies: tuple[float, ...], seconds: float) -> Exact:
    time = np.arange(round(seconds * RATE)) / RATE
    sound = np.zeros(len(time))
    for frequency in frequencies:
        sound += np.sin(2 * np.pi * frequency * time)
    edge = np.clip(np.minimum(time, time[::-1]) / 0.0025, 0.0, 1.0) if len(time) else 1.0
    return np.asarray(sound * edge * 10 ** (-19 / 20) * np.sqrt(2 / max(1, len(frequencies))), dtype=np.float64)


def dtmf(seconds: float, chance: np.random.Generator) -> Exact:
    """Numbers dialled by a machine (70 ms on, 70 off) and by hand (100 to 300 ms), with breaks; −13 dBFS a digit."""
    parts: list[Exact] = []
    length = 0
    while length < seconds * RATE:
        by_hand = bool(chance.integers(2))
        for _ in range(int(chance.integers(4, 17))):
            on, off = chance.uniform(0.1, 0.3, 2) if by_hand else (0.07, 0.07)
            keys = (LOW_KEYS[chance.integers(4)], HIGH_KEYS[chance.integers(4)])
            parts += [2.0 * _tone(keys, float(on)), np.zeros(round(off * RATE))]
        parts.append(np.zeros(round(chance.uniform(1.0, 6.0) * RATE)))
        length = sum(map(len, parts))
    return np.concatenate(parts)[: round(seconds * RATE)]


def hiss(seconds: float, level: float, chance: np.random.Generator) -> Exact:
    """A quiet room: noise that falls off with frequency, a fan, a trace of mains hum."""
    count = round(seconds * RATE)
    spectrum = np.fft.rfft(chance.normal(size=count))
    pitch = np.fft.rfftfreq(count, 1 / RATE)
    noise = np.fft.irfft(spectrum / np.sqrt(np.maximum(pitch, 60.0)), count)
    time = np.arange(count) / RATE
    fan = 1.0 + 0.2 * np.sin(2 * np.pi * 0.13 * time)
    return at_level(noise * fan / noise.std() + 0.1 * np.sin(2 * np.pi * 100 * time), level)


# --- hold music -------------------------------------------------------------------------------------------------


def _note(semitone: float) -> float:
    """Its frequency; 0 is the C below the middle one."""
    return float(130.81 * 2 ** (semitone / 12))


def _degree(scale: Sequence[int], step: int) -> int:
    return scale[step % 7] + 12 * (step // 7)


def piano(frequency: float, seconds: float) -> Exact:
    """Struck: partials that die away, the high ones sooner."""
    time = np.arange(round(seconds * RATE)) / RATE
    sound = np.zeros(len(time))
    for partial in range(1, 9):
        if partial * frequency < RATE / 2:
            pitch = partial * frequency * np.sqrt(1 + 0.0004 * partial**2)
            sound += np.sin(2 * np.pi * pitch * time) * np.exp(-time * (1.5 + 0.9 * partial)) / partial
    return np.asarray(sound * np.clip(time / 0.004, 0, 1), dtype=np.float64)


def strings(frequency: float, seconds: float) -> Exact:
    """Bowed: a slow beginning, many partials, vibrato, three players slightly apart."""
    time = np.arange(round(seconds * RATE)) / RATE
    sound = np.zeros(len(time))
    for apart in (0.997, 1.0, 1.003):
        phase = 2 * np.pi * frequency * apart * time + 0.25 * np.sin(2 * np.pi * 5.3 * time) * frequency / 100
        for partial in range(1, 12):
            if partial * frequency < RATE / 2:
                sound += np.sin(partial * phase) / partial
    fade = np.clip(time / 0.25, 0, 1) * np.clip(time[::-1] / 0.25, 0, 1)
    return np.asarray(0.4 * sound * fade, dtype=np.float64)


def reed(frequency: float, seconds: float) -> Exact:
    """A saxophone or a hummed tune: a buzz through the resonances of a vowel, gliding in, with vibrato. The hardest."""
    time = np.arange(round(seconds * RATE)) / RATE
    glide = 1.0 - 0.03 * np.exp(-time / 0.05)
    vibrato = 1.0 + 0.008 * np.clip(time - 0.2, 0, 1) * np.sin(2 * np.pi * 5.0 * time)
    phase = 2 * np.pi * np.cumsum(frequency * glide * vibrato) / RATE
    sound = np.zeros(len(time))
    for partial in range(1, 20):
        pitch = partial * frequency
        if pitch < 3_600:
            vowel = sum(np.exp(-(((pitch - centre) / width) ** 2)) for centre, width in ((600, 200), (1_100, 250)))
            sound += (0.1 + vowel) * np.sin(partial * phase) / np.sqrt(partial)
    fade = np.clip(time / 0.03, 0, 1) * np.clip(time[::-1] / 0.06, 0, 1)
    return np.asarray(sound * fade, dtype=np.float64)


def drums(seconds: float, beat: float, chance: np.random.Generator) -> Exact:
    """Kick, snare and hat, four to the bar."""
    count = round(seconds * RATE)
    sound = np.zeros(count + RATE)
    time = np.arange(RATE // 2) / RATE
    kick = np.sin(2 * np.pi * (50 * time + 8 * (1 - np.exp(-time / 0.03)))) * np.exp(-time / 0.12)
    for number in range(int(seconds / beat * 2)):
        begin = round(number * beat / 2 * RATE)
        hat = np.diff(chance.normal(size=len(time) + 1)) * np.exp(-time / 0.02) * 0.2
        snare = chance.normal(size=len(time)) * np.exp(-time / 0.09) * 0.5
        struck = hat + (kick if number % 4 == 0 else 0.0) + (snare if number % 4 == 2 else 0.0)
        if begin < count:
            sound[begin : begin + len(time)] += struck
    return sound[:count]


Instrument = Callable[[float, float], Exact]
STYLES: dict[str, tuple[Instrument, Instrument, bool, float]] = {
    "piano ballad": (piano, piano, False, 0.80),
    "strings": (strings, strings, False, 1.00),
    "pop with drums": (piano, reed, True, 0.50),
    "saxophone over strings": (strings, reed, False, 0.75),
    "drums and chords": (strings, piano, True, 0.55),
}
"""Chords on, melody on, with drums, seconds a beat."""


def music(style: str, seconds: float, chance: np.random.Generator) -> Exact:
    """A tune of chords, bass and melody made up by chance, at −20 dBFS."""
    chords, melody, drummed, beat = STYLES[style]
    count = round(seconds * RATE)
    sound = np.zeros(count + 20 * RATE)
    scale, key = SCALES[chance.integers(2)], int(chance.integers(-3, 5))
    bars = int(seconds / (4 * beat)) + 1
    for bar in range(bars):
        begin = bar * 4 * beat
        root = PROGRESSIONS[(bar // 8) % len(PROGRESSIONS)][bar % 4]
        for third in (0, 2, 4):
            _lay(sound, begin, chords(_note(key + 12 + _degree(scale, root + third)), 4 * beat), 0.35)
        _lay(sound, begin, piano(_note(key - 12 + _degree(scale, root)), 2 * beat), 0.6)
        if bar % 8 != 7:
            _tune(sound, begin, beat, melody, [key + 12 + _degree(scale, root + k) for k in range(7)], chance)
    if drummed:
        sound[:count] += 0.8 * drums(seconds, beat, chance)
    return at_level(np.tanh(0.5 * sound[:count] / max(sound[:count].std(), 1e-9)), -20.0)


def _tune(
    sound: Exact, begin: float, beat: float, melody: Instrument, steps: Sequence[int], chance: np.random.Generator
) -> None:
    """One bar of melody: notes of a half to two beats, here and there a rest."""
    at = 0.0
    while at < 4:
        lasts = float(chance.choice([0.5, 1.0, 1.0, 2.0]))
        if chance.random() > 0.15:
            semitone = steps[int(chance.integers(len(steps)))]
            _lay(sound, begin + at * beat, melody(_note(12 + semitone), lasts * beat * 0.95), 0.9)
        at += lasts


def _lay(sound: Exact, begin: float, part: Exact, loud: float) -> None:
    first = round(begin * RATE)
    if first < len(sound):
        room = min(len(part), len(sound) - first)
        sound[first : first + room] += loud * part[:room]
