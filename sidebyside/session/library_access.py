"""Opening the library for one short command: read-only beside a running app, or as its one writer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sidebyside import paths
from sidebyside.errors import NoSuchSession
from sidebyside.store.keys import key_state, open_key
from sidebyside.store.library import Library

NO_LIBRARY = "There is no library here yet, so there is no such session. Sit down beside a rep, or try the demo."


def has_library() -> bool:
    """Whether a library was ever made here.

    Looking makes none: a command that only reads must not leave a key behind.
    """
    return key_state(paths.data()) != "new"


@contextmanager
def read_library(passphrase: str | None) -> Iterator[Library]:
    """The library for reading, also while an app has it open for writing.

    Raises:
        NoSuchSession: no library was made yet.
        KeyUnavailable, WrongKey, LibraryNewer, LibraryDamaged
    """
    with _opened(passphrase, read_only=True) as library:
        yield library


@contextmanager
def write_library(passphrase: str | None) -> Iterator[Library]:
    """The library as its one writer.

    Raises:
        LibraryBusy: an app has it open.
        NoSuchSession, KeyUnavailable, WrongKey, LibraryNewer, LibraryDamaged
    """
    with _opened(passphrase, read_only=False) as library:
        yield library


@contextmanager
def _opened(passphrase: str | None, *, read_only: bool) -> Iterator[Library]:
    if not has_library():
        raise NoSuchSession(NO_LIBRARY)
    library = Library.open(paths.data(), open_key(paths.data(), passphrase).key, read_only=read_only)
    try:
        yield library
    finally:
        library.close()
