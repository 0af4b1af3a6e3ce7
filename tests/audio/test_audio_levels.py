"""Levels in dBFS."""

from __future__ import annotations

import numpy as np
import pytest

from sidebyside.audio.levels import SILENCE, level


def test_a_sine_at_full_scale_is_three_below_nought() -> None:
    found = level(np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000).astype(np.float32))
    assert found.rms == pytest.approx(-3.01, abs=0.01)
    assert found.peak == pytest.approx(0.0, abs=0.01)


def test_a_tenth_is_minus_twenty() -> None:
    found = level(np.full(1_000, -0.1, dtype=np.float32))
    assert found.rms == pytest.approx(-20.0, abs=0.01)
    assert found.peak == pytest.approx(-20.0, abs=0.01)


@pytest.mark.parametrize("sound", [np.zeros(1_024), np.zeros(0), np.full(10, 1e-9)])
def test_silence_is_minus_120(sound: np.ndarray) -> None:
    found = level(sound.astype(np.float32))
    assert (found.rms, found.peak) == (SILENCE, SILENCE) == (-120.0, -120.0)
