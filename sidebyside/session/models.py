"""The speech models as a person sees them: the rows of the list, and what a language is heard with."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import msgspec

from sidebyside.model import Side
from sidebyside.speech.catalogue import Pass
from sidebyside.speech.installing import Progress, Step
from sidebyside.speech.messages import Plan
from sidebyside.speech.model_archive import megabytes

__all__ = ["Hearing", "LanguageChoice", "ModelRow", "ModelState", "Pass", "Progress", "Step"]


class ModelState(StrEnum):
    """Where a model is, and so what can be done with it."""

    BUNDLED = "bundled"
    INSTALLED = "installed"
    FOUND = "found"
    AVAILABLE = "available"
    FILE_ONLY = "file-only"


class ModelRow(msgspec.Struct, frozen=True, kw_only=True):
    """One model of the list."""

    name: str
    title: str
    engine: str
    """`moonshine`, `vosk` or `whisper`."""
    which: Pass
    languages: tuple[str, ...]
    languages_text: str
    state: ModelState
    used_for: tuple[str, ...] = ()
    """Codes of the languages whose calls would be heard with it now."""
    chosen: bool = False
    """Whether a person chose it, for one of its languages at least."""
    size: int = 0
    """Bytes to download, or on the disk; 0 where it is not known."""
    partly: int = 0
    """Bytes of a download that broke off and can go on."""
    licence: str = ""
    source: str = ""
    note: str = ""
    checked: bool = False
    """Whether it had the published checksum when it was installed."""
    checksum: str = ""
    """SHA-256 of the archive it was installed from, where there was one."""
    folder: Path | None = None
    """Where it lies; None where it is not on this computer, or came with the app."""

    @property
    def size_text(self) -> str:
        """As a person reads it; empty where it is not known."""
        return megabytes(self.size) if self.size else ""

    @property
    def can_install(self) -> bool:
        """Whether it can be downloaded."""
        return self.state is ModelState.AVAILABLE

    @property
    def can_use(self) -> bool:
        """Whether it is on this computer."""
        return self.state in (ModelState.BUNDLED, ModelState.INSTALLED, ModelState.FOUND)

    @property
    def can_remove(self) -> bool:
        """Whether it is ours to delete."""
        return self.state is ModelState.INSTALLED


class LanguageChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A language that calls may be in."""

    code: str
    name: str
    heard: bool
    why_not: str = ""


class Hearing(msgspec.Struct, frozen=True, kw_only=True):
    """What would be loaded for a call in a language."""

    language: str
    ready: bool
    """Whether there is a model for live text; without one, notes only is the way on."""
    engine: str = ""
    first: str = ""
    first_title: str = ""
    first_folder: Path | None = None
    """None for the model that came with the app."""
    second: str = ""
    """Empty where nothing hears again at pauses."""
    second_title: str = ""
    second_folder: Path | None = None
    message: str = ""
    """What is missing, for a person."""
    caution: str = ""
    """What to mind in this language, for a person."""
    offer: str = ""
    """The model to install, or to use where it was found, for what is missing."""

    def plan(self, sides: tuple[Side, ...], *, live: bool = True) -> Plan:
        """What the speech process is told to load."""
        return Plan(
            sides=sides,
            engine=self.engine,
            language=self.language,
            first_model=str(self.first_folder or ""),
            second_model=str(self.second_folder or ""),
            second_pass=bool(self.second),
            live=live,
        )
