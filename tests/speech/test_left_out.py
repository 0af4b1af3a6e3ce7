"""What the gate leaves out is gathered on request: all of it, in its place, and nothing that was heard as words."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import played_sounds
import pytest

from sidebyside.model import Side
from sidebyside.speech.left_out import LONGEST, PAUSE, PEAK, LeftOut, Stretch
from sidebyside.speech.preparing import Preparation
from sidebyside.speech.recogniser import RATE, Sound
from sidebyside.speech.segmenter import Act, Begin, End, More, Segmenter

BLOCK = 1024
FLOOR = -75.0


def talk(seconds: float, level: float, seed: int = 0) -> Sound:
    """Noise in syllables, its bursts at so many dBFS."""
    count = int(seconds * RATE)
    envelope = (np.arange(count) / RATE % 0.25) < 0.17
    return (np.random.default_rng(seed).standard_normal(count) * envelope * 10 ** (level / 20)).astype(np.float32)


def room(seconds: float) -> Sound:
    return played_sounds.noise(seconds, -75.0, 9)


def gathered(sound: Sound, at: float = 0.0, since: Callable[[float], float | None] = lambda at: None) -> list[Stretch]:
    """What one side's stretches are, with levels taken as if every frame were as loud as its block."""
    left_out = LeftOut()
    found = [push(left_out, at + i / RATE, sound[i : i + BLOCK], since) for i in range(0, len(sound), BLOCK)]
    return [one for one in found if one]


def push(left_out: LeftOut, at: float, sound: Sound, since: Callable[[float], float | None]) -> Stretch | None:
    frames = sound[: len(sound) // 160 * 160].reshape(-1, 160).astype(np.float64)
    levels = 10 * np.log10((frames**2).mean(axis=1) + 1e-10)
    return left_out.push(at, sound, levels, FLOOR, since=since(at))


def test_a_stretch_ends_with_a_pause_and_lies_where_it_was() -> None:
    (one,) = gathered(np.concatenate([room(1.0), talk(2.0, -45.0), room(1.0)]), at=100.0)
    assert one.start == pytest.approx(101.0, abs=0.1)
    assert one.end == pytest.approx(103.0, abs=0.15)
    assert float(np.abs(one.sound).max()) == pytest.approx(PEAK), "it is not raised to where an engine hears it"


def test_two_stretches_are_kept_apart_and_long_ones_are_cut() -> None:
    first, second = gathered(np.concatenate([talk(1.0, -45.0), room(PAUSE + 0.2), talk(1.0, -45.0), room(1.0)]))
    assert first.end <= second.start
    long = gathered(np.concatenate([talk(25.0, -45.0), room(1.0)]))
    assert len(long) >= 25.0 // LONGEST and all(one.end - one.start <= LONGEST + 2 * BLOCK / RATE for one in long)


def test_a_quiet_room_and_a_click_are_nothing() -> None:
    clicked = room(3.0)
    clicked[RATE : RATE + 80] = 0.2
    assert gathered(clicked) == []


def test_what_an_utterance_looks_back_for_is_not_left_out() -> None:
    # From 1.5 s on an utterance is under way, and it begins at 1.2 s, where it was not yet known.
    (one,) = gathered(talk(3.0, -45.0), since=lambda at: 1.2 if at >= 1.5 else None)
    assert one.end <= 1.2


def test_sound_of_two_calls_is_not_one_stretch() -> None:
    left_out = LeftOut()
    for i in range(0, RATE, BLOCK):
        assert push(left_out, i / RATE, talk(BLOCK / RATE, -45.0, i), lambda at: None) is None
    later = np.concatenate([talk(1.0, -45.0), room(1.0)])
    stretches = [
        push(left_out, 60.0 + i / RATE, later[i : i + BLOCK], lambda at: None) for i in range(0, RATE * 2, BLOCK)
    ]
    (one,) = [one for one in stretches if one]
    assert one.start == pytest.approx(60.0, abs=0.01) and len(one.sound) < 1.7 * RATE


# --- in the segmenter ---


def heard(sound: Sound, *, on: bool, off_at: float = float("inf")) -> list[Act]:
    preparation = Preparation((Side.MIXED,))
    segmenter = Segmenter(preparation.verdict(Side.MIXED))
    segmenter.show_left_out(on)
    acts: list[Act] = []
    for i in range(0, len(sound), BLOCK):
        if i / RATE >= off_at:
            segmenter.show_left_out(False)
        prepared = preparation.push(Side.MIXED, sound[i : i + BLOCK])
        acts += segmenter.push(i / RATE, prepared.sound, prepared.allowed, prepared.revoked)
    return acts


@pytest.fixture(scope="module")
def floor() -> Sound:
    """The rep's side of the demo call, in its pauses two people 22 dB below."""
    own, other = played_sounds.demo_call()
    count = 20 * RATE
    neighbours = np.roll(own + other, -70 * RATE)[:count]
    return (own[:count] + 10 ** (-22 / 20) * neighbours).astype(np.float32)


@pytest.fixture(scope="module")
def asked(floor: Sound) -> list[Act]:
    return heard(floor, on=True)


def stretches(acts: list[Act]) -> list[Stretch]:
    return [act for act in acts if isinstance(act, Stretch)]


def test_neighbours_in_the_pauses_are_given_on_request_and_change_no_utterance(floor: Sound, asked: list[Act]) -> None:
    plain = heard(floor, on=False)
    assert stretches(plain) == []
    given = stretches(asked)
    assert sum(one.end - one.start for one in given) > 3.0
    rest = [act for act in asked if not isinstance(act, Stretch)]
    assert [type(act) for act in rest] == [type(act) for act in plain]
    for one, other in zip(plain, rest, strict=True):
        if isinstance(one, More) and isinstance(other, More):
            np.testing.assert_array_equal(one.sound, other.sound)
        else:
            assert one == other
    begins = [act.at for act in asked if isinstance(act, Begin)]
    ends = [act.at for act in asked if isinstance(act, End)]
    for begin, end in zip(begins, ends, strict=False):
        assert all(one.end <= begin + 0.1 or one.start >= end - 0.1 for one in given), (begin, end)


def test_after_switching_off_nothing_more_is_given(floor: Sound, asked: list[Act]) -> None:
    first, *later = stretches(asked)
    given = stretches(heard(floor, on=True, off_at=first.end + 1.0))
    assert later and [one.start for one in given] == [first.start]


def test_quiet_ringing_is_no_talk() -> None:
    sound = played_sounds.TONES["ringing, United States"](8.0) * 10 ** (-25 / 20) + room(8.0)
    assert stretches(heard(sound.astype(np.float32), on=True)) == []
