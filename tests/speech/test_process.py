"""The speech process on the demo call: its words, its deaths, and what stays when it is told to forget or to stop."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from heard_messages import (
    BOTH,
    Mailbox,
    demo_samples,
    feed,
    finals,
    lost_or_doubled,
    script_words,
    started,
    word_errors,
    worded,
)

from sidebyside.model import Side, SpeechState, Stage
from sidebyside.speech import worker
from sidebyside.speech.messages import Plan, Progress, Refined, Words
from sidebyside.speech.process import SpeechProcess
from sidebyside.speech.recogniser import RATE

LENGTH = 36.9
"""Seconds of the demo call that are played: up to a pause of both sides."""


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[SpeechProcess, Mailbox]]:
    mailbox = Mailbox()
    process = started(mailbox)
    yield process, mailbox
    process.stop()


@pytest.fixture
def speech(shared: tuple[SpeechProcess, Mailbox]) -> tuple[SpeechProcess, Mailbox]:
    """The module's one process, which has forgotten all that tests before this one played to it."""
    process, mailbox = shared
    process.drop()
    mailbox.clear()
    return process, mailbox


@pytest.fixture(scope="module")
def undisturbed(shared: tuple[SpeechProcess, Mailbox]) -> Mailbox:
    """What the first part of the demo call gives."""
    process, mailbox = shared
    process.drop()
    mailbox.clear()
    feed(process, demo_samples(LENGTH))
    assert process.flush(120)
    heard = Mailbox()
    heard.messages = list(mailbox.messages)
    return heard


@pytest.mark.parametrize("side", BOTH)
def test_words_of_the_demo_call_are_understood(undisturbed: Mailbox, side: Side) -> None:
    said = script_words(side, LENGTH)
    errors = word_errors(said, worded(undisturbed.text(side)))
    assert errors / len(said) < 0.12, undisturbed.text(side)


def test_every_utterance_is_refined_in_place(undisturbed: Mailbox) -> None:
    pieces = {piece.id for one in undisturbed.messages if isinstance(one, Refined) for piece in one.pieces}
    assert pieces == {one.id for one in undisturbed.finals}


def test_utterances_lie_where_they_were_said(undisturbed: Mailbox) -> None:
    first = min(undisturbed.finals, key=lambda one: one.start)
    assert first.text.startswith("Good morning")
    for side in BOTH:
        times = [(one.start, one.end) for one in undisturbed.finals if one.side is side]
        assert times == sorted(times)
        assert all(end <= start for (_, end), (start, _) in pairwise(times))


def test_refined_sound_is_kept_no_longer(speech: tuple[SpeechProcess, Mailbox]) -> None:
    process, mailbox = speech
    sounds = demo_samples(11.0)
    feed(process, sounds)
    assert process.flush(60)
    # After the last window a little quiet tells how far it is refined.
    quiet = np.zeros(RATE, dtype=np.float32)
    feed(process, (quiet, quiet), at=len(sounds[0]) / RATE)
    mailbox.wait(lambda all_: [one for one in all_ if isinstance(one, Progress) and one.refined > 11.0])
    kept = sum(len(one.samples) / 4 / RATE for one in process._kept)
    assert kept < 2 * 2.5


def test_flush_returns_after_the_last_words(speech: tuple[SpeechProcess, Mailbox]) -> None:
    process, mailbox = speech
    # 4.3 s in, the rep has just said the last word of the first turn: no pause has followed that could end it.
    feed(process, demo_samples(4.3))
    assert process.flush(30)
    (final,) = mailbox.finals
    assert final.text.rstrip("?.").endswith("day")
    assert any(isinstance(one, Refined) and one.pieces[0].id == final.id for one in mailbox.messages)


def test_nothing_of_before_a_drop_arrives(speech: tuple[SpeechProcess, Mailbox]) -> None:
    process, mailbox = speech
    feed(process, demo_samples(5.0))
    process.drop()
    epoch, dropped_at = process.epoch, len(mailbox.messages)
    assert not process._kept
    feed(process, tuple(sound[5 * RATE :] for sound in demo_samples(14.0)), at=5.0)
    assert process.flush(60)
    after = mailbox.messages[dropped_at:]
    assert finals(after), "nothing was heard after the drop"
    assert {one.epoch for one in after if isinstance(one, Words | Refined | Progress)} == {epoch}
    assert min(one.start for one in finals(after)) >= 5.0


def test_drop_ends_a_flush_under_way(speech: tuple[SpeechProcess, Mailbox]) -> None:
    process, _ = speech
    feed(process, demo_samples(8.0))
    ended = threading.Event()
    waiting = threading.Thread(target=lambda: process.flush(60) and ended.set())
    waiting.start()
    while not process._flushing:
        time.sleep(0.001)
    # The second pass has yet to hear it all again, so the answer will be of an epoch that is over.
    process.drop()
    assert ended.wait(10), "it waited for an answer that nobody passes on"
    waiting.join()


def test_behind_counts_from_the_first_sound(speech: tuple[SpeechProcess, Mailbox]) -> None:
    process, _ = speech
    process.hear(Side.REP, 1_000.0, np.zeros(1_024, dtype=np.float32))
    assert process.behind() <= 0.1


def killed_run(kills: int, seed: int) -> tuple[Mailbox, int]:
    """The demo call heard by a process that is killed so many times; how often it died."""
    chance = random.Random(seed)
    mailbox = Mailbox()
    process = started(mailbox)
    moments = sorted(chance.uniform(2.0, LENGTH - 2.0) for _ in range(kills))
    killed: list[int] = []

    def kill(at: float) -> None:
        if len(killed) < len(moments) and at >= moments[len(killed)]:
            # What was fed is decoded up to here, more or less: the rest is under way when it dies.
            process.wait_for_room(chance.uniform(0.2, 8.0))
            pid = process.pid
            # Until it was missed, the dead one's id stands.
            if pid is not None and pid not in killed:
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)

    try:
        feed(process, demo_samples(LENGTH), room=12.0, after_block=kill)
        assert process.flush(120)
    finally:
        process.stop()
    assert sum(state.state is SpeechState.RESTARTING for state in mailbox.states) == len(killed)
    return mailbox, len(killed)


@pytest.mark.parametrize(
    ("kills", "seed"), [(3, 1), *(pytest.param(5, seed, marks=pytest.mark.slow) for seed in range(2, 6))]
)
def test_text_goes_on_when_it_is_killed(undisturbed: Mailbox, kills: int, seed: int) -> None:
    mailbox, died = killed_run(kills, seed)
    assert died == kills
    for refined in (False, True):
        wrong = sum(
            lost_or_doubled(undisturbed.text(side, refined=refined), mailbox.text(side, refined=refined))
            for side in BOTH
        )
        assert wrong <= kills, [mailbox.text(side, refined=refined) for side in BOTH]


def test_words_under_way_are_withdrawn_when_it_dies() -> None:
    mailbox = Mailbox()
    process = started(mailbox, second_pass=False, live=True)
    try:
        sounds = demo_samples(3.0)
        for begin in range(0, len(sounds[0]), 1_024):
            process.hear(Side.REP, begin / RATE, sounds[0][begin : begin + 1_024])
        shown = mailbox.wait(lambda all_: next((one for one in all_ if isinstance(one, Words) and one.text), None))
        assert shown.stage is Stage.PARTIAL
        assert process.pid
        os.kill(process.pid, signal.SIGKILL)
        mailbox.wait(lambda all_: [one for one in all_ if isinstance(one, Words) and one.id == shown.id][-1].text == "")
        assert process.flush(60)
        assert [one.id for one in mailbox.finals] != [shown.id]
        assert "Good morning" in mailbox.finals[0].text
    finally:
        process.stop()


def test_stop_leaves_no_process_and_no_thread() -> None:
    before = set(threading.enumerate())
    mailbox = Mailbox()
    process = started(mailbox, second_pass=False)
    pid = process.pid
    assert pid
    process.hear(Side.REP, 0.0, demo_samples(1.0)[0])
    process.stop()
    assert process.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert set(threading.enumerate()) <= before
    began = time.monotonic()
    assert not process.flush(30)
    assert time.monotonic() - began < 1.0, "it waited for a process that is gone"


def test_stop_right_after_start_leaves_no_process() -> None:
    before = set(threading.enumerate())
    for _ in range(3):
        process = SpeechProcess(Plan(sides=BOTH, engine="moonshine"), lambda message: None)
        process.start()
        process.stop(timeout=20)
        assert process.pid is None
    assert set(threading.enumerate()) <= before


PARENT = """
import sys, time
from sidebyside.model import Side
from sidebyside.speech.messages import Plan
from sidebyside.speech.process import SpeechProcess
import numpy as np

if __name__ == "__main__":
    process = SpeechProcess(Plan(sides=(Side.REP,), engine="moonshine", second_pass=False), lambda message: None)
    process.start()
    if sys.argv[1] == "ready":
        assert process.wait_ready(120)
    while process.pid is None:
        time.sleep(0.01)
    print(process.pid, flush=True)
    at = 0.0
    while True:
        process.hear(Side.REP, at, np.random.default_rng(1).normal(0, 0.1, 16_000).astype(np.float32))
        at += 1.0
        time.sleep(0.1)
"""


@pytest.mark.parametrize("moment", ["loading", "ready"])
def test_child_exits_within_two_seconds_of_its_parent(tmp_path: Path, moment: str) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    parent = subprocess.Popen([sys.executable, str(script), moment], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    began = time.monotonic()
    while _lives(child):
        assert time.monotonic() - began < 2.0, "the child outlived its parent"
        time.sleep(0.02)
    parent.stdout.close()


def _lives(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_child_that_never_gets_ready_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    # Python itself cannot start like this, so the real child dies before it says a word.
    mailbox = Mailbox()
    process = SpeechProcess(Plan(sides=BOTH, engine="moonshine"), mailbox.take)
    with monkeypatch.context() as broken:
        broken.setattr("multiprocessing.spawn._python_exe", b"/bin/false")
        process.start()
        assert not process.wait_ready(60)
    last = mailbox.states[-1]
    assert last.state is SpeechState.FAILED
    assert "Notes and flags go on" in last.message
    assert not process.flush(30)
    process.stop()


def test_a_child_that_cannot_be_started_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    # What is to run in the child cannot be sent to it, which is no error of the system.
    monkeypatch.setattr(worker, "main", lambda pipe, log: None)
    mailbox = Mailbox()
    process = SpeechProcess(Plan(sides=BOTH, engine="moonshine"), mailbox.take)
    process.start()
    mailbox.wait(lambda _all: mailbox.states)
    assert mailbox.states[-1].state is SpeechState.FAILED
    assert "could not be started" in mailbox.states[-1].message
    assert not process.wait_ready(5) and process.failed
    process.stop()
