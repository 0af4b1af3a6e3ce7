"""A quieter copy of the other side is known at every delay; two people, also at once, are left alone."""

from __future__ import annotations

import numpy as np
import pytest
from played_sounds import RATE, blocks, demo_call, noise, telephone

from sidebyside.model import Side
from sidebyside.speech.bleed import Bleed

REP, CUSTOMER = Side.REP, Side.CUSTOMER
FRAME = RATE // 100


def copied(sound: np.ndarray, level: float, delay: float) -> np.ndarray:
    """So many dB down, so many seconds late, through a small room."""
    late = np.concatenate([np.zeros(int(delay * RATE)), sound])[: len(sound)]
    room = np.array([1.0, 0.0, 0.3, -0.2, 0.1])
    return (np.convolve(late, room)[: len(sound)] * 10 ** (level / 20)).astype(np.float32)


def told(rep: np.ndarray, customer: np.ndarray) -> tuple[dict[Side, np.ndarray], Bleed]:
    bleed, known = Bleed((REP, CUSTOMER)), {REP: np.zeros(0, np.bool_), CUSTOMER: np.zeros(0, np.bool_)}
    for both in zip(blocks(rep), blocks(customer), strict=True):
        for side, block in zip((REP, CUSTOMER), both, strict=True):
            new = len(bleed.push(side, block).allowed)
            hindsight = bleed.verdicts(side).last(200)
            joined = np.concatenate([known[side], hindsight[-new:]])
            joined[-200:] = hindsight[-len(joined[-200:]) :]
            known[side] = joined
    return known, bleed


def loud(sound: np.ndarray, within: float = 30.0) -> np.ndarray:
    difference = np.diff(sound[: len(sound) // FRAME * FRAME], prepend=0).reshape(-1, FRAME)
    power = (difference.astype(np.float64) ** 2).mean(axis=1)
    return power > power.max() * 10 ** (-within / 10)


def louder(one: np.ndarray, other: np.ndarray, by: float) -> np.ndarray:
    first, second = (
        np.diff(sound, prepend=0)[: len(one) // FRAME * FRAME].reshape(-1, FRAME) for sound in (one, other)
    )
    return (first.astype(np.float64) ** 2).mean(axis=1) > (second**2).mean(axis=1) * 10 ** (by / 10)


@pytest.mark.parametrize(
    ("level", "delay"),
    [
        (-12.0, 0.0),
        (-18.0, 0.2),
        *(pytest.param(-12.0, delay, marks=pytest.mark.slow) for delay in (0.05, 0.2, 0.3)),
        *(pytest.param(-18.0, delay, marks=pytest.mark.slow) for delay in (0.0, 0.05, 0.3)),
    ],
)
def test_a_copy_is_barred_and_both_speakers_are_heard(level: float, delay: float) -> None:
    rep, customer = demo_call(30.0)
    copy = copied(rep, level, delay)
    line = telephone(customer + copy + noise(len(rep) / RATE, -65))
    known, bleed = told(rep, line)
    assert known[REP][loud(rep)].mean() > 0.99
    count = len(known[CUSTOMER])
    own, copies = loud(customer)[:count], loud(copy)[:count]
    assert known[CUSTOMER][own].mean() > 0.98
    assert known[CUSTOMER][copies & ~own].mean() < 0.03
    assert bleed.paths[CUSTOMER].frames == pytest.approx(delay * 100, abs=1.0)


def test_it_works_the_other_way_round() -> None:
    rep, customer = demo_call(30.0)
    copy = copied(customer, -15.0, 0.03)
    known, bleed = told((rep + copy).astype(np.float32), customer)
    assert list(bleed.paths) == [REP]
    assert known[CUSTOMER][loud(customer)].all()
    assert known[REP][loud(copy) & ~loud(rep)].mean() < 0.03


def test_two_people_are_left_alone() -> None:
    known, bleed = told(*demo_call())
    assert not bleed.paths
    assert known[REP].all() and known[CUSTOMER].all()


def test_talk_at_once_goes_on_being_heard() -> None:
    rep, customer = demo_call(40.0)
    # The customer's words fall into the rep's.
    customer = np.roll(customer, -3 * RATE)
    copy = copied(rep, -15.0, 0.04)
    known, bleed = told(rep, (customer + copy).astype(np.float32))
    at_once = loud(copy, 20.0) & louder(customer, copy, 8.0)
    assert at_once.sum() > 50 and CUSTOMER in bleed.paths
    assert known[CUSTOMER][at_once[: len(known[CUSTOMER])]].mean() > 0.85


def test_the_same_sound_on_both_sides_counts_once() -> None:
    rep, customer = demo_call(15.0)
    mixed = (rep + customer).astype(np.float32)
    known, _ = told(mixed, mixed.copy())
    assert known[REP].all()
    assert not known[CUSTOMER][loud(mixed)].any()


def test_a_path_that_is_gone_is_forgotten() -> None:
    rep, customer = demo_call(60.0)
    copy = copied(rep, -12.0, 0.02)
    copy[15 * RATE :] = 0.0
    _, bleed = told(rep, (customer + copy + noise(60.0, -60)).astype(np.float32))
    assert not bleed.paths


def test_a_copy_is_turned_down_and_the_speaker_is_not() -> None:
    rep, customer = demo_call(30.0)
    copy = copied(rep, -15.0, 0.03)
    bleed = Bleed((REP, CUSTOMER))
    parts: list[np.ndarray] = []
    for both in zip(blocks(rep), blocks((customer + copy).astype(np.float32)), strict=True):
        for side, block in zip((REP, CUSTOMER), both, strict=True):
            told_of = bleed.push(side, block)
            assert len(told_of.sound) == len(block)
        parts.append(told_of.sound)
    heard = np.concatenate(parts)[5 * RATE :]
    rest = heard - customer[5 * RATE :]
    # Each stretch of the copy is let through for its first tenth of a second, and wherever somebody speaks over it.
    assert (rest**2).sum() < 0.5 * (copy[5 * RATE :] ** 2).sum()
    own = np.repeat(loud(customer[5 * RATE :], 15.0), FRAME)
    kept = (heard[: len(own)][own] ** 2).sum() / (customer[5 * RATE :][: len(own)][own] ** 2).sum()
    assert abs(10 * np.log10(kept)) < 0.3


def test_blocks_of_any_length_are_given_back_whole() -> None:
    rep, _ = demo_call(12.0)
    bleed, first = Bleed((REP, CUSTOMER)), 0
    for length in [1024] * 150 + [1, 100, 159, 160, 161, 4000, 0, 77]:
        part = rep[first : first + length]
        bleed.push(REP, part)
        assert len(bleed.push(CUSTOMER, (part * 0.2).astype(np.float32)).sound) == length
        first += length
