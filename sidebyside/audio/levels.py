"""How loud a block of sound is."""

from __future__ import annotations

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

SILENCE = -120.0
"""dBFS given for anything as quiet as this or quieter."""


class Level(msgspec.Struct, frozen=True):
    """Loudness of a block in dBFS: 0 is a sample at full scale, -120 is silence."""

    rms: float
    """Of a full-scale sine: -3.01."""
    peak: float


def level(sound: NDArray[np.float32]) -> Level:
    """The level of samples of any shape, full scale at 1.0; silence for none."""
    if sound.size == 0:
        return Level(SILENCE, SILENCE)
    flat = sound.reshape(-1)
    power = float(np.dot(flat, flat)) / flat.size
    return Level(_decibels(math.sqrt(power)), _decibels(float(np.abs(flat).max())))


def _decibels(amplitude: float) -> float:
    return max(SILENCE, 20.0 * math.log10(amplitude)) if amplitude > 0 else SILENCE
