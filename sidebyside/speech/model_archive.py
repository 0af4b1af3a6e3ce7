"""Unpacks an archive that somebody else made, without letting it write anywhere but into one folder, or too much."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import stat
import struct
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple

from sidebyside.errors import ModelRefused, NoRoom

MOST_FILES = 2_000
"""A model has a few dozen."""
MOST_BYTES = 12_000_000_000
"""All of it unpacked; the largest model known has less than half."""
MOST_RATIO = 100
"""How much larger than its archive a model may be: weights hardly shrink, word lists tenfold."""
FREE_RATIO = 20_000_000
"""Bytes below which the ratio says nothing."""
LONGEST_PATH = 200
DEEPEST_PATH = 8
CHUNK = 1 << 20
LARGEST_HEADER = 1 << 20
"""Bytes of one header in a tar; a longer one is there to fill the memory."""
SPARE = 50_000_000
"""Bytes that stay free on the disk after everything."""

OnBytes = Callable[[int, int], None]
"""Told how many bytes are done, of how many; 0 where that is not known. Raises to stop."""

_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in "123456789")}
_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]')

DAMAGED = (zipfile.BadZipFile, tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, NotImplementedError)
"""What the standard library raises for archives that are not whole or not what they say."""


class Member(NamedTuple):
    """One file of an archive: its path as parts, and its size as the archive claims it."""

    parts: tuple[str, ...]
    size: int


def is_archive(file: Path) -> bool:
    """Whether a file is a zip or a tar.gz, by its first bytes."""
    with file.open("rb") as stream:
        start = stream.read(4)
    return start[:2] == b"PK" or start[:2] == b"\x1f\x8b"


def unpack(archive: Path, into: Path, on_bytes: OnBytes = lambda done, total: None) -> None:
    """Unpack a zip or tar.gz into an empty folder.

    Args:
        archive: the file, whatever its name.
        into: a folder that holds nothing else; on error, what is in it is the caller's to delete.
        on_bytes: told about progress; what it raises stops the unpacking.

    Raises:
        ModelRefused: it would write elsewhere or too much, holds links or devices, is encrypted, damaged or cut short.
        NoRoom: the disk has not enough room for it.
    """
    with archive.open("rb") as stream:
        start = stream.read(2)
    try:
        if start == b"PK":
            _unpack_zip(archive, into, on_bytes)
        elif start == b"\x1f\x8b":
            _unpack_tar(archive, into, on_bytes)
        else:
            raise ModelRefused(f"{archive.name} is neither a zip nor a tar.gz archive. Nothing was taken.")
    except DAMAGED as error:
        raise ModelRefused(
            f"{archive.name} is damaged or was cut short ({error or type(error).__name__}). Nothing was taken; "
            "fetch it again."
        ) from error
    except (ValueError, OverflowError, struct.error) as error:
        raise ModelRefused(f"{archive.name} is not a sound archive ({error}). Nothing was taken.") from error


# --- zip ----------------------------------------------------------------------------------------------------------


def _unpack_zip(archive: Path, into: Path, on_bytes: OnBytes) -> None:
    with zipfile.ZipFile(archive) as opened:
        claimed = list(_zip_members(opened))
        total = sum(member.size for _, member in claimed)
        _check_total(total, archive)
        _check_ratio(total, archive.stat().st_size)
        check_room(into, total)
        done = 0
        for info, member in claimed:
            with opened.open(info) as source:
                _write(source, into, member, partial(_add, on_bytes, done, total))
            done += member.size


def _zip_members(opened: zipfile.ZipFile) -> Iterator[tuple[zipfile.ZipInfo, Member]]:
    names = _Names()
    for info in opened.infolist():
        mode = info.external_attr >> 16
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise ModelRefused(f"The archive holds a link or device ({_shown(info.filename)}). Nothing was taken.")
        if info.flag_bits & 0x1:
            raise ModelRefused("The archive is encrypted. Nothing was taken; unpack it and install the folder.")
        # What the archive says itself: the library tidies `filename` up, and a zero byte or backslash would go unseen.
        parts = names.take(info.orig_filename, folder=info.is_dir())
        if parts and not info.is_dir():
            yield info, Member(parts, info.file_size)


# --- tar.gz -------------------------------------------------------------------------------------------------------


class _Unzipped:
    """The inside of a gzip file, read forwards only, that stops where it grows beyond measure."""

    def __init__(self, inside: gzip.GzipFile, packed: int) -> None:
        self._inside = inside
        self._most = min(MOST_BYTES, max(FREE_RATIO, packed * MOST_RATIO))

    def read(self, size: int = -1) -> bytes:
        """The next bytes; whoever wants very many at once reads a header made to fill the memory."""
        if not 0 <= size <= CHUNK + LARGEST_HEADER:
            raise ModelRefused("The archive has a header of absurd length. Nothing was taken.")
        found = self._inside.read(size)
        if self._inside.tell() > self._most:
            raise ModelRefused("The archive unpacks to far more than a model can be. Nothing was taken.")
        return found

    def tell(self) -> int:
        """Where we are, in bytes of the inside."""
        return self._inside.tell()

    def seek(self, to: int) -> int:
        """Go forwards, reading; going back would let a header loop for ever."""
        here = self._inside.tell()
        if to < here:
            raise ModelRefused("The archive's headers contradict each other. Nothing was taken.")
        while here < to:
            skipped = self.read(min(CHUNK, to - here))
            if not skipped:
                raise tarfile.ReadError("it ends before its last file does")
            here += len(skipped)
        return here


def _unpack_tar(archive: Path, into: Path, on_bytes: OnBytes) -> None:
    packed = archive.stat().st_size
    names, done = _Names(), 0
    with archive.open("rb") as raw, gzip.GzipFile(fileobj=raw) as inside:
        unzipped: BinaryIO = _Unzipped(inside, packed)  # type: ignore[assignment]
        with tarfile.open(fileobj=unzipped, mode="r:", errorlevel=2) as opened:
            for info in opened:
                parts = _tar_parts(info, names)
                if parts is None:
                    continue
                check_room(into, info.size)
                source = opened.extractfile(info)
                if source is None:
                    raise ModelRefused(f"{_shown(info.name)} in the archive is no file. Nothing was taken.")
                with source:
                    _write(source, into, Member(parts, info.size), lambda more: on_bytes(raw.tell(), packed))
                done += info.size
        # To the very end, where the checksum stands.
        while unzipped.read(CHUNK):
            pass
    if not done:
        raise ModelRefused(f"{archive.name} is empty. Nothing was taken.")


def _tar_parts(info: tarfile.TarInfo, names: _Names) -> tuple[str, ...] | None:
    """Where a file goes; None for a folder."""
    if not (info.isreg() or info.isdir()) or info.issparse():
        raise ModelRefused(f"The archive holds a link or device ({_shown(info.name)}). Nothing was taken.")
    if info.size < 0:
        raise ModelRefused("The archive's headers contradict each other. Nothing was taken.")
    parts = names.take(info.name, folder=info.isdir())
    return parts if parts and not info.isdir() else None


# --- what both share ----------------------------------------------------------------------------------------------


class _Names:
    """The paths seen so far: each well formed, none twice, none below a file."""

    def __init__(self) -> None:
        self._files: set[tuple[str, ...]] = set()
        self._folders: set[tuple[str, ...]] = set()
        self._count = 0

    def take(self, name: str, *, folder: bool) -> tuple[str, ...]:
        """The parts of one path; empty for the archive's own top."""
        self._count += 1
        if self._count > MOST_FILES:
            raise ModelRefused(f"The archive holds more than {MOST_FILES} files: no model does. Nothing was taken.")
        parts = path_parts(name)
        # As the file systems see them that do not tell large letters from small ones.
        key = tuple(unicodedata.normalize("NFC", part).casefold() for part in parts)
        above = {key[:n] for n in range(1, len(key))}
        if key in self._files or (not folder and key in self._folders) or above & self._files:
            raise ModelRefused(f"The archive holds {_shown(name)} twice. Nothing was taken.")
        self._folders |= above
        if key and folder:
            self._folders.add(key)
        elif key:
            self._files.add(key)
        return parts


def path_parts(name: str) -> tuple[str, ...]:
    """A path inside an archive or folder as its parts.

    Raises:
        ModelRefused: it leaves the folder, or has a name that not every system can keep.
    """
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        raise ModelRefused(f"The archive wants to write to {_shown(name)}, outside its folder. Nothing was taken.")
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    if ".." in parts:
        raise ModelRefused(f"The archive wants to write to {_shown(name)}, outside its folder. Nothing was taken.")
    if len(name) > LONGEST_PATH or len(parts) > DEEPEST_PATH:
        raise ModelRefused(f"The archive holds a path that is too long ({_shown(name)}). Nothing was taken.")
    for part in parts:
        stem = part.split(".")[0].strip().casefold()
        if _FORBIDDEN.search(part) or part != part.rstrip(". ") or stem in _RESERVED:
            raise ModelRefused(f"The archive holds a name that is not safe ({_shown(name)}). Nothing was taken.")
    return parts


def _shown(name: str) -> str:
    """A hostile name, fit to be printed."""
    return repr(name if len(name) <= 60 else name[:60] + "…")


def _check_total(total: int, archive: Path) -> None:
    if total > MOST_BYTES:
        raise ModelRefused(f"{archive.name} unpacks to far more than a model can be. Nothing was taken.")
    if not total:
        raise ModelRefused(f"{archive.name} is empty. Nothing was taken.")


def _check_ratio(total: int, packed: int) -> None:
    if total > FREE_RATIO and total > packed * MOST_RATIO:
        raise ModelRefused("The archive unpacks to far more than a model can be. Nothing was taken.")


def check_room(folder: Path, needed: int) -> None:
    """Make sure that so many bytes fit on the disk of a folder.

    Raises:
        NoRoom: they do not; says how much is needed and how much is there.
    """
    free = shutil.disk_usage(folder).free
    if free < needed + SPARE:
        raise NoRoom(
            f"The disk has {megabytes(free)} free and {megabytes(needed + SPARE)} are needed. Nothing was begun; "
            "make room and try again."
        )


def megabytes(size: int) -> str:
    """Bytes as a person reads them: "41 MB", "1.8 GB"."""
    if size >= 1_000_000_000:
        return f"{size / 1_000_000_000:.1f} GB"
    return f"{max(1, round(size / 1_000_000))} MB" if size else "0 MB"


def _add(on_bytes: OnBytes, before: int, total: int, more: int) -> None:
    on_bytes(before + more, total)


def _write(source: object, into: Path, member: Member, on_bytes: Callable[[int], None]) -> None:
    target = into.joinpath(*member.parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    written = 0
    with os.fdopen(handle, "wb") as stream:
        while chunk := source.read(CHUNK):  # type: ignore[attr-defined]
            written += len(chunk)
            if written > member.size:
                raise ModelRefused("The archive holds more than it says. Nothing was taken.")
            stream.write(chunk)
            on_bytes(written)
    if written != member.size:
        raise ModelRefused("The archive was cut short. Nothing was taken; fetch it again.")


def copy_folder(folder: Path, into: Path, on_bytes: OnBytes = lambda done, total: None) -> None:
    """Copy a model's folder, plain files only, under the same rules as an archive.

    Raises:
        ModelRefused: it holds links or devices, or more than a model can.
        NoRoom: the disk has not enough room for it.
    """
    names = _Names()
    members = [(file, Member(names.take(name, folder=False), size)) for file, name, size in _files_below(folder, "")]
    total = sum(member.size for _, member in members)
    _check_total(total, folder)
    check_room(into, total)
    done = 0
    for file, member in members:
        with file.open("rb") as source:
            _write(source, into, member, partial(_add, on_bytes, done, total))
        done += member.size


def _files_below(folder: Path, above: str) -> Iterator[tuple[Path, str, int]]:
    if above.count("/") > DEEPEST_PATH:
        raise ModelRefused(f"{folder.name} is nested too deeply to be a model. Nothing was taken.")
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.is_symlink() or not (entry.is_file() or entry.is_dir()):
                raise ModelRefused(f"The folder holds a link or device ({_shown(entry.name)}). Nothing was taken.")
            if entry.is_dir():
                yield from _files_below(Path(entry.path), f"{above}{entry.name}/")
            else:
                yield Path(entry.path), f"{above}{entry.name}", entry.stat().st_size
