"""The session clock: sound has right times after stalls, and a device's wrong rate does not add up."""

from __future__ import annotations

import itertools
import random

import pytest

from sidebyside.audio.clock import TOLERANCE, SessionClock, boot_time

RATE = 48_000
FRAMES = 1_536
BLOCK = FRAMES / RATE


class Hands:
    """A system clock that the test sets."""

    def __init__(self) -> None:
        self.time = 1_000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def clock(hands: Hands) -> SessionClock:
    return SessionClock(monotonic=hands)


def test_it_starts_at_nought_and_follows_the_system_while_nothing_is_heard(hands: Hands, clock: SessionClock) -> None:
    assert clock.now() == 0.0
    hands.time += 12.5
    assert clock.now() == 12.5


def test_sound_that_starts_later_begins_where_it_was_heard(hands: Hands, clock: SessionClock) -> None:
    hands.time += 10.0
    placed = clock.captured(FRAMES, RATE)
    assert placed.at == pytest.approx(10.0 - BLOCK)
    assert placed.stall is None


@pytest.mark.parametrize("ppm", [200, -1_000])
def test_two_hours_of_a_device_with_a_wrong_rate_stay_within_50_ms(hands: Hands, clock: SessionClock, ppm: int) -> None:
    chance = random.Random(7)
    origin, true, worst, before = hands.time, 0.0, 0.0, -1.0
    for _ in range(round(7_200 / BLOCK)):
        true += BLOCK * (1 + ppm / 1e6)
        hands.time = origin + true + chance.uniform(0.0, 0.03)
        placed = clock.captured(FRAMES, RATE)
        assert placed.stall is None
        assert placed.at > before
        before = placed.at
        worst = max(worst, abs(placed.at + BLOCK - true))
    assert worst < 0.05
    assert abs(clock.now() - 7_200 * (1 + ppm / 1e6)) < 0.05


def test_blocks_lie_end_to_end_however_unevenly_they_come(hands: Hands, clock: SessionClock) -> None:
    chance, origin = random.Random(3), hands.time
    places = []
    for number in range(1, 2_000):
        hands.time = origin + number * BLOCK + chance.uniform(0.0, 0.1)
        places.append(clock.captured(FRAMES, RATE).at)
    steps = [after - before for before, after in itertools.pairwise(places)]
    assert max(abs(step - BLOCK) for step in steps) < 0.004


def test_a_stall_of_three_seconds_is_told_and_does_not_shift_what_follows(hands: Hands, clock: SessionClock) -> None:
    for _ in range(100):
        hands.time += BLOCK
        clock.captured(FRAMES, RATE)
    end = 100 * BLOCK
    hands.time += 3.0 + BLOCK
    placed = clock.captured(FRAMES, RATE)
    assert placed.stall == pytest.approx((end, end + 3.0), abs=0.005)
    assert placed.at == pytest.approx(end + 3.0, abs=0.005)
    hands.time += BLOCK
    following = clock.captured(FRAMES, RATE)
    assert following.stall is None
    assert following.at == pytest.approx(placed.at + BLOCK, abs=0.001)


def test_a_delay_within_tolerance_is_no_stall(hands: Hands, clock: SessionClock) -> None:
    hands.time += BLOCK
    clock.captured(FRAMES, RATE)
    hands.time += BLOCK + TOLERANCE - 0.01
    assert clock.captured(FRAMES, RATE).stall is None


def test_the_time_of_arrival_counts_not_the_time_of_reading(hands: Hands, clock: SessionClock) -> None:
    hands.time += BLOCK
    clock.captured(FRAMES, RATE)
    arrived = clock.reading() + BLOCK
    hands.time += 4.0
    assert clock.captured(FRAMES, RATE, arrived).stall is None


def test_a_rest_is_no_stall(hands: Hands, clock: SessionClock) -> None:
    hands.time += BLOCK
    clock.captured(FRAMES, RATE)
    clock.rest()
    hands.time += 60.0
    placed = clock.captured(FRAMES, RATE)
    assert placed.stall is None
    assert placed.at == pytest.approx(60.0)


def test_now_never_goes_back_when_sound_comes_too_fast(hands: Hands, clock: SessionClock) -> None:
    before = 0.0
    for number in range(200):
        hands.time += BLOCK / (2 if number < 20 else 1)
        clock.captured(FRAMES, RATE)
        assert clock.now() >= before
        before = clock.now()
    assert clock.now() == pytest.approx(clock.reading(), abs=0.05)


def test_a_known_loss_moves_it_by_exactly_that(hands: Hands, clock: SessionClock) -> None:
    hands.time += BLOCK
    clock.captured(FRAMES, RATE)
    assert clock.advance(RATE, RATE) == pytest.approx((BLOCK, BLOCK + 1.0))


def test_at_speed_nought_only_sound_moves_it(hands: Hands) -> None:
    clock = SessionClock(speed=0, monotonic=hands)
    hands.time += 100.0
    assert clock.now() == 0.0
    clock.advance(RATE, RATE)
    assert clock.now() == 1.0


def test_at_speed_four_a_second_is_four(hands: Hands) -> None:
    clock = SessionClock(speed=4, monotonic=hands)
    hands.time += 2.0
    assert clock.now() == 8.0
    with pytest.raises(ValueError, match="backwards"):
        SessionClock(speed=-1)


def test_the_systems_clock_goes_forward() -> None:
    first = boot_time()
    assert boot_time() >= first > 0
