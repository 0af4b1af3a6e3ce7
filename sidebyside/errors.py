"""Typed errors: raised deep, worded for a person, shown at the edge."""

from __future__ import annotations


class SideBySideError(Exception):
    """Base of every error a user can cause or meet. Its text says what happened, what was kept and what to do."""


class NoDevice(SideBySideError):
    """There is no input device, or none of that name."""


class DeviceFailed(SideBySideError):
    """A device refused to open, or stopped."""


class UnreadableSound(SideBySideError):
    """A sound file that cannot be read."""


class NoSuchEngine(SideBySideError):
    """A recogniser that is not installed, or whose weights are missing or altered."""


class SpeechFailed(SideBySideError):
    """The speech process could not be started, or died too often."""


class KeyUnavailable(SideBySideError):
    """Neither a keyring nor a passphrase: the library cannot be opened."""


class WrongKey(SideBySideError):
    """A passphrase or key that does not open the library."""


class LibraryDamaged(SideBySideError):
    """The database file is not readable as a library."""


class LibraryNewer(SideBySideError):
    """The library was written by a newer version."""


class LibraryBusy(SideBySideError):
    """Another running app holds the library."""


class NoSuchSession(SideBySideError):
    """No session has that id."""


class BadContent(SideBySideError):
    """A TOML file of flags, reasons, questions or settings that does not hold what it must."""


class ExportFailed(SideBySideError):
    """An export that could not be written; nothing half-written is left."""


class NotAllowed(SideBySideError):
    """A command that the session's state or the rep's word does not allow."""


class NoScreen(SideBySideError):
    """There is nothing to open a window on."""
