"""The demo call played into a headset: words of both sides come while it plays."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from session_seat import Seat, Sit, lasting
from virtual_headset import VirtualHeadset

from sidebyside import model as m
from sidebyside.model import GapReason, Layout, Listening, Side
from sidebyside.session.demo import load_demo
from sidebyside.session.sources import device
from sidebyside.speech.joining import plain_words

pytestmark = pytest.mark.heavy


def listening(sit: Sit) -> Seat:
    """A session that hears the headset, with speech ready."""
    seat = sit(device(None, Layout.STEREO), second_pass=True)
    seat.conductor.start()
    seat.wait(lambda: any(one.state is m.SpeechState.READY for one in seat.of(m.SpeechChanged)), 120)
    seat.wait_listening(Listening.LISTENING)
    return seat


def test_both_sides_are_read_while_they_talk(sit: Sit, virtual_headset: VirtualHeadset, beginning: Path) -> None:
    seat = listening(sit)
    player = virtual_headset.start_playing(beginning)
    first = seat.wait_for(m.PartialHeard)
    assert "morning" in first.utterance.text.lower() or seat.wait(
        lambda: any("morning" in one.utterance.text.lower() for one in seat.of(m.PartialHeard))
    )
    seat.wait(lambda: {one.side for one in seat.heard.values()} == {Side.REP, Side.CUSTOMER})
    assert player.poll() is None, "the words came only after the call"
    assert player.wait(60) == 0
    record = seat.ended()
    said = [word for one in load_demo().utterances if one.end < 29.5 for word in plain_words(one.text)]
    heard = [word for one in record.utterances for word in plain_words(one.text)]
    assert len(heard) > 0.85 * len(said)
    assert record.gaps == ()


def test_a_headset_that_is_pulled_out_and_put_back(sit: Sit, virtual_headset: VirtualHeadset, beginning: Path) -> None:
    seat = listening(sit)
    player = virtual_headset.start_playing(beginning)
    seat.wait(lambda: len(seat.heard) >= 1)
    virtual_headset.unplug()
    player.kill()
    player.wait()
    assert seat.wait_for(m.Trouble).message
    seat.wait_listening(Listening.DEVICE_LOST)
    seat.conductor.note("while nothing was heard")
    virtual_headset.replug()
    before = len(seat.heard)
    seat.conductor.resume()
    seat.wait_listening(Listening.LISTENING)
    with lasting(virtual_headset.start_playing(beginning)):
        seat.wait(lambda: len(seat.heard) > before)
    record = seat.ended()
    (gap,) = (one for one in record.gaps if one.end is None or one.end - one.start > 0.5)
    assert gap.reason is GapReason.DEVICE_LOST and gap.end is not None


def test_device_lost_and_then_the_end(sit: Sit, virtual_headset: VirtualHeadset, beginning: Path) -> None:
    seat = listening(sit)
    with lasting(virtual_headset.start_playing(beginning)):
        seat.wait(lambda: len(seat.heard) >= 1)
        virtual_headset.unplug()
    began = time.monotonic()
    record = seat.ended()
    assert time.monotonic() - began < 30
    assert record.utterances


def test_listen_in_the_terminal(virtual_headset: VirtualHeadset, beginning: Path) -> None:
    environment = {**os.environ, **virtual_headset.environment, "SIDEBYSIDE_PASSPHRASE": "headset on"}
    words = ["listen", "--sides", "stereo", "--seconds", "28", "--rep", "Maria", "--agreed", "text"]
    listen = subprocess.Popen(
        [sys.executable, "-m", "sidebyside", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert listen.stdout
    lines: list[str] = []
    for line in listen.stdout:
        lines.append(line)
        if "Call 1 begins" in line:
            break
    with lasting(virtual_headset.start_playing(beginning)) as player:
        for line in listen.stdout:
            lines.append(line)
            if "Customer" in line and "website" in line:
                break
        assert player.poll() is None, "the words came only after the call"
        rest, errors = listen.communicate(timeout=120)
    said = "".join(lines) + rest
    assert listen.returncode == 0, errors
    assert "Traceback" not in errors
    assert "Rep" in said and "Good morning" in said and "credit card" in said
    assert "It is in your library" in said
