"""Listening to sound files of every sort, whole and broken."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from audio_ear import Ear, Tones, strength

from sidebyside.audio.clock import SessionClock
from sidebyside.audio.file import FileSource
from sidebyside.audio.source import RATE, SoundBlock, Source
from sidebyside.errors import UnreadableSound
from sidebyside.model import Layout, Side

LAYOUTS = {1: Layout.MONO, 2: Layout.STEREO, 8: Layout.MONO}


def source(path: Path, ear: Ear, layout: Layout = Layout.MONO, clock: SessionClock | None = None) -> FileSource:
    return FileSource(
        path,
        layout,
        clock or SessionClock(speed=0),
        on_block=ear.on_block,
        on_lost=ear.on_lost,
        on_end=ear.on_end,
    )


def listen(path: Path, ear: Ear, layout: Layout = Layout.MONO, clock: SessionClock | None = None) -> Source:
    """Hears a file to its end."""
    playing: Source = source(path, ear, layout, clock)
    playing.start()
    ear.wait(lambda ear: ear.ends or ear.lost, 30)
    playing.stop()
    return playing


@pytest.mark.parametrize("subtype", ["PCM_16", "FLOAT"])
@pytest.mark.parametrize("channels", LAYOUTS)
@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 44_100, 48_000, 96_000])
def test_every_kind_of_file_is_heard_to_its_last_sample(
    tones: Tones, ear: Ear, rate: int, channels: int, subtype: str
) -> None:
    path = tones(*[440.0] * channels, seconds=1.237, rate=rate, subtype=subtype)
    clock = SessionClock(speed=0)
    playing = listen(path, ear, LAYOUTS[channels], clock)
    assert ear.ends == 1 and not ear.lost
    assert len(playing.sides) == len(ear.blocks[0].sides) == (2 if channels == 2 else 1)
    for side in range(len(playing.sides)):
        assert abs(len(ear.heard(side)) - 1.237 * RATE) <= 1
        assert strength(ear.heard(side), 440) == pytest.approx(0.5, abs=0.02)
    assert ear.blocks[0].at == 0.0
    assert ear.blocks[-1].end == pytest.approx(1.237, abs=0.001)
    assert clock.now() == pytest.approx(1.237, abs=0.001)


@pytest.mark.parametrize(
    ("name", "subtype"), [("a.flac", "PCM_24"), ("a.ogg", "VORBIS"), ("a.mp3", "MPEG_LAYER_III"), ("a.aiff", "PCM_16")]
)
def test_a_compressed_file_is_heard_without_holes(tones: Tones, ear: Ear, name: str, subtype: str) -> None:
    listen(tones(440, 440, seconds=2.0, name=name, subtype=subtype), ear)
    assert ear.ends == 1 and not ear.lost
    assert len(ear.heard()) == pytest.approx(2 * RATE, abs=1)
    assert min(block.levels[0].rms for block in ear.blocks[1:-1]) > -10
    assert strength(ear.heard()[1_600:-1_600], 440) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    ("layout", "sides", "pitches"),
    [
        (Layout.STEREO, (Side.REP, Side.CUSTOMER), (440, 880)),
        (Layout.SWAPPED, (Side.CUSTOMER, Side.REP), (440, 880)),
    ],
)
def test_left_and_right_are_kept_apart(
    tones: Tones, ear: Ear, layout: Layout, sides: tuple[Side, ...], pitches: tuple[int, ...]
) -> None:
    playing = listen(tones(440, 880), ear, layout)
    assert playing.sides == sides
    for number, pitch in enumerate(pitches):
        assert strength(ear.heard(number), pitch) == pytest.approx(0.5, abs=0.01)
        assert strength(ear.heard(number), 1_320 - pitch) < 0.001


def test_mono_mixes_all_channels(tones: Tones, ear: Ear) -> None:
    playing = listen(tones(440, 880), ear, Layout.MONO)
    assert playing.sides == (Side.MIXED,)
    assert strength(ear.heard(), 440) == pytest.approx(0.25, abs=0.01)
    assert strength(ear.heard(), 880) == pytest.approx(0.25, abs=0.01)


def test_one_channel_cannot_be_split_into_sides(tones: Tones, ear: Ear) -> None:
    playing = listen(tones(440), ear, Layout.STEREO)
    assert (playing.layout, playing.sides) == (Layout.MONO, (Side.MIXED,))
    assert strength(ear.heard(), 440) == pytest.approx(0.5, abs=0.01)


def test_levels_are_those_of_the_side(tones: Tones, ear: Ear) -> None:
    listen(tones(440, 0, amplitude=0.1), ear, Layout.STEREO)
    middle = ear.blocks[len(ear.blocks) // 2]
    assert middle.levels[0].rms == pytest.approx(-23.0, abs=0.2)
    assert middle.levels[0].peak == pytest.approx(-20.0, abs=0.2)
    assert middle.levels[1].rms == -120.0


@pytest.mark.parametrize("speed", [1.0, 4.0])
def test_it_takes_its_time(tones: Tones, ear: Ear, speed: float) -> None:
    path, clock = tones(440, seconds=0.8), SessionClock(speed=speed)
    ahead: list[float] = []
    playing = FileSource(
        path,
        Layout.MONO,
        clock,
        on_block=lambda block: ahead.append(block.end - clock.reading()),
        on_lost=ear.on_lost,
        on_end=ear.on_end,
    )
    began = time.monotonic()
    playing.start()
    ear.wait(lambda ear: ear.ends, 20)
    playing.stop()
    assert time.monotonic() - began >= 0.8 / speed - 0.001
    assert len(ahead) == 13
    assert max(ahead) < 0.001


def test_it_starts_at_the_session_time_it_was_started(tones: Tones, ear: Ear) -> None:
    clock = SessionClock(speed=0)
    clock.advance(30, 1)
    clock.rest()
    listen(tones(440), ear, clock=clock)
    assert ear.blocks[0].at == 30.0
    assert ear.blocks[-1].end == pytest.approx(31.0, abs=0.001)


def test_it_waits_for_whoever_listens(tones: Tones, ear: Ear) -> None:
    may_go_on = threading.Event()
    first = threading.Event()

    def slow(block: SoundBlock) -> None:
        ear.on_block(block)
        first.set()
        assert may_go_on.wait(30)

    playing = FileSource(
        tones(440, seconds=20),
        Layout.MONO,
        SessionClock(speed=0),
        on_block=slow,
        on_lost=ear.on_lost,
        on_end=ear.on_end,
    )
    playing.start()
    assert first.wait(10)
    assert len(ear.blocks) == 1
    may_go_on.set()
    ear.wait(lambda ear: ear.ends, 30)
    playing.stop()
    assert len(ear.heard()) == 20 * RATE


def test_stopping_delivers_what_was_played_and_ends_the_thread(tones: Tones, ear: Ear) -> None:
    clock = SessionClock()
    playing = source(tones(440, seconds=30), ear, clock=clock)
    playing.start()
    ear.wait(lambda ear: len(ear.blocks) >= 3, 10)
    playing.stop()
    stopped = clock.reading()
    assert not ear.ends and not ear.lost
    assert "audio-file" not in [thread.name for thread in threading.enumerate()]
    assert ear.blocks[-1].end >= stopped - 0.1
    count = len(ear.blocks)
    playing.stop()
    assert len(ear.blocks) == count


def test_it_can_be_stopped_from_its_own_callback(tones: Tones, ear: Ear) -> None:
    playing: list[FileSource] = []
    stopped = threading.Event()

    def on_block(block: SoundBlock) -> None:
        playing[0].stop()
        stopped.set()

    clock = SessionClock(speed=0)
    playing.append(
        FileSource(
            tones(440, seconds=30), Layout.MONO, clock, on_block=on_block, on_lost=ear.on_lost, on_end=ear.on_end
        )
    )
    playing[0].start()
    assert stopped.wait(10)
    assert playing[0]._thread is not None
    playing[0]._thread.join(10)
    assert not playing[0]._thread.is_alive()
    assert clock.now() < 1.0


def test_a_source_never_started_can_be_stopped(tones: Tones, ear: Ear) -> None:
    source(tones(440), ear).stop()
    assert ear.blocks == []


def test_samples_that_are_no_numbers_do_not_get_through(tmp_path: Path, ear: Ear) -> None:
    sound = np.full(16_000, 0.1, dtype=np.float32)
    sound[100:200], sound[300], sound[400] = np.nan, np.inf, -1e30
    soundfile.write(tmp_path / "odd.wav", sound, 16_000, subtype="FLOAT")
    listen(tmp_path / "odd.wav", ear)
    assert np.isfinite(ear.heard()).all()
    assert np.abs(ear.heard()).max() <= 1.0


def test_what_is_no_sound_file_is_refused_in_words(tmp_path: Path, ear: Ear) -> None:
    contents = {"text.wav": b"not sound at all", "none.flac": b"", "raw.raw": b"\0" * 999, "song.mp3": b"\0" * 9_999}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UnreadableSound, match=f"{name} cannot be read as sound"):
            source(tmp_path / name, ear)
    with pytest.raises(UnreadableSound, match="There is no sound file"):
        source(tmp_path / "absent.wav", ear)
    with pytest.raises(UnreadableSound, match="There is no sound file"):
        source(tmp_path, ear)


def test_a_file_without_a_sample_is_refused_in_words(tmp_path: Path, ear: Ear) -> None:
    soundfile.write(tmp_path / "empty.wav", np.zeros((0, 2), dtype=np.float32), 48_000)
    with pytest.raises(UnreadableSound, match="empty"):
        source(tmp_path / "empty.wav", ear)


@pytest.mark.parametrize(
    ("name", "subtype"),
    [("cut.flac", "PCM_16"), ("cut.wav", "PCM_16"), ("cut.aiff", "PCM_16"), ("cut.mp3", "MPEG_LAYER_III")],
)
def test_of_a_file_cut_short_the_rest_is_heard_and_the_loss_is_told(
    tones: Tones, ear: Ear, name: str, subtype: str
) -> None:
    path = tones(440, 440, seconds=3.0, name=name, subtype=subtype)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    listen(path, ear)
    assert not ear.ends
    assert len(ear.lost) == 1 and f"{name} breaks off before its end" in ear.lost[0]
    assert 0.9 < ear.seconds < 2.1
    assert strength(ear.heard()[1_600:-1_600], 440) == pytest.approx(0.5, abs=0.03)


def test_a_file_of_unknown_length_is_whole(tones: Tones, ear: Ear) -> None:
    path = tones(440)
    content = bytearray(path.read_bytes())
    content[40:44] = b"\xff\xff\xff\xff"
    path.write_bytes(bytes(content))
    listen(path, ear)
    assert ear.ends == 1 and not ear.lost
    assert len(ear.heard()) == RATE


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_in_the_listener_is_told(tones: Tones, ear: Ear) -> None:
    def broken(block: SoundBlock) -> None:
        raise KeyError("a fault")

    playing = FileSource(
        tones(440), Layout.MONO, SessionClock(speed=0), on_block=broken, on_lost=ear.on_lost, on_end=ear.on_end
    )
    playing.start()
    ear.wait(lambda ear: ear.lost, 10)
    playing.stop()
    assert "a fault in this program" in ear.lost[0]


def test_it_knows_the_files_length_and_rate(tones: Tones, ear: Ear) -> None:
    playing = source(tones(440, seconds=2.5, rate=44_100), ear)
    assert (playing.duration, playing.rate) == (2.5, 44_100)
    playing.stop()
