"""What the audio tests share: the virtual headset, an ear, and sound to play."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from audio_ear import Ear, Tones
from virtual_headset import sound_server, virtual_headset

__all__ = ["ear", "sound_server", "tones", "virtual_headset"]


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def tones(tmp_path: Path) -> Tones:
    """Makes a sound file with one steady tone a channel."""

    def make(
        *frequencies: float,
        seconds: float = 1.0,
        rate: int = 48_000,
        subtype: str = "PCM_16",
        name: str = "tones.wav",
        amplitude: float = 0.5,
    ) -> Path:
        times = np.arange(round(seconds * rate)) / rate
        sound = amplitude * np.sin(2 * np.pi * np.outer(times, frequencies))
        soundfile.write(tmp_path / name, sound.astype(np.float32), rate, subtype=subtype)
        return tmp_path / name

    return make
