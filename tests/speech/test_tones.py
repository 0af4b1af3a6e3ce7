"""Tones of a telephone line are known as such; speech is not taken for one."""

from __future__ import annotations

import numpy as np
import pytest
from played_sounds import RATE, TONES, at_level, blocks, demo_call, noise, silence, telephone, tone

from sidebyside.speech.front_end import FrontEnd

FRAME = RATE // 100


def told(sound: np.ndarray) -> np.ndarray:
    """Of each frame, in hindsight: is it speech for all that is known?"""
    front = FrontEnd()
    frames = sum(len(front.push(block).allowed) for block in blocks(sound))
    return front.verdicts.last(frames)


def loud(sound: np.ndarray, within: float) -> np.ndarray:
    """Which frames are within so many dB of the loudest."""
    power = (sound[: len(sound) // FRAME * FRAME].reshape(-1, FRAME).astype(np.float64) ** 2).mean(axis=1)
    return power > power.max() * 10 ** (-within / 10)


@pytest.mark.parametrize("name", TONES)
@pytest.mark.parametrize("line", ["wide", "telephone", "noisy telephone"])
def test_a_tone_is_no_speech(name: str, line: str) -> None:
    clean = at_level(TONES[name](5.0), -23)
    sound = clean if line == "wide" else telephone(clean + noise(5.0, -70 if line == "telephone" else -40))
    sounding = loud(clean, 10.0)
    speech = told(sound)
    assert speech[sounding[: len(speech)]].mean() < 0.05


def test_speech_is_no_tone() -> None:
    for side in demo_call(20.0):
        for sound in (side, telephone(side)):
            assert told(sound)[loud(sound, 30.0)].mean() > 0.995


def test_a_voice_on_one_note_is_no_tone() -> None:
    """A long "aah": many partials, trembling a little, as the calmest voice does."""
    t = np.arange(2 * RATE) / RATE
    pitch = 2 * np.pi * np.cumsum(180 + 1.5 * np.sin(2 * np.pi * 3 * t)) / RATE
    formants = [
        np.exp(-(((180 * k - 700) / 300) ** 2)) + 0.5 * np.exp(-(((180 * k - 1200) / 300) ** 2)) for k in range(1, 15)
    ]
    voice = sum(weight * np.sin(k * pitch) for k, weight in enumerate(formants, 1))
    for sound in (at_level(np.asarray(voice), -20), telephone(at_level(np.asarray(voice), -20))):
        front = FrontEnd()
        tones = np.concatenate([front._tones.hear(part[:960])[0] for part in blocks(sound)])
        assert not tones.any()


def test_a_whistled_tune_that_glides_is_no_tone() -> None:
    t = np.arange(2 * RATE) / RATE
    whistle = np.sin(2 * np.pi * np.cumsum(900 + 200 * np.sin(2 * np.pi * 1.5 * t)) / RATE)
    assert told(at_level(whistle, -20)).mean() > 0.8


def test_words_right_after_a_beep_are_heard() -> None:
    rep, _ = demo_call(4.0)
    words = at_level(rep[RATE:], -23)
    beep = at_level(tone((1400.0,), 0.4), -23)
    speech = told(np.concatenate([silence(0.5), beep, words]))
    assert not speech[50:88].any()
    assert speech[93:].all()


def test_silence_is_no_tone() -> None:
    assert told(silence(2.0)).all()
    assert told(noise(2.0, -40)).all()
