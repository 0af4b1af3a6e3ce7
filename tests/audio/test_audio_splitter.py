"""From channels to sides: resampled without seams, cut into equal blocks, each with its time."""

from __future__ import annotations

import numpy as np
import pytest
from audio_ear import Ear

from sidebyside.audio.source import BLOCK, RATE
from sidebyside.audio.splitter import Splitter
from sidebyside.model import Layout


def feed(splitter: Splitter, sound: np.ndarray, rate: int, at: float, frames: int) -> None:
    for first in range(0, len(sound), frames):
        splitter.feed(sound[first : first + frames], at + first / rate)


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000])
def test_a_click_is_at_its_time(ear: Ear, rate: int) -> None:
    sound = np.zeros((3 * rate, 1), dtype=np.float32)
    sound[2 * rate] = 1.0
    splitter = Splitter(Layout.MONO, rate, ear.on_block)
    feed(splitter, sound, rate, 100.0, 1_000)
    splitter.finish()
    loudest = max(ear.blocks, key=lambda block: block.levels[0].peak)
    assert loudest.at + int(np.argmax(np.abs(loudest.sides[0]))) / RATE == pytest.approx(102.0, abs=0.0003)


def test_blocks_are_equal_but_the_last_and_lie_end_to_end(ear: Ear) -> None:
    splitter = Splitter(Layout.STEREO, 48_000, ear.on_block)
    feed(splitter, np.zeros((48_000, 2), dtype=np.float32), 48_000, 5.0, 1_536)
    splitter.finish()
    assert [len(block.sides[0]) for block in ear.blocks] == [BLOCK] * 15 + [RATE - 15 * BLOCK]
    assert all(len(block.sides[1]) == len(block.sides[0]) for block in ear.blocks)
    for before, after in zip(ear.blocks, ear.blocks[1:], strict=False):
        assert after.at == pytest.approx(before.end, abs=1e-6)
    assert ear.blocks[0].at == 5.0


def test_a_new_stretch_has_its_own_times_and_nothing_of_the_old(ear: Ear) -> None:
    splitter = Splitter(Layout.MONO, 48_000, ear.on_block)
    feed(splitter, np.ones((48_000, 1), dtype=np.float32), 48_000, 0.0, 1_536)
    splitter.finish()
    first = len(ear.blocks)
    feed(splitter, np.zeros((48_000, 1), dtype=np.float32), 48_000, 9.0, 1_536)
    splitter.finish()
    second = ear.blocks[first:]
    assert second[0].at == 9.0
    assert sum(len(block.sides[0]) for block in second) == RATE
    assert max(block.levels[0].peak for block in second) == -120.0


def test_resampling_in_pieces_is_the_same_as_in_one(ear: Ear) -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, (44_100, 2)).astype(np.float32)
    pieces, whole = Ear(), Ear()
    for listener, frames in ((pieces, 777), (whole, 44_100)):
        splitter = Splitter(Layout.STEREO, 44_100, listener.on_block)
        feed(splitter, noise, 44_100, 0.0, frames)
        splitter.finish()
    for side in (0, 1):
        assert np.allclose(pieces.heard(side), whole.heard(side), atol=1e-6)


def test_nothing_in_gives_nothing_out(ear: Ear) -> None:
    splitter = Splitter(Layout.MONO, 48_000, ear.on_block)
    splitter.feed(np.zeros((0, 1), dtype=np.float32), 0.0)
    splitter.finish()
    splitter.finish()
    assert ear.blocks == []
