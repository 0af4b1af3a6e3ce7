"""Writes a session's files: under temporary names, flushed to disk, then named in one step, never over another file."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import time
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from sidebyside.content import Content
from sidebyside.errors import ExportFailed
from sidebyside.export.formats import FORMATS, render
from sidebyside.export.wording import local_start
from sidebyside.model import Session, SessionRecord

_SLUG = 40
"""Characters of the rep's name in a file's name; four bytes each still leave room below 255."""
_TRIES = 1_000
_TEMPORARY = re.compile(r"\.sidebyside-[0-9a-f]{16}\.part")
_STALE = 3_600.0
"""Seconds after which a temporary file is a leftover of a crash."""
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EACCES, errno.EINVAL}
_WORDS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your share of the disk is used up",
    errno.EROFS: "it is read-only",
    errno.EACCES: "you may not write there",
    errno.EPERM: "you may not write there",
    errno.ENAMETOOLONG: "its path is too long",
    errno.ENOTDIR: "a file stands in the place of a folder",
    errno.EEXIST: "a file stands in the place of a folder",
}


def write_session(
    record: SessionRecord,
    folder: Path,
    formats: Sequence[str] = ("md", "html", "json"),
    *,
    content: Content,
) -> tuple[Path, ...]:
    """Write the session in each format into `folder`, which is made if it is missing; the paths, in that order.

    All of them are there afterwards, or none. They share a name, `<day>-<rep>-<start of the id>`, with `-2` and so on
    after it where any of them is taken. Private notes are not in them; see `leaving`. On POSIX only the owner may read
    them.

    Raises:
        ExportFailed: the folder cannot be made or written to, the disk is full, the path is too long, or a format is
            unknown; nothing is left behind.
    """
    wanted = tuple(dict.fromkeys(formats))
    if unknown := [form for form in wanted if form not in FORMATS]:
        raise ExportFailed(f"There is no format “{unknown[0]}”. Nothing was written; choose from {', '.join(FORMATS)}.")
    stem = file_stem(record.session)
    contents = [render(record, form, content) for form in wanted]
    temporary: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _sweep(folder)
        for data in contents:
            temporary.append(folder / f".sidebyside-{secrets.token_hex(8)}.part")
            _write(temporary[-1], data)
        placed = _place_all(temporary, folder, stem, wanted)
        _flush_folder(folder)
    except OSError as error:
        why = _WORDS.get(error.errno or 0, error.strerror or type(error).__name__)
        raise ExportFailed(
            f"The session could not be written to {folder}: {why}. Nothing half-written was left there, and the "
            "session is kept in the library. Choose another folder, or make room, and export again."
        ) from error
    finally:
        _remove(temporary)
    return placed


def file_stem(session: Session) -> str:
    """`2026-11-12-maria-l-5e551000`: local day, rep and the id's first eight digits, safe on every system.

    Raises:
        ExportFailed: the session's start is not a time.
    """
    name = unicodedata.normalize("NFC", session.rep).casefold()
    slug = re.sub(r"[\W_]+", "-", name).strip("-")[:_SLUG].strip("-")
    identity = re.sub(r"[^0-9A-Za-z]", "", session.id)[:8]
    return "-".join(part for part in (local_start(session).date().isoformat(), slug or "session", identity) if part)


def _write(path: Path, data: bytes) -> None:
    """A new file with the data on disk when this returns."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _place_all(temporary: Sequence[Path], folder: Path, stem: str, formats: Sequence[str]) -> tuple[Path, ...]:
    """Give all files their names, or none."""
    for attempt in range(1, _TRIES + 1):
        named = stem if attempt == 1 else f"{stem}-{attempt}"
        finals = tuple(folder / f"{named}.{form}" for form in formats)
        if any(os.path.lexists(final) for final in finals):
            continue
        done: list[Path] = []
        try:
            for source, final in zip(temporary, finals, strict=True):
                _place(source, final)
                done.append(final)
        except BaseException as error:
            _remove(done)
            # Someone took the name in this very moment: the sources of those taken away are gone only after a rename.
            if isinstance(error, FileExistsError) and all(source.exists() for source in temporary):
                continue
            raise
        return finals
    raise ExportFailed(
        f"{folder} already holds {_TRIES} exports named {stem}. Nothing was written, and the session is kept in the "
        "library. Choose another folder."
    )


def _place(source: Path, final: Path) -> None:
    """Name a file in one step, failing if the name is taken; the old name goes at the end of the export.

    Raises:
        FileExistsError: the name is taken.
    """
    if os.name == "nt":
        source.rename(final)
        return
    try:
        os.link(source, final)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # A file system without links (a memory stick, some shares): look first, then rename.
        if os.path.lexists(final):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(final)) from error
        source.rename(final)


def _remove(files: Sequence[Path]) -> None:
    for path in files:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def _flush_folder(folder: Path) -> None:
    """The names on disk too, where the system can do that; the files themselves are flushed already."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _sweep(folder: Path) -> None:
    """Take away what an export left that was cut off an hour ago or earlier: it holds words in the clear."""
    for path in folder.iterdir():
        with contextlib.suppress(OSError):
            if _TEMPORARY.fullmatch(path.name) and time.time() - path.lstat().st_mtime > _STALE:
                path.unlink()
