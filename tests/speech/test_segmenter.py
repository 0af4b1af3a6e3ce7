"""Utterances begin before their first word, end at a real pause, and lose nothing in between."""

import itertools

import numpy as np

from sidebyside.speech.recogniser import RATE
from sidebyside.speech.segmenter import END_PAUSE, LONGEST, Begin, End, More, Pause, Segmenter

RNG = np.random.default_rng(3)
BLOCK = 1024


def said(seconds: float) -> np.ndarray:
    count = int(seconds * RATE)
    envelope = ((np.arange(count) / RATE % 0.21) < 0.15).astype(np.float32)
    return (RNG.standard_normal(count) * envelope * 0.1).astype(np.float32)


def quiet(seconds: float) -> np.ndarray:
    return (RNG.standard_normal(int(seconds * RATE)) * 10 ** (-70 / 20)).astype(np.float32)


def push_all(segmenter: Segmenter, sound: np.ndarray, at: float = 0.0) -> list[object]:
    acts: list[object] = []
    for i in range(0, len(sound), BLOCK):
        acts += segmenter.push(at + i / RATE, sound[i : i + BLOCK])
    return acts


def test_one_utterance_with_its_times() -> None:
    acts = push_all(Segmenter(), np.concatenate([quiet(1.0), said(2.0), quiet(1.5)]))
    begin = next(act for act in acts if isinstance(act, Begin))
    end = next(act for act in acts if isinstance(act, End))
    assert 0.55 <= begin.at <= 1.05
    assert abs(end.at - 3.0) < 0.15


def test_it_ends_soon_after_the_speaker() -> None:
    segmenter = Segmenter()
    push_all(segmenter, np.concatenate([quiet(1.0), said(2.0)]))
    assert segmenter.talking
    acts = push_all(segmenter, quiet(END_PAUSE + 0.15), at=3.0)
    assert any(isinstance(act, End) for act in acts)


def test_a_short_pause_settles_but_does_not_end() -> None:
    acts = push_all(Segmenter(), np.concatenate([quiet(1.0), said(1.0), quiet(0.4), said(1.0), quiet(1.0)]))
    kinds = [type(act) for act in acts if not isinstance(act, More)]
    assert kinds == [Begin, Pause, Pause, End]


def test_all_sound_of_an_utterance_is_handed_on_once() -> None:
    sound = np.concatenate([quiet(1.0), said(3.0), quiet(1.0)])
    acts = push_all(Segmenter(), sound)
    begin = next(act for act in acts if isinstance(act, Begin))
    heard = np.concatenate([act.sound for act in acts if isinstance(act, More)])
    first = round(begin.at * RATE)
    np.testing.assert_array_equal(heard, sound[first : first + len(heard)])
    assert first + len(heard) >= 4.0 * RATE


def test_a_click_begins_nothing() -> None:
    sound = quiet(2.0)
    sound[RATE : RATE + 80] = 0.5
    assert push_all(Segmenter(), sound) == []


def test_flush_ends_what_is_under_way_and_only_that() -> None:
    segmenter = Segmenter()
    push_all(segmenter, np.concatenate([quiet(0.5), said(1.0)]))
    assert [type(act) for act in segmenter.flush()] == [End]
    assert segmenter.flush() == []


def test_endless_speech_is_cut() -> None:
    acts = push_all(Segmenter(), np.concatenate([quiet(0.5), said(50.0)]))
    ends = [act.at for act in acts if isinstance(act, End)]
    assert len(ends) >= 2
    assert all(later - earlier <= LONGEST + 0.5 for earlier, later in itertools.pairwise(ends))


def test_a_gap_in_time_ends_the_utterance() -> None:
    segmenter = Segmenter()
    push_all(segmenter, np.concatenate([quiet(0.5), said(1.0)]))
    acts = push_all(segmenter, said(1.0), at=10.0)
    assert isinstance(acts[0], End)
    assert acts[0].at < 2.0
    begin = next(act for act in acts if isinstance(act, Begin))
    assert begin.at >= 9.9
