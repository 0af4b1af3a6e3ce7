"""Knows hold music from speech: the partials of instruments stand still, those of a voice never do.

Every 64 ms the strongest peaks of the spectrum are compared with those before. Three facts tell the two apart: how much
of the power lies in peaks that did not move, how little lies between peaks, and how evenly it goes on. They are weighed
into evidence for or against music, and the evidence is added up, so that a held vowel passes for a voice and a
strummed chord between tunes for music. Whoever speaks over music moves the peaks, and is heard.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sidebyside.speech.recogniser import RATE, Sound

HOP, WINDOW = 1024, 2048
LOWEST, HIGHEST = 230.0, 3500.0
"""Hertz between which it listens: above most of the hum, and below where a telephone line ends."""
PEAKS = 12
STANDS = 0.004
"""Share by which a peak's pitch may move in a hop and count as standing still; at least a hertz."""
BOLDEST = 15.0
"""dB by which its power may change meanwhile."""

STILL, CLEAR, UNEVEN, SPEECH = 5.25, 8.97, -0.12, -8.32
"""Evidence, in natural logarithms of odds, by share in still peaks, by share in peaks, by dB of change, and at the
start. By logistic regression on the loud hops of 1.7 hours of speech, clean, over the telephone and with neighbours,
against 18 minutes of recorded and 7 of synthesised music; they overlap in a tenth of single hops."""
AT_MOST, AT_LEAST = 2.0, -3.0
"""What one hop can add or take."""
MUSIC, SURE, SPEECH_AGAIN = 16.0, 24.0, 6.0
"""Sums at which it is music, beyond which no more is added, and at which it no longer is."""
FADES = 0.5
"""Taken at each hop too quiet to tell."""
LOUD, FORGETS = 20.0, 0.02
"""dB under the loudest hops that still tell, and dB by which that loudness is forgotten at each hop."""
STEADY, REMOVED = 47, 2.0
"""Hops through which a line of the spectrum that never fades is hum, and how many times its power is taken out: music
changes its notes within that time."""
FAINTEST = -67.0
"""dBFS below which nothing tells."""

Floats = npt.NDArray[np.float64]

_HANN = np.hanning(WINDOW + 1)[:WINDOW]
_FULL = 10 * np.log10(float((_HANN**2).sum()) * WINDOW / 2)
_FIRST, _LAST = int(LOWEST * WINDOW / RATE), int(HIGHEST * WINDOW / RATE)


class MusicEar:
    """The ear of one side. Feed in order, pieces of any length."""

    def __init__(self) -> None:
        self._window = np.zeros(WINDOW, dtype=np.float32)
        self._fresh = np.zeros(0, dtype=np.float32)
        self._pitch: Floats = np.zeros(0)
        self._power: Floats = np.zeros(0)
        self._lowest: Floats = np.full(_LAST + 1, np.inf)
        self._lowest_before: Floats = np.full(_LAST + 1, np.inf)
        self._hops = 0
        self._level = -200.0
        self._loudest = -200.0
        self._sum = 0.0
        self._highest = 0.0
        self._rising = 0
        self._falling = 0
        self.music = False
        """Whether music plays."""

    def hear(self, sound: Sound, *, tone: bool = False) -> int:
        """Take the next sound.

        Args:
            sound: of any length.
            tone: it is known to be a tone: that says nothing about music.

        Returns:
            0, or if that settled that music began or that it is over, the samples before the end of this sound since
            when: `music` says which of the two.
        """
        self._fresh = np.concatenate([self._fresh, sound])
        since = 0
        while len(self._fresh) >= HOP:
            self._window = np.concatenate([self._window[HOP:], self._fresh[:HOP]])
            self._fresh = self._fresh[HOP:]
            evidence = self._evidence()
            hops = self._weigh(None if tone else evidence)
            if hops:
                since = hops * HOP + len(self._fresh)
        return since

    def _evidence(self) -> float | None:
        """Of the newest hop: evidence for music, or None if it is too quiet to tell."""
        spectrum = np.fft.rfft(self._window * _HANN)[: _LAST + 1]
        power = self._without_hum(spectrum.real**2 + spectrum.imag**2)
        total = float(power[_FIRST:_LAST].sum())
        level = 10 * float(np.log10(total)) - _FULL
        before, self._level = self._level, level
        self._loudest = max(self._loudest - FORGETS, level)
        pitch, strength = _peaks(power)
        still = _standing(pitch, strength, self._pitch, self._power)
        self._pitch, self._power = pitch, strength
        if level < max(self._loudest - LOUD, FAINTEST):
            return None
        change = min(abs(level - before), BOLDEST)
        return float(STILL * still / total + CLEAR * strength.sum() / total + UNEVEN * change + SPEECH)

    def _without_hum(self, power: Floats) -> Floats:
        self._hops += 1
        if self._hops < WINDOW // HOP:
            # The window is not yet full: hum would look fainter than it is, and what comes next, like music.
            return np.full_like(power, 1e-12)
        if self._hops % STEADY == 0:
            self._lowest_before, self._lowest = self._lowest, power.copy()
        np.minimum(self._lowest, power, out=self._lowest)
        return np.maximum(power - REMOVED * np.minimum(self._lowest, self._lowest_before), 1e-12)

    def _weigh(self, evidence: float | None) -> int:
        """Add it up; the hops since music began, or since it is over, at the hop that settles it, else 0."""
        step = -FADES if evidence is None else min(max(evidence, AT_LEAST), AT_MOST)
        self._sum = min(max(self._sum + step, 0.0), SURE)
        self._rising = self._rising + 1 if self._sum > 0 else 0
        self._highest = max(self._sum, self._highest - FADES)
        self._falling = self._falling + 1 if self._sum < self._highest - FADES / 2 else 0
        if not self.music and self._sum >= MUSIC:
            self.music = True
            return self._rising + 1
        if self.music and self._sum < SPEECH_AGAIN:
            self.music = False
            return self._falling + 1
        return 0


def _peaks(power: Floats) -> tuple[Floats, Floats]:
    """Pitch in hertz and power of the strongest peaks, each placed between bins by the parabola of its logarithms."""
    inner = power[_FIRST:_LAST]
    where = np.flatnonzero((inner > power[_FIRST - 1 : _LAST - 1]) & (inner >= power[_FIRST + 1 : _LAST + 1])) + _FIRST
    if len(where) > PEAKS:
        where = where[np.argpartition(power[where], -PEAKS)[-PEAKS:]]
    left, top, right = (np.log(power[where + step]) for step in (-1, 0, 1))
    offset = 0.5 * (left - right) / np.minimum(left - 2 * top + right, -1e-12)
    strength = power[where - 1] + power[where] + power[where + 1]
    return (where + offset) * RATE / WINDOW, strength


def _standing(pitch: Floats, power: Floats, old_pitch: Floats, old_power: Floats) -> float:
    """Power in the peaks that were at the same pitch before."""
    if not len(pitch) or not len(old_pitch):
        return 0.0
    distance = np.abs(pitch[:, None] - old_pitch[None])
    nearest = distance.argmin(axis=1)
    stands = distance.min(axis=1) < np.maximum(STANDS * pitch, 1.0)
    calm = np.abs(10 * np.log10(power / old_power[nearest])) < BOLDEST
    return float(power[stands & calm].sum())
