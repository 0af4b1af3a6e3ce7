"""After a crash: sound that comes again is given back to the utterances it belonged to, and nothing is heard twice."""

from __future__ import annotations

import numpy as np
import pytest

from sidebyside.model import Side
from sidebyside.speech.messages import Settled
from sidebyside.speech.recogniser import RATE, Sound
from sidebyside.speech.replay import Replay
from sidebyside.speech.segmenter import Begin, Segmenter

BLOCK = 1_024


def settled(name: str, start: float, end: float, side: Side = Side.REP) -> Settled:
    return Settled(epoch=1, side=side, id=name, start=start, end=end, text=f"words of {name}")


def ramp(seconds: float) -> Sound:
    """Sound whose every sample tells its own place."""
    return np.arange(int(seconds * RATE), dtype=np.float32)


def test_each_utterance_gets_its_own_sound_back() -> None:
    replay = Replay()
    replay.expect(settled("first", 0.5, 1.5))
    replay.expect(settled("second", 2.0, 2.75))
    sound, done, new = ramp(4.0), [], []
    for begin in range(0, len(sound), BLOCK):
        complete, is_new = replay.take(Side.REP, begin / RATE, sound[begin : begin + BLOCK])
        done += complete
        new += [begin / RATE] if is_new else []
    assert [(one.id, one.text, one.start, one.end) for one in done] == [
        ("first", "words of first", 0.5, 1.5),
        ("second", "words of second", 2.0, 2.75),
    ]
    assert [(one.sound[0], one.sound[-1]) for one in done] == [
        (0.5 * RATE, 1.5 * RATE - 1),
        (2.0 * RATE, 2.75 * RATE - 1),
    ]
    assert min(new) == pytest.approx(2.75, abs=BLOCK / RATE)


def test_the_other_side_is_heard_as_ever() -> None:
    replay = Replay()
    replay.expect(settled("rep", 0.0, 5.0))
    assert replay.take(Side.CUSTOMER, 0.0, ramp(0.064)) == ([], True)
    assert replay.take(Side.REP, 0.0, ramp(0.064)) == ([], False)
    assert (replay.needed_from(Side.REP), replay.needed_from(Side.CUSTOMER)) == (0.0, None)


def test_what_did_not_come_again_is_not_waited_for() -> None:
    replay = Replay()
    replay.expect(settled("gone", 0.0, 1.0))
    replay.expect(settled("half", 2.0, 3.0))
    assert replay.take(Side.REP, 2.5, ramp(0.064)) == ([], False)
    (half,) = replay.flush()
    assert (half.id, len(half.sound)) == ("half", BLOCK)
    assert replay.flush() == []
    assert replay.take(Side.REP, 2.6, ramp(0.064)) == ([], True)


def test_sound_passed_over_teaches_how_loud_the_side_is() -> None:
    rng = np.random.default_rng(7)

    def noise(level: float, seconds: float) -> Sound:
        return rng.normal(0.0, level, int(seconds * RATE)).astype(np.float32)

    talk = np.concatenate([noise(1e-5, 0.5), noise(0.2, 1.5)])
    breath = np.concatenate([noise(1e-5, 0.5), noise(0.01, 0.3), noise(1e-5, 0.2)])
    knowing, fresh = Segmenter(), Segmenter()
    knowing.learn(0.0, talk)
    assert begins(fresh, 2.0, breath), "this breath must be loud enough to be taken for speech by one who knows nothing"
    assert not begins(knowing, 2.0, breath)
    assert begins(knowing, 3.0, talk)


def begins(segmenter: Segmenter, at: float, sound: Sound) -> bool:
    """Whether an utterance begins in this sound."""
    parts = range(0, len(sound), BLOCK)
    acts = [act for part in parts for act in segmenter.push(at + part / RATE, sound[part : part + BLOCK])]
    return any(isinstance(act, Begin) for act in acts)
