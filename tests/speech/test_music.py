"""Hold music is told from speech within three seconds; speech is never taken for music, also over faint music."""

from __future__ import annotations

import numpy as np
import pytest
from played_sounds import MUSIC, RATE, at_level, blocks, demo_call, silence, telephone

from sidebyside.speech.front_end import FrontEnd
from sidebyside.speech.music import HOP, MusicEar


def plays(sound: np.ndarray) -> np.ndarray:
    """After each 64 ms: is it music?"""
    ear = MusicEar()
    told = []
    for block in blocks(sound[: len(sound) // HOP * HOP]):
        ear.hear(block)
        told.append(ear.music)
    return np.array(told)


def seconds(count: float) -> int:
    return int(count * RATE / HOP)


@pytest.mark.parametrize("name", MUSIC)
@pytest.mark.parametrize("level", [-15.0, -40.0])
def test_hold_music_is_known_within_three_seconds(name: str, level: float) -> None:
    wide = at_level(MUSIC[name](9.0), level)
    for sound in (wide, telephone(wide)):
        assert plays(sound)[seconds(3.0) :].mean() > 0.95


def test_speech_is_no_music() -> None:
    for side in demo_call(45.0):
        assert not plays(at_level(side, -20)).any()
        assert not plays(telephone(at_level(side, -35))).any()


@pytest.mark.parametrize("name", ["strings", "band"])
def test_who_speaks_over_faint_music_is_heard(name: str) -> None:
    rep, customer = demo_call(30.0)
    talk = at_level(rep + customer, -20)
    assert plays(talk + at_level(MUSIC[name](30.0), -38)[: len(talk)])[seconds(2.0) :].mean() < 0.02


def test_whoever_picks_up_after_the_music_is_heard_from_the_first_word() -> None:
    rep, _ = demo_call(6.0)
    music = at_level(MUSIC["strings"](10.0), -20)
    front = FrontEnd()
    known = [(front.push(block), front.verdicts.last(600)) for block in blocks(np.concatenate([music, rep]))]
    assert max(conditioned.revoked for conditioned, _ in known) > 30
    assert max(conditioned.granted for conditioned, _ in known) > 0
    hindsight = known[-1][1]
    # The first word begins a second after the music stops.
    assert hindsight[95:].all()


def test_music_is_revoked_to_where_it_began() -> None:
    front = FrontEnd()
    sound = np.concatenate([silence(1.0), at_level(MUSIC["piano"](4.0), -20)])
    for block in blocks(sound):
        front.push(block)
    assert not front.verdicts.last(370).any()
    assert front.verdicts.share(390) < 0.06


def test_pieces_of_any_length_give_the_same() -> None:
    sound = at_level(MUSIC["fiddle"](3.0), -20)
    ear, began = MusicEar(), 0
    for first in range(0, len(sound), 777):
        if since := ear.hear(sound[first : first + 777]):
            began = min(first + 777, len(sound)) - since
    assert ear.music
    assert began < 0.3 * RATE


def test_hum_under_a_voice_is_no_music() -> None:
    rep, customer = demo_call(20.0)
    talk = at_level(rep + customer, -25)
    t = np.arange(len(talk)) / RATE
    buzz = sum(
        10 ** (-level / 20) * np.sin(2 * np.pi * 50 * number * t)
        for number, level in enumerate((25, 30, 35, 38, 40, 44), 1)
    )
    assert not plays((talk + buzz).astype(np.float32)).any()
