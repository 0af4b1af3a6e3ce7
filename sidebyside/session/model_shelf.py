"""The part of the workspace that holds the speech models, and knows what a language would be heard with."""

from __future__ import annotations

import threading
from pathlib import Path

from sidebyside.session import model_changes, model_hearing, model_list
from sidebyside.session.models import Hearing, LanguageChoice, ModelRow
from sidebyside.session.plan import Engine
from sidebyside.settings import Settings
from sidebyside.speech.catalogue import Pass
from sidebyside.speech.installing import OnProgress

ENGINES = (("moonshine", "Moonshine"), ("vosk", "Vosk"))


class ModelShelf:
    """What a front end does with models; whoever inherits has the settings and keeps them."""

    settings: Settings

    def save_settings(self, new: Settings) -> None:
        """Keep the options."""
        raise NotImplementedError

    def models(self) -> tuple[ModelRow, ...]:
        """All models, those on this computer first; looks at the disk.

        Raises:
            BadContent: the catalogue is damaged.
        """
        return model_list.list_models(self.settings)

    def languages(self) -> tuple[LanguageChoice, ...]:
        """The languages calls can be in, English first; looks at the disk.

        Raises:
            BadContent: the catalogue is damaged.
        """
        return model_hearing.list_languages(self.settings)

    def can_hear(self, language: str, engine: str = "") -> Hearing:
        """What would be loaded for a call in a language, and what is missing for it.

        Raises:
            BadContent: the catalogue is damaged.
        """
        return model_hearing.can_hear(language, self.settings, engine)

    def engines(self, language: str = "") -> tuple[Engine, ...]:
        """The engines for live text, with the reason where one has no model for the language."""
        offered = []
        for name, title in ENGINES:
            hearing = self.can_hear(language or self.settings.language, name)
            why_not = "" if hearing.ready else hearing.message
            offered.append(Engine(name=name, title=title, available=hearing.ready, why_not=why_not))
        return tuple(offered)

    def install_model(
        self, name: str, on_progress: OnProgress | None = None, cancel: threading.Event | None = None
    ) -> ModelRow:
        """Download a model of the catalogue: the one thing this app opens a connection for. Blocks until it is there.

        Raises:
            NoSuchModel, NotAllowed, DownloadFailed, WrongChecksum, ModelRefused, NoRoom, ModelCancelled, ModelsBusy
        """
        return model_changes.install(name, self.settings, on_progress, cancel)

    def install_model_from(
        self,
        path: Path,
        language: str = "",
        on_progress: OnProgress | None = None,
        cancel: threading.Event | None = None,
    ) -> ModelRow:
        """Install a model from an archive or folder, with no network; blocks until it is there.

        Raises:
            ModelRefused, WrongChecksum, NotAllowed, NoRoom, ModelCancelled, ModelsBusy
        """
        return model_changes.install_from(path, self.settings, language, on_progress, cancel)

    def use_model(self, name: str, language: str = "", which: Pass | None = None) -> ModelRow | None:
        """Choose a model for its language, or the one that is named; with no name, take a choice back.

        Raises:
            NoSuchModel, NotAllowed, NoSuchEngine
        """
        if not name:
            self.save_settings(model_changes.take_back(self.settings, language, which or Pass.FIRST))
            return None
        self.save_settings(model_changes.use(name, self.settings, language))
        return model_changes.find_row(name, self.settings)

    def remove_model(self, name: str, anyway: bool = False) -> None:
        """Delete an installed model, or what has arrived of one; with `anyway` also one that was chosen.

        Raises:
            NoSuchModel, NotAllowed, ModelsBusy
        """
        self.save_settings(model_changes.remove(name, self.settings, anyway=anyway))
