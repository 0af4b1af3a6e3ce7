"""Knows the tones of a telephone line, which are as loud as any words: ringing, busy, keys, beeps, fax.

Two ears for each frame of 10 ms. The slow one looks for a sound that is nothing but one or two sines whose pitch and
strength stand still for a tenth of a second, as no voice does; that takes every country's ringing without a table of
countries. The quick one knows the sixteen keys, which may be pressed for less time than that.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sidebyside.speech.recogniser import RATE, Sound
from sidebyside.speech.shaping import Voiced
from sidebyside.speech.verdicts import FRAME

SLOW, QUICK = 1024, 512
"""Samples the two ears look at: 64 and 32 ms."""
LOWEST, HIGHEST = 200.0, 3800.0
"""Hertz between which they listen."""
CLUMP = 78.5
"""Hertz around a sine that are its own: two sines of a ringing tone lie 40 apart and are taken as one."""
SECOND = 0.03
"""A second sine counts from this share of the first one's power: below, it is noise, whose place says nothing."""
PURE = 0.85
"""Share of the power that must lie in the sines; with noise 8 dB below them it does."""
STILL = 9
"""Frames over which pitch and strength stand still."""
DRIFT, SWELL = 4.0, 1.2
"""Hertz and dB by which they may move in that time. Of a thousand frames of speech, two move less."""
REACHES_BACK = STILL - 1 + 5
"""Frames before the newest one that were the same tone, once it is known."""
FAINTEST = 1e-7
"""Mean square below which nothing is a tone (−70 dBFS)."""

ROWS, COLUMNS = (697.0, 770.0, 852.0, 941.0), (1209.0, 1336.0, 1477.0, 1633.0)
"""Hertz of the keys, ITU-T Q.23."""
OFF_KEY = 0.022
"""Share by which a key's sines may be off."""
BETWEEN = 1075.0
"""Hertz between rows and columns."""
KEY_CLUMP, KEY_PURE = 62.5, 0.80
TWIST = 10.0
"""dB by which one of a key's sines may be stronger than the other."""
KEY_FRAMES = 2
"""Frames in a row that make a key; it began two frames before the first of them."""

Power = npt.NDArray[np.floating]


class ToneEar:
    """The ear of one side. Feed whole frames in order."""

    def __init__(self) -> None:
        self._past = np.zeros(SLOW - FRAME, dtype=np.float32)
        self._pitch = np.full(STILL - 1, -1e6)
        self._level = np.full(STILL - 1, -1e3)
        self._pure = np.zeros(STILL - 1, dtype=np.bool_)
        self._keys = np.zeros(KEY_FRAMES - 1, dtype=np.bool_)

    def hear(self, sound: Sound) -> tuple[Voiced, int]:
        """Take whole frames.

        Returns:
            For each of them: is it a tone? And how many frames before them belonged to the same tone.
        """
        count = len(sound) // FRAME
        if not count:
            return np.zeros(0, dtype=np.bool_), 0
        joined = np.concatenate([self._past, sound])
        self._past = joined[-(SLOW - FRAME) :]
        steady = self._steady(_power(joined, SLOW, count))
        keyed = self._keyed(_power(joined[SLOW - QUICK :], QUICK, count))
        return _spread(count, [(steady, REACHES_BACK), (keyed, KEY_FRAMES + 1)])

    def _steady(self, power: Power) -> Voiced:
        share, pitch, level = _sines(power)
        pure = (share >= PURE) & (level > 10 * np.log10(FAINTEST * _weight(SLOW)))
        pitch, level = np.concatenate([self._pitch, pitch]), np.concatenate([self._level, level])
        pure = np.concatenate([self._pure, pure])
        self._pitch, self._level, self._pure = pitch[1 - STILL :], level[1 - STILL :], pure[1 - STILL :]
        return np.asarray((_range(pitch) < DRIFT) & (_range(level) < SWELL) & _windows(pure).all(axis=1))

    def _keyed(self, power: Power) -> Voiced:
        keyed = np.concatenate([self._keys, _is_key(power)])
        self._keys = keyed[1 - KEY_FRAMES :]
        return np.asarray(np.lib.stride_tricks.sliding_window_view(keyed, KEY_FRAMES).all(axis=1))


def _spread(count: int, found: list[tuple[Voiced, int]]) -> tuple[Voiced, int]:
    """Give each find the frames before it that it covers, also those before the first of these frames."""
    tones, before = np.zeros(count, dtype=np.bool_), 0
    for hits, back in found:
        for hit in np.flatnonzero(hits):
            tones[max(0, hit - back) : hit + 1] = True
            before = max(before, back - int(hit))
    return tones, before


def _windows(values: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    return np.lib.stride_tricks.sliding_window_view(values, STILL)


def _range(values: Power) -> Power:
    windows = np.lib.stride_tricks.sliding_window_view(values, STILL)
    return np.asarray(windows.max(axis=1) - windows.min(axis=1))


_HANN = {length: np.hanning(length + 1)[:length].astype(np.float32) for length in (SLOW, QUICK)}


def _weight(length: int) -> float:
    """Power that a spectrum of this length shows for sound of mean square 1."""
    return float((_HANN[length].astype(np.float64) ** 2).sum()) * length / 2


def _power(joined: Sound, length: int, count: int) -> Power:
    """Spectra of the windows that end with each of the last frames; shape (count, bins up to the highest heard)."""
    windows = np.lib.stride_tricks.sliding_window_view(joined, length)[::FRAME][-count:]
    spectra = np.fft.rfft(windows * _HANN[length], axis=1)[:, : int(HIGHEST * length / RATE) + 1]
    power: Power = spectra.real**2 + spectra.imag**2
    power[:, : int(LOWEST * length / RATE)] = 0.0
    return power


def _clump(power: Power, width: float, hertz: float) -> tuple[Power, Power]:
    """The strongest bin of each frame, and the power in it and around it, which is taken out of what was given."""
    reach = int(width / hertz)
    peaks = power.argmax(axis=1)
    clumps = np.zeros((len(power), 2 * reach + 1), dtype=power.dtype)
    for row, clump, peak in zip(power, clumps, peaks, strict=True):
        first = max(0, peak - reach)
        own = row[first : peak + reach + 1]
        clump[first - peak + reach : first - peak + reach + len(own)] = own
        own[:] = 0.0
    return peaks.astype(np.float64), clumps


def _sines(power: Power) -> tuple[Power, Power, Power]:
    """Of each frame: the share of its power in one or two sines, their common centre in hertz, their strength in dB."""
    hertz = RATE / SLOW
    total = np.maximum(power.sum(axis=1), 1e-12)
    strength, centre = np.zeros(len(power)), np.zeros(len(power))
    for _ in range(2):
        peak, clump = _clump(power, CLUMP, hertz)
        own = clump.sum(axis=1)
        own[own < SECOND * strength] = 0.0
        off = clump @ (np.arange(clump.shape[1]) - clump.shape[1] // 2) / np.maximum(clump.sum(axis=1), 1e-12)
        centre += own * (peak + off)
        strength += own
    return strength / total, centre * hertz / np.maximum(strength, 1e-12), 10 * np.log10(strength + 1e-12)


def _is_key(power: Power) -> npt.NDArray[np.bool_]:
    hertz = RATE / QUICK
    split = round(BETWEEN / hertz)
    total = power.sum(axis=1)
    row, of_row = _clump(power[:, :split], KEY_CLUMP, hertz)
    column, of_column = _clump(power[:, split:], KEY_CLUMP, hertz)
    rows, columns = of_row.sum(axis=1), of_column.sum(axis=1)
    twist = np.abs(10 * np.log10((rows + 1e-12) / (columns + 1e-12)))
    pure = (rows + columns >= KEY_PURE * total) & (twist <= TWIST) & (total > FAINTEST * _weight(QUICK))
    if not pure.any():
        return np.asarray(pure)
    low, high = (row + _between(of_row)) * hertz, (column + split + _between(of_column)) * hertz
    return np.asarray(pure & _near(low, ROWS) & _near(high, COLUMNS))


def _between(clump: Power) -> Power:
    """Where between the bins a peak lies, from its middle, by the parabola through its logarithms."""
    middle = clump.shape[1] // 2
    left, top, right = (np.log(clump[:, middle + step] + 1e-12) for step in (-1, 0, 1))
    return np.asarray(0.5 * (left - right) / np.minimum(left - 2 * top + right, -1e-9))


def _near(pitch: Power, known: tuple[float, ...]) -> npt.NDArray[np.bool_]:
    return np.asarray((np.abs(pitch[:, None] / np.array(known)[None] - 1) <= OFF_KEY).any(axis=1))
