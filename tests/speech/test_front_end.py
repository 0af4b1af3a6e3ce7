"""The front end takes out what lies below the voice, leaves the rest as it is, and counts frames as the gate does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
import soxr
from played_sounds import RATE, at_level, blocks, demo_call, noise

from sidebyside.audio.clock import SessionClock
from sidebyside.audio.file import FileSource
from sidebyside.audio.source import SoundBlock
from sidebyside.model import Layout
from sidebyside.speech.front_end import FrontEnd, HighPass
from sidebyside.speech.gate import Gate


def power(sound: np.ndarray) -> float:
    return float(10 * np.log10((sound.astype(np.float64) ** 2).mean() + 1e-12))


def conditioned(sound: np.ndarray) -> np.ndarray:
    front = FrontEnd()
    return np.concatenate([front.push(block).sound for block in blocks(sound)])


def hum(seconds: float, hertz: float, level: float) -> np.ndarray:
    t = np.arange(int(seconds * RATE)) / RATE
    return (np.sqrt(2) * 10 ** (level / 20) * np.sin(2 * np.pi * hertz * t)).astype(np.float32)


def test_offset_and_rumble_go() -> None:
    assert power(conditioned(np.full(2 * RATE, 0.3, dtype=np.float32))[RATE:]) < -80
    assert power(conditioned(hum(2, 20.0, -20))[RATE:]) < -65
    assert power(conditioned(hum(2, 50.0, -20))[RATE:]) < -35


def test_the_voice_stays() -> None:
    for hertz in (150.0, 400.0, 3000.0):
        assert abs(power(conditioned(hum(2, hertz, -20))[RATE:]) + 20) < 0.3, hertz


def test_blocks_of_any_length_have_no_seams() -> None:
    sound = noise(1.0, -20) + 0.1
    whole = HighPass().run(sound)
    pieces, first = HighPass(), 0
    parts = []
    for length in (1, 63, 64, 65, 1024, 3, 777, 2048, 20_000):
        parts.append(pieces.run(sound[first : first + length]))
        first += length
    assert np.allclose(np.concatenate(parts), whole, atol=1e-5)
    assert len(HighPass().run(sound[:0])) == 0


def test_it_counts_frames_as_the_gate_does() -> None:
    rep, _ = demo_call(3.0)
    front, gate, first = FrontEnd(), Gate(), 0
    for length in (1024, 100, 60, 159, 161, 1024, 5000, 1, 4000):
        told = front.push(rep[first : first + length])
        assert len(told.sound) == length
        assert len(told.allowed) == len(gate.frames(told.sound))
        first += length


def test_the_gate_hears_a_voice_under_loud_hum_and_offset() -> None:
    """Hum as loud as the voice, as from a headset with a bad ground."""
    rep, _ = demo_call(10.0)
    voice = at_level(rep, -30)
    dirty = voice + hum(10, 50.0, -30)[: len(voice)] + hum(10, 100.0, -40)[: len(voice)] + 0.1
    clean_gate, dirty_gate = Gate(), Gate()
    front = FrontEnd()
    clean = np.concatenate([clean_gate.frames(block) for block in blocks(voice)])
    heard = np.concatenate([dirty_gate.frames(front.push(block).sound) for block in blocks(dirty)])
    assert (heard == clean).mean() > 0.95


def from_file(path: Path) -> np.ndarray:
    got: list[SoundBlock] = []
    lost: list[str] = []
    source = FileSource(
        path, Layout.MONO, SessionClock(speed=0.0), on_block=got.append, on_lost=lost.append, on_end=lambda: None
    )
    source.start()
    source._thread.join()  # type: ignore[union-attr]
    assert not lost
    return np.concatenate([block.sides[0] for block in got])


def test_sound_at_8_khz_comes_without_mirror_and_opens_the_same_gate(tmp_path: Path) -> None:
    rep, _ = demo_call(20.0)
    soundfile.write(tmp_path / "narrow.wav", soxr.resample(rep, RATE, 8000), 8000, subtype="PCM_16")
    narrow = from_file(tmp_path / "narrow.wav")
    assert abs(len(narrow) - len(rep)) <= 2
    spectrum = np.abs(np.fft.rfft(narrow)) ** 2
    hertz = np.fft.rfftfreq(len(narrow), 1 / RATE)
    # What a poor resampler leaves above half the rate, mirrored, is hiss to the engines and speech to the gate.
    assert 10 * np.log10(spectrum[hertz > 4100].sum() / spectrum.sum()) < -75
    gates = []
    for sound in (rep, narrow):
        gate, front = Gate(), FrontEnd()
        gates.append(
            np.concatenate([gate.frames(front.push(block).sound) for block in blocks(sound[: len(rep) - 160])])
        )
    wide, thin = gates
    assert thin[wide].mean() > 0.85
    assert thin[~wide].mean() < 0.1
