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


class BadWordList(SideBySideError):
    """A list of names and jargon, or a file of one, that cannot be taken; the list is as it was."""


class NotAllowed(SideBySideError):
    """A command that the session's state or the rep's word does not allow."""


class NoScreen(SideBySideError):
    """There is nothing to open a window on."""


class NoSuchModel(SideBySideError):
    """No speech model of that name is known here."""


class ModelRefused(SideBySideError):
    """An archive or folder that is not taken as a speech model; nothing of it is left behind."""


class WrongChecksum(ModelRefused):
    """A file that is not the one its publisher made."""


class DownloadFailed(SideBySideError):
    """A download that broke off or was turned away; what had arrived is kept, to go on from."""


class NoRoom(SideBySideError):
    """The disk has not enough room; nothing was begun."""


class ModelCancelled(SideBySideError):
    """A person stopped an installation."""


class ModelsBusy(SideBySideError):
    """Another window or terminal is installing or removing a model."""
