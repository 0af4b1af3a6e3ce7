"""Listening to a real input device, made of software: sides, losses, unplugging, stopping."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from audio_ear import Ear, Tones, strength
from virtual_headset import VirtualHeadset

from sidebyside.audio import capture as capture_module
from sidebyside.audio.capture import Capture, backdated
from sidebyside.audio.clock import SessionClock
from sidebyside.audio.devices import InputDevice, find_device, refresh
from sidebyside.audio.ring import Ring, Taken
from sidebyside.audio.source import RATE, SoundBlock, Source
from sidebyside.errors import DeviceFailed
from sidebyside.model import GapReason, Layout, Side

Listen = Callable[..., Capture]
heavy = pytest.mark.heavy


@pytest.fixture
def listen(virtual_headset: VirtualHeadset, ear: Ear) -> Iterator[Listen]:
    """Starts captures of the virtual headset and stops them after the test."""
    captures: list[Capture] = []

    def start(
        layout: Layout = Layout.STEREO,
        clock: SessionClock | None = None,
        on_block: Callable[[SoundBlock], None] = ear.on_block,
        rate: int = 48_000,
    ) -> Capture:
        found = find_device(None)
        device = InputDevice(
            index=found.index, name=found.name, channels=found.channels, rate=rate, is_default=True, host=found.host
        )
        capture = Capture(
            device, layout, clock or SessionClock(), on_block=on_block, on_gap=ear.on_gap, on_lost=ear.on_lost
        )
        capture.start()
        captures.append(capture)
        return capture

    yield start
    virtual_headset.thaw()
    for capture in captures:
        capture.stop()


def loud(ear: Ear, side: int) -> np.ndarray:
    """The middle of what was played on one side."""
    heard = ear.heard(side)
    where = np.flatnonzero(np.abs(heard) > 0.1)
    return heard[where[0] + 1_600 : where[-1] - 1_600] if len(where) > 4_800 else heard[:0]


@heavy
@pytest.mark.parametrize("layout", [Layout.STEREO, Layout.SWAPPED])
def test_each_side_is_heard_on_its_channel(
    virtual_headset: VirtualHeadset, listen: Listen, ear: Ear, tones: Tones, layout: Layout
) -> None:
    capture: Source = listen(layout)
    virtual_headset.play(tones(440, 880, seconds=0.8))
    capture.stop()
    by_name = dict(zip(capture.sides, (loud(ear, 0), loud(ear, 1)), strict=True))
    left, right = (Side.REP, Side.CUSTOMER) if layout is Layout.STEREO else (Side.CUSTOMER, Side.REP)
    assert strength(by_name[left], 440) == pytest.approx(0.5, abs=0.03)
    assert strength(by_name[right], 880) == pytest.approx(0.5, abs=0.03)
    assert strength(by_name[left], 880) < 0.01
    assert strength(by_name[right], 440) < 0.01
    assert ear.gaps == [] and ear.lost == [] and capture.overruns == 0


@heavy
@pytest.mark.parametrize("rate", [16_000, 44_100])
def test_mono_hears_both_channels_at_any_rate(
    virtual_headset: VirtualHeadset, listen: Listen, ear: Ear, tones: Tones, rate: int
) -> None:
    capture = listen(Layout.MONO, rate=rate)
    virtual_headset.play(tones(440, 880, seconds=0.6))
    capture.stop()
    assert capture.sides == (Side.MIXED,) and capture.rate == rate
    assert strength(loud(ear, 0), 440) == pytest.approx(0.25, abs=0.03)
    assert strength(loud(ear, 0), 880) == pytest.approx(0.25, abs=0.03)


@heavy
def test_stopping_delivers_all_that_was_captured_and_ends_the_threads(listen: Listen, ear: Ear) -> None:
    clock = SessionClock()
    capture = listen(clock=clock)
    ear.wait(lambda ear: ear.seconds > 0.5, 10)
    asked = clock.reading()
    capture.stop()
    stopped = clock.reading()
    assert ear.blocks[-1].end >= asked
    assert stopped - asked < 0.6
    assert ear.seconds == pytest.approx(ear.blocks[-1].end - ear.blocks[0].at, abs=0.01)
    names = [thread.name for thread in threading.enumerate()]
    assert "audio-capture" not in names and "audio-close" not in names
    count = len(ear.blocks)
    capture.stop()
    assert len(ear.blocks) == count and ear.lost == []


@heavy
def test_not_a_sample_of_what_was_captured_is_cut_off(
    listen: Listen, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames: list[int] = []
    put = Ring.put

    def counted(ring: Ring, sound: np.ndarray, arrived: float, overflowed: bool = False) -> None:
        if not ring.closed:
            frames.append(len(sound))
        put(ring, sound, arrived, overflowed)

    monkeypatch.setattr(Ring, "put", counted)
    capture = listen()
    ear.wait(lambda ear: ear.seconds > 0.3, 10)
    capture.stop()
    assert len(ear.heard()) == pytest.approx(sum(frames) * RATE / capture.rate, abs=1)


@heavy
def test_sound_is_placed_where_it_was_on_the_session_clock(listen: Listen, ear: Ear) -> None:
    clock = SessionClock()
    behind: list[float] = []

    def on_block(block: SoundBlock) -> None:
        behind.append(clock.now() - block.end)
        ear.on_block(block)

    listen(clock=clock, on_block=on_block)
    ear.wait(lambda ear: ear.seconds > 1.5, 10)
    assert min(behind) > -0.05
    assert np.median(behind) < 0.25


@heavy
def test_a_reader_that_is_held_up_leaves_a_gap_of_the_right_size(
    listen: Listen, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture_module, "RING_SECONDS", 0.3)
    held, go_on = threading.Event(), threading.Event()
    clock = SessionClock()

    def on_block(block: SoundBlock) -> None:
        ear.on_block(block)
        if len(ear.blocks) == 5:
            held.set()
            assert go_on.wait(30)

    capture = listen(clock=clock, on_block=on_block)
    assert held.wait(10)
    assert capture._ring.await_callback(clock.reading() + 1.2, timeout=10)
    go_on.set()
    ear.wait(lambda ear: ear.gaps and ear.blocks[-1].at > ear.gaps[0][1] + 0.3, 10)
    capture.stop()
    assert capture.overruns > 10
    (start, end, reason) = ear.gaps[0]
    assert len(ear.gaps) == 1 and reason is GapReason.OVERRUN
    assert 0.5 < end - start < 1.2
    before = max(block.end for block in ear.blocks if block.at < start)
    after = min(block.at for block in ear.blocks if block.at > start)
    assert before == pytest.approx(start, abs=0.003)
    assert after == pytest.approx(end, abs=0.003)
    assert ear.blocks[-1].end == pytest.approx(clock.reading(), abs=0.3)


@heavy
def test_unplugging_is_told_in_words_and_plugging_in_again_works(
    virtual_headset: VirtualHeadset, listen: Listen, ear: Ear, tones: Tones
) -> None:
    clock = SessionClock()
    first = listen(clock=clock)
    ear.wait(lambda ear: ear.blocks, 10)
    virtual_headset.unplug()
    unplugged = clock.now()
    ear.wait(lambda ear: ear.lost, 3)
    assert "stopped giving sound" in ear.lost[0] and "kept" in ear.lost[0]
    assert ear.blocks[-1].end == pytest.approx(unplugged, abs=0.2)
    first.stop()
    with pytest.raises(DeviceFailed, match="could not be opened"):
        listen(clock=clock)
    virtual_headset.replug()
    assert refresh()
    count = len(ear.blocks)
    listen(clock=clock)
    ear.wait(lambda ear: len(ear.blocks) > count, 10)
    assert ear.blocks[count].at >= unplugged
    assert len(ear.lost) == 1


@heavy
def test_a_device_that_falls_silent_is_lost_and_stopping_does_not_hang(
    virtual_headset: VirtualHeadset, listen: Listen, ear: Ear
) -> None:
    capture = listen()
    ear.wait(lambda ear: ear.blocks, 10)
    virtual_headset.freeze()
    ear.wait(lambda ear: ear.lost, 3)
    began = time.monotonic()
    capture.stop()
    assert time.monotonic() - began < 3
    assert not refresh(), "the hung stream is still open"
    virtual_headset.thaw()
    for thread in threading.enumerate():
        if thread.name == "audio-close":
            thread.join(10)
    assert refresh()


@heavy
def test_a_short_hold_up_of_the_sound_server_loses_nothing(
    virtual_headset: VirtualHeadset, listen: Listen, ear: Ear
) -> None:
    clock = SessionClock()
    capture = listen(clock=clock)
    ear.wait(lambda ear: ear.blocks, 10)
    virtual_headset.freeze()
    threading.Event().wait(0.6)  # how long the server is held up, not a wait for something to happen
    virtual_headset.thaw()
    ear.wait(lambda ear: ear.blocks[-1].end > ear.blocks[0].at + 1.5, 10)
    capture.stop()
    assert ear.gaps == [] and ear.lost == []
    assert ear.blocks[-1].end == pytest.approx(clock.reading(), abs=0.3)
    assert ear.seconds == pytest.approx(ear.blocks[-1].end - ear.blocks[0].at, abs=0.05)


@heavy
def test_a_device_that_stalls_leaves_a_gap_and_right_times_after_it(
    virtual_headset: VirtualHeadset, listen: Listen, ear: Ear
) -> None:
    clock = SessionClock()
    capture = listen(clock=clock)
    ear.wait(lambda ear: ear.seconds > 0.3, 10)
    virtual_headset.suspend()
    threading.Event().wait(0.6)  # how long the device stalls, not a wait for something to happen
    virtual_headset.resume()
    ear.wait(lambda ear: ear.gaps and ear.blocks[-1].at > ear.gaps[0][1] + 0.5, 10)
    capture.stop()
    (start, end, reason) = ear.gaps[0]
    assert len(ear.gaps) == 1 and reason is GapReason.DEVICE_LOST and ear.lost == []
    assert 0.3 < end - start < 1.0
    assert min(block.at for block in ear.blocks if block.at > start) == pytest.approx(end, abs=0.003)
    assert ear.blocks[-1].end == pytest.approx(clock.reading(), abs=0.2)


@heavy
def test_a_fault_in_the_listener_is_told_and_the_device_let_go(listen: Listen, ear: Ear) -> None:
    def broken(block: SoundBlock) -> None:
        raise KeyError("a fault")

    caught: list[object] = []
    hook, threading.excepthook = threading.excepthook, caught.append
    try:
        capture = listen(on_block=broken)
        ear.wait(lambda ear: ear.lost, 10)
        capture.stop()
    finally:
        threading.excepthook = hook
    assert "a fault in this program" in ear.lost[0]
    assert len(caught) == 1
    assert refresh()


@heavy
def test_the_list_of_devices_is_left_alone_while_one_is_heard(listen: Listen, ear: Ear) -> None:
    capture = listen()
    ear.wait(lambda ear: ear.blocks, 10)
    assert not refresh()
    count = len(ear.blocks)
    ear.wait(lambda ear: len(ear.blocks) > count, 10)
    capture.stop()
    assert refresh()


@heavy
def test_listening_writes_nothing_to_disk(
    virtual_headset: VirtualHeadset, listen: Listen, ear: Ear, tones: Tones, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = tones(440, 880, seconds=0.3)
    before = set(sound.parent.rglob("*"))
    monkeypatch.chdir(sound.parent)
    monkeypatch.setenv("TMPDIR", str(sound.parent))
    capture = listen()
    virtual_headset.play(sound)
    open_files = [
        target
        for entry in os.scandir("/proc/self/fd")
        if (target := os.path.realpath(entry.path)).startswith("/") and Path(target).is_file()
    ]
    capture.stop()
    assert set(sound.parent.rglob("*")) == before
    assert not [name for name in open_files if name.endswith((".wav", ".raw", ".pcm", ".flac"))]


def test_a_device_is_heard_at_the_speed_of_time(ear: Ear) -> None:
    device = InputDevice(index=0, name="any", channels=2, rate=48_000, is_default=True, host="ALSA")
    with pytest.raises(ValueError, match="speed of time"):
        Capture(
            device,
            Layout.MONO,
            SessionClock(speed=2),
            on_block=ear.on_block,
            on_gap=ear.on_gap,
            on_lost=ear.on_lost,
        )


def test_a_device_of_one_channel_is_mono(ear: Ear) -> None:
    device = InputDevice(index=0, name="any", channels=1, rate=48_000, is_default=True, host="ALSA")
    capture = Capture(
        device, Layout.SWAPPED, SessionClock(), on_block=ear.on_block, on_gap=ear.on_gap, on_lost=ear.on_lost
    )
    assert (capture.layout, capture.sides) == (Layout.MONO, (Side.MIXED,))
    capture.stop()


def test_a_burst_is_dated_back_from_its_last_block() -> None:
    def block(arrived: float, dropped: int = 0) -> Taken:
        return Taken(np.zeros((RATE // 10, 1), dtype=np.float32), arrived, dropped, False)

    times = [taken.arrived for taken in backdated([block(9.0), block(9.0), block(9.01), block(9.11)], RATE)]
    assert times == pytest.approx([8.81, 8.91, 9.01, 9.11])
    alone = block(5.0)
    assert backdated([alone], RATE)[0].arrived == 5.0
    lossy = backdated([block(9.0), block(9.0, dropped=RATE)], RATE)
    assert [taken.arrived for taken in lossy] == pytest.approx([7.9, 9.0])
