"""The ring: it gives back what went in, in order, and counts what did not fit, with its place."""

from __future__ import annotations

import threading

import numpy as np

from sidebyside.audio.ring import Ring


def block(value: float, frames: int = 4) -> np.ndarray:
    return np.full((frames, 2), value, dtype=np.float32)


def values(ring: Ring) -> list[tuple[float, int]]:
    found = []
    while (taken := ring.take(0)) is not None:
        found.append((float(taken.sound[0, 0]), taken.dropped))
    return found


def test_what_goes_in_comes_out_in_order() -> None:
    ring = Ring(3, 4, 2)
    for turn in range(5):
        ring.put(block(turn), float(turn))
        ring.put(block(turn + 0.5, frames=2), turn + 0.5)
        first, second = ring.take(0), ring.take(0)
        assert first is not None and second is not None
        assert np.array_equal(first.sound, block(turn))
        assert np.array_equal(second.sound, block(turn + 0.5, frames=2))
        assert (first.arrived, second.arrived) == (turn, turn + 0.5)
    assert ring.overruns == 0


def test_a_block_is_a_copy() -> None:
    ring, mine = Ring(2, 4, 2), block(1)
    ring.put(mine, 0.0)
    mine[:] = 9
    taken = ring.take(0)
    assert taken is not None
    ring.put(block(2), 0.0)
    ring.put(block(3), 0.0)
    assert np.array_equal(taken.sound, block(1))


def test_a_full_ring_drops_and_says_how_much_and_where() -> None:
    ring = Ring(2, 4, 2)
    for value in (1, 2, 3, 4):
        ring.put(block(value), float(value))
    assert ring.overruns == 2
    first = ring.take(0)
    assert first is not None and first.dropped == 0
    ring.put(block(5), 5.0)
    assert values(ring) == [(2.0, 0), (5.0, 8)]
    assert ring.dropped_at_end == 0


def test_what_is_dropped_last_is_known_too() -> None:
    ring = Ring(1, 4, 2)
    ring.put(block(1), 1.0)
    ring.put(block(2), 2.0)
    ring.close()
    ring.put(block(3), 3.0)
    assert values(ring) == [(1.0, 0)]
    assert (ring.dropped_at_end, ring.overruns) == (4, 1), "what comes after the end is not lost"


def test_an_overflow_of_the_sound_system_counts_and_keeps_the_block() -> None:
    ring = Ring(2, 4, 2)
    ring.put(block(1), 1.0, overflowed=True)
    taken = ring.take(0)
    assert taken is not None and taken.overflowed
    assert ring.overruns == 1


def test_closing_wakes_the_reader_and_keeps_what_is_left() -> None:
    ring = Ring(2, 4, 2)
    found: list[object] = []
    reader = threading.Thread(target=lambda: found.append(ring.take(30)))
    reader.start()
    ring.close()
    reader.join(5)
    assert not reader.is_alive() and found == [None]

    ring = Ring(2, 4, 2)
    ring.put(block(1), 1.0)
    ring.close()
    ring.put(block(2), 2.0)
    assert values(ring) == [(1.0, 0)]


def test_sound_does_not_linger_after_it_was_taken() -> None:
    ring = Ring(2, 4, 2)
    ring.put(block(0.7), 1.0)
    ring.take(0)
    assert not ring._room.any()


def test_one_can_wait_for_a_callback_after_a_moment() -> None:
    ring = Ring(2, 4, 2)
    ring.put(block(1), 1.0)
    assert ring.await_callback(1.0, timeout=0)
    assert not ring.await_callback(1.5, timeout=0.01)
    later = threading.Timer(0.01, ring.put, (block(2), 2.0))
    later.start()
    assert ring.await_callback(1.5, timeout=10)
    later.join()
