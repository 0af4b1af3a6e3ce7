"""The models that were installed: a folder each with a note of what it is, put in place and taken away in one step."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec
from filelock import FileLock, Timeout

from sidebyside import paths
from sidebyside.errors import ModelsBusy, NoSuchEngine, NoSuchModel, NotAllowed
from sidebyside.speech.catalogue import Code, Kind, Name, Remote, Words
from sidebyside.speech.model_folder import digest

NOTE = "model.json"
FILES = "files"
STAGING = ".staging-"
DOWNLOADS = ".downloads"
HASHED = 700_000_000
"""Bytes up to which a model is read through and compared each time it is loaded; of larger ones only the sizes."""


class Kept(msgspec.Struct, frozen=True):
    """One file of an installed model, as it was when it was installed."""

    size: int
    sha256: str


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """What lies beside an installed model's files."""

    name: Name
    title: Words
    kind: Kind
    languages: tuple[Code, ...]
    licence: Words
    source: str = ""
    note: str = ""
    checked: bool
    """Whether what was installed had the published checksum."""
    checksum: str = ""
    """SHA-256 of the archive it came in; empty for single files and folders."""
    files: dict[str, Kept]


class Installed(msgspec.Struct, frozen=True):
    """A model in our folder."""

    note: Note
    folder: Path
    """Where its files lie."""

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        return sum(one.size for one in self.note.files.values())


def installed() -> tuple[Installed, ...]:
    """The models in our folder, by name; what is not whole is left out."""
    found = []
    for place in sorted(paths.models().iterdir()):
        note = _read_note(place)
        if note and note.name == place.name and (place / FILES).is_dir():
            found.append(Installed(note, place / FILES))
    return tuple(found)


def find(name: str) -> Installed | None:
    """The installed model of that name."""
    return next((one for one in installed() if one.note.name == name), None)


def _read_note(place: Path) -> Note | None:
    try:
        return msgspec.json.decode((place / NOTE).read_bytes(), type=Note)
    except (OSError, msgspec.DecodeError):
        return None


def note_of(folder: Path) -> Note | None:
    """The note of an installed model, by where its files lie; None for a folder that is not ours."""
    return _read_note(folder.parent) if folder.name == FILES else None


def verify(folder: Path) -> None:
    """Make sure that a model which was installed is still what it was; nothing is known of other folders.

    Raises:
        NoSuchEngine: a file is missing or another than it was.
    """
    note = note_of(folder)
    if note is None:
        return
    hashed = sum(one.size for one in note.files.values()) <= HASHED
    for name, kept in note.files.items():
        file = folder / name
        try:
            same = file.stat().st_size == kept.size and (not hashed or digest(file) == kept.sha256)
        except OSError:
            same = False
        if not same:
            raise NoSuchEngine(
                f"The model {note.name} has changed since it was installed ({name}), so it was not loaded. "
                "Install it again."
            )


def hold(folder: Path) -> None:
    """Keep a model that was installed from being taken away until this process ends; it was just verified."""
    if sys.platform != "win32" and note_of(folder) is not None:
        import fcntl

        _held.append((folder.parent / NOTE).open("rb"))
        fcntl.flock(_held[-1], fcntl.LOCK_SH)


_held: list[BinaryIO] = []


def _check_free(place: Path) -> None:
    """Make sure that no process listens with a model; where the system keeps open files itself, it will say so."""
    if sys.platform == "win32" or not (place / NOTE).is_file():
        return
    import fcntl

    with (place / NOTE).open("rb") as note:
        try:
            fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _listened_with(place.name) from error


def _listened_with(name: str) -> NotAllowed:
    return NotAllowed(f"{name} is being listened with. End the session first; nothing was changed.")


@contextlib.contextmanager
def alone() -> Iterator[Path]:
    """Our folder, with nobody else installing or removing meanwhile, and without what a killed installation left.

    Raises:
        ModelsBusy: somebody else is.
    """
    folder = paths.models()
    lock = FileLock(folder / ".lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise ModelsBusy(
            "Another window or terminal is installing a model. Nothing was changed; wait until it is done."
        ) from error
    try:
        for left in folder.glob(STAGING + "*"):
            shutil.rmtree(left, ignore_errors=True)
        yield folder
    finally:
        lock.release()


@contextlib.contextmanager
def staging(folder: Path) -> Iterator[Path]:
    """A folder for what is not a model yet, on the same disk; gone afterwards whatever happens."""
    place = Path(tempfile.mkdtemp(prefix=STAGING, dir=folder))
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def downloads(name: str) -> Path:
    """Where the parts of a model's download wait; not made here."""
    return paths.models() / DOWNLOADS / name


def part_of(file: Path) -> Path:
    """Where what has arrived of a file is kept until it is whole."""
    return file.with_name(file.name + ".part")


def arrived(remote: Remote, folder: Path) -> int:
    """Bytes of a file that are already in a folder, whole or in part."""
    file = folder / remote.name
    for place in (file, part_of(file)):
        with contextlib.suppress(OSError):
            return place.stat().st_size
    return 0


def drop_download(name: str) -> bool:
    """Forget what has arrived of a model; whether there was anything."""
    place = downloads(name)
    there = place.is_dir()
    shutil.rmtree(place, ignore_errors=True)
    return there


def put_in_place(stage: Path, model: Path, note: Note) -> Installed:
    """Make a model of the files in `model`, in the place of an older one of that name if there is one.

    Args:
        stage: the staging folder that `model` lies in.
        model: the folder of its files.
        note: what it is.

    Raises:
        NotAllowed: a running session listens with the older one.
    """
    whole = stage / "whole"
    whole.mkdir(mode=0o700)
    model.rename(whole / FILES)
    with (whole / NOTE).open("wb") as stream:
        stream.write(msgspec.json.format(msgspec.json.encode(note)))
        stream.flush()
        os.fsync(stream.fileno())
    target = stage.parent / note.name
    older = stage / "older"
    if target.exists():
        _move_away(target, older)
    try:
        whole.rename(target)
    except OSError:
        if older.exists():
            older.rename(target)
        raise
    return Installed(note, target / FILES)


def _move_away(place: Path, to: Path) -> None:
    _check_free(place)
    try:
        place.rename(to)
    except PermissionError as error:
        raise _listened_with(place.name) from error


def remove(name: str) -> None:
    """Delete an installed model, or what has arrived of a download.

    Raises:
        NoSuchModel: neither is there.
        NotAllowed: a running session listens with it.
        ModelsBusy: somebody else is installing.
    """
    with alone() as folder:
        one = find(name)
        if one is not None:
            with staging(folder) as stage:
                _move_away(one.folder.parent, stage / "older")
        if not drop_download(name) and one is None:
            raise NoSuchModel(f"There is no installed model called {name}. Nothing was removed.")
