"""A real library whose key is known, and sessions in it that really hear the demo call."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile
from session_seat import Seat, Sit
from virtual_headset import sound_server, virtual_headset

from sidebyside.session.demo import demo_sound
from sidebyside.store.library import Library

__all__ = ["sound_server", "virtual_headset"]

# What decrypts a library's pages belongs to the store's tests.
sys.path.append(str(Path(__file__).parents[1] / "store"))


@pytest.fixture
def key() -> bytes:
    return secrets.token_bytes(32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def library(folder: Path, key: bytes) -> Iterator[Library]:
    with Library.open(folder, key) as opened:
        yield opened


@pytest.fixture
def sit(library: Library) -> Iterator[Sit]:
    """Makes sessions; those that a test leaves running are ended."""
    sit = Sit(library)
    yield sit
    sit.end_all()


@pytest.fixture
def notes(sit: Sit) -> Seat:
    """A session of notes only, begun."""
    seat = sit(None)
    seat.conductor.start()
    return seat


@pytest.fixture(scope="session")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first 29.6 s of the demo call: three turns of the rep, three of the customer and a short one."""
    return cut(tmp_path_factory.mktemp("sound") / "beginning.wav", 29.6)


@pytest.fixture(scope="session")
def opening(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first 13.5 s of the demo call: rep, customer, rep; it ends 0.2 s after the last word."""
    return cut(tmp_path_factory.mktemp("sound") / "opening.wav", 13.5)


def cut(path: Path, seconds: float) -> Path:
    sound, rate = soundfile.read(demo_sound(), dtype="int16", frames=int(seconds * 16_000))
    soundfile.write(path, sound, rate)
    return path
