"""The gate keeps the speaker and leaves out silence and neighbours."""

import numpy as np

from sidebyside.speech.gate import Gate
from sidebyside.speech.recogniser import RATE

RNG = np.random.default_rng(7)


def speech_like(seconds: float, level: float) -> np.ndarray:
    """Noise in syllables of 150 ms with 60 ms between them, at so many dBFS."""
    count = int(seconds * RATE)
    t = np.arange(count) / RATE
    envelope = ((t % 0.21) < 0.15).astype(np.float32)
    noise = RNG.standard_normal(count).astype(np.float32)
    return (noise * envelope * 10 ** (level / 20)).astype(np.float32)


def noise(seconds: float, level: float) -> np.ndarray:
    return (RNG.standard_normal(int(seconds * RATE)) * 10 ** (level / 20)).astype(np.float32)


def share(gate: Gate, sound: np.ndarray) -> float:
    blocks = [gate.frames(sound[i : i + 1024]) for i in range(0, len(sound), 1024)]
    return float(np.concatenate(blocks).mean())


def test_silence_and_steady_noise_stay_shut() -> None:
    assert share(Gate(), np.zeros(5 * RATE, dtype=np.float32)) == 0.0
    assert share(Gate(), noise(5, -65)) == 0.0
    assert share(Gate(), noise(8, -45)) < 0.05


def test_offset_and_hum_are_no_speech() -> None:
    t = np.arange(5 * RATE) / RATE
    hum = (0.2 + 0.05 * np.sin(2 * np.pi * 50 * t)).astype(np.float32) + noise(5, -75)
    assert share(Gate(), hum) < 0.02


def test_speech_opens_loud_and_quiet() -> None:
    for level in (-12.0, -25.0, -34.0):
        gate = Gate()
        share(gate, noise(1, -75))
        assert share(gate, speech_like(4, level)) > 0.6, level


def test_a_neighbour_far_below_the_speaker_stays_out() -> None:
    gate = Gate()
    share(gate, noise(1, -70))
    share(gate, np.concatenate([speech_like(3, -20), noise(1.5, -70), speech_like(2, -20), noise(1, -70)]))
    share(gate, speech_like(2, -45))
    assert share(gate, speech_like(3, -45)) < 0.1


def test_a_quieter_caller_is_believed_after_a_while() -> None:
    gate = Gate()
    share(gate, noise(1, -75))
    share(gate, speech_like(5, -12))
    share(gate, speech_like(4, -25))
    assert share(gate, speech_like(3, -25)) > 0.5


def test_a_much_quieter_caller_is_believed_when_nobody_else_speaks() -> None:
    gate = Gate()
    share(gate, noise(1, -75))
    share(gate, speech_like(5, -12))
    share(gate, speech_like(30, -34))
    assert share(gate, speech_like(3, -34)) > 0.5


def test_a_room_full_of_faint_talkers_is_nobody() -> None:
    room = sum(np.roll(speech_like(20, -52), 700 * k) for k in range(6))
    assert share(Gate(), np.asarray(room)) == 0.0


def test_a_faint_feed_of_one_speaker_is_heard() -> None:
    gate = Gate()
    share(gate, noise(2, -80))
    words = [np.concatenate([speech_like(1.2, -44), noise(1.0, -80)]) for _ in range(6)]
    assert share(gate, np.concatenate(words)) > 0.25


def test_blocks_of_any_length_give_every_frame_once() -> None:
    sound = speech_like(2, -20)
    gate = Gate()
    frames = sum(len(gate.frames(sound[i : i + 377])) for i in range(0, len(sound), 377))
    assert frames == len(sound) // 160
