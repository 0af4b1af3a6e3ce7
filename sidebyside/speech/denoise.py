"""Turns down, band by band, what is always there: the murmur of a floor, a fan, a line's hiss.

A Wiener filter with the decision-directed rule of Ephraim and Malah (1984), on a spectrum of the noise that is taken
from the quietest moments of the last seconds. Where those are silent it changes nothing.
"""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

from sidebyside.speech.recogniser import RATE, Sound

FRAME, HOP = 512, 128
"""Samples of a frame, 32 ms, and between two of them."""
DELAY = FRAME - HOP
"""Samples by which what comes out is later than what went in: 24 ms."""
REMEMBERED = 8.0
"""Seconds over which the quietest moments are looked for."""
EVERY = 4
"""Every so many frames one is remembered."""
QUIETEST = 0.2
"""Share of the remembered moments that are taken for noise alone."""
ENOUGH = 30
"""Moments remembered, about a second, before anything is turned down."""
LEARN_EVERY = 16
"""Remembered moments, half a second, between two looks at them."""
LEAST = 0.3
"""Nothing is turned down by more than this: −10 dB. Less sounds like water to a recogniser."""
SMOOTH = 0.96
"""How much a band's ratio of speech to noise follows the frame before."""
BAND = slice(7, 116)
"""Bins by which a moment's loudness is told: 220 to 3 600 Hz."""
TINY = 1e-12

Spectrum = npt.NDArray[np.float64]


class Denoiser:
    """One side's filter. Feed it in order."""

    def __init__(self) -> None:
        self._window = np.hanning(FRAME + 1)[:-1]
        self._scale = (self._window**2).sum() / HOP
        self._in = np.zeros(DELAY, dtype=np.float64)
        self._out = np.zeros(DELAY, dtype=np.float64)
        self._rest: Sound = np.zeros(0, dtype=np.float32)
        self._moments: deque[Spectrum] = deque(maxlen=int(REMEMBERED * RATE / HOP / EVERY))
        self._frames = 0
        self._noise: Spectrum | None = None
        self._speech = np.zeros(FRAME // 2 + 1)

    @property
    def behind(self) -> float:
        """Seconds of sound that went in and are yet to come out."""
        return (DELAY + len(self._rest)) / RATE

    def push(self, sound: Sound) -> tuple[Sound, Sound]:
        """Take sound of any length.

        Returns:
            Sound as it came, and the same stretch with the noise turned down; both `behind` seconds late.
        """
        given = np.concatenate([self._rest, sound])
        whole = len(given) // HOP * HOP
        self._rest = given[whole:]
        if not whole:
            return np.zeros(0, dtype=np.float32), np.zeros(0, dtype=np.float32)
        line = np.concatenate([self._in, given[:whole]])
        self._in = line[whole:]
        frames = np.lib.stride_tricks.sliding_window_view(line, FRAME)[::HOP]
        spectra = np.fft.rfft(frames * self._window)
        power = np.abs(spectra) ** 2
        gains = np.stack([self._gain(one) for one in power])
        back = np.fft.irfft(spectra * gains) * self._window / self._scale
        out = np.concatenate([self._out, np.zeros(whole)])
        for k, frame in enumerate(back):
            out[k * HOP : k * HOP + FRAME] += frame
        self._out = out[whole:]
        return line[:whole].astype(np.float32), out[:whole].astype(np.float32)

    def _gain(self, power: Spectrum) -> Spectrum:
        self._remember(power)
        if self._noise is None:
            return np.ones_like(power)
        over = power / self._noise
        ratio = SMOOTH * self._speech + (1 - SMOOTH) * np.maximum(over - 1, 0)
        gain = np.maximum(ratio / (1 + ratio), LEAST)
        self._speech = gain**2 * over
        return gain

    def _remember(self, power: Spectrum) -> None:
        self._frames += 1
        if self._frames % EVERY:
            return
        self._moments.append(power)
        if len(self._moments) >= ENOUGH and self._frames % (EVERY * LEARN_EVERY) == 0:
            self._learn()

    def _learn(self) -> None:
        moments = np.array(self._moments)
        loudness = moments[:, BAND].sum(axis=1)
        quiet = moments[loudness <= np.quantile(loudness, QUIETEST)]
        self._noise = quiet.mean(axis=0) + TINY
