"""One side overheard by the other, through both passes: every word once, on the side of whoever said it."""

from __future__ import annotations

import difflib

import numpy as np
import pytest
from played_sounds import RATE, blocks, demo_call, noise

from sidebyside.model import Side
from sidebyside.speech.first_pass import FirstPass, Spoken
from sidebyside.speech.joining import plain_words
from sidebyside.speech.moonshine import MoonshineRecogniser
from sidebyside.speech.second_pass import Window, refine
from sidebyside.speech.whisper import WhisperRefiner

REP, CUSTOMER = Side.REP, Side.CUSTOMER


@pytest.fixture(scope="module")
def engines() -> tuple[MoonshineRecogniser, WhisperRefiner]:
    return MoonshineRecogniser(), WhisperRefiner()


def refined(
    engines: tuple[MoonshineRecogniser, WhisperRefiner], rep: np.ndarray, customer: np.ndarray
) -> dict[Side, list[str]]:
    moonshine, whisper = engines
    said: list[Spoken] = []
    first = FirstPass(moonshine, (REP, CUSTOMER), lambda words: None, said.append, live=False)
    for number, both in enumerate(zip(blocks(rep), blocks(customer), strict=True)):
        for side, block in zip((REP, CUSTOMER), both, strict=True):
            first.hear(side, number * 1024 / RATE, block)
    first.flush()
    words: dict[Side, list[str]] = {REP: [], CUSTOMER: []}
    for one in sorted(said, key=lambda one: one.start):
        window = Window(epoch=0, side=one.side, spoken=(one,), closed_at=one.end)
        words[one.side] += [word for piece in refine(whisper, window) for word in plain_words(piece.text)]
    return words


@pytest.mark.slow
@pytest.mark.parametrize(("level", "delay"), [(-12.0, 0.0), (-12.0, 0.2), (-18.0, 0.05)])
def test_overheard_words_appear_once(
    engines: tuple[MoonshineRecogniser, WhisperRefiner], level: float, delay: float
) -> None:
    rep, customer = demo_call(40.0)
    late = np.concatenate([np.zeros(int(delay * RATE)), rep])[: len(rep)]
    line = (customer + np.convolve(late, [1.0, 0.0, 0.3, -0.2])[: len(rep)] * 10 ** (level / 20)).astype(np.float32)
    alone = refined(engines, rep, customer)
    heard = refined(engines, rep, line + noise(len(rep) / RATE, -65))
    assert heard[REP] == alone[REP]
    matcher = difflib.SequenceMatcher(None, alone[CUSTOMER], heard[CUSTOMER], autojunk=False)
    changes = [change for change in matcher.get_opcodes() if change[0] != "equal"]
    assert sum(max(b - a, d - c) for _, a, b, c, d in changes) <= 3, changes
    assert len(heard[CUSTOMER]) <= len(alone[CUSTOMER]) + 2
