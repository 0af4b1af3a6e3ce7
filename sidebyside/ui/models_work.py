"""The installation under way: on another thread, one at a time, stopped when a person says so or a session begins."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from PySide6.QtCore import QObject, QTimer, Signal

from sidebyside import paths
from sidebyside.errors import ModelCancelled
from sidebyside.speech import catalogue
from sidebyside.ui.bridge import Bridge
from sidebyside.ui.models_words import STOPPED, STOPPED_FILE

if TYPE_CHECKING:
    from sidebyside.session.models import ModelRow, Progress
    from sidebyside.session.workspace import Workspace

_LOOK_MS = 100
Work = Callable[[Callable[["Progress"], None], threading.Event], "ModelRow"]


class Installation(QObject):
    """Downloads or unpacks one model; all signals come on the Qt thread."""

    moved = Signal()
    """`progress` is newer."""
    done = Signal(str, object)
    """What `name` was, and the `ModelRow` that is now installed."""
    failed = Signal(str, str, bool)
    """What `name` was, why it was not installed, and whether that is how the person wanted it."""

    def __init__(self, workspace: Workspace, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace, self._bridge = workspace, bridge
        self.name: str | None = None
        """The model on its way; empty for one that comes from a file, None for none."""
        self.progress: Progress | None = None
        self._newest: Progress | None = None
        self._cancel = threading.Event()
        # The work only leaves its progress here, and this looks: no signal crosses threads.
        self._look = QTimer(self, interval=_LOOK_MS)
        self._look.timeout.connect(self._looked)

    @property
    def running(self) -> bool:
        """Whether a model is on its way."""
        return self.name is not None

    def download(self, name: str) -> None:
        """Fetch a model of the catalogue."""
        self._begin(name, lambda told, cancel: self._workspace.install_model(name, told, cancel))

    def bring(self, place: Path, language: str) -> None:
        """Install from a file or folder; no network."""
        self._begin("", lambda told, cancel: self._workspace.install_model_from(place, language, told, cancel))

    def stop(self) -> None:
        """Stop soon; what came of a download is kept."""
        self._cancel.set()

    def _begin(self, name: str, work: Work) -> None:
        if self.running:
            return
        self.name, self.progress, self._newest = name, None, None
        self._cancel = cancel = threading.Event()
        self._look.start()
        self._bridge.in_background(lambda: work(self._told, cancel), self._done, self._failed, self)

    def _told(self, progress: Progress) -> None:
        self._newest = progress

    def _looked(self) -> None:
        if self._newest is not self.progress:
            self.progress = self._newest
            self.moved.emit()

    def _end(self) -> str:
        self._look.stop()
        name, self.name = self.name or "", None
        return name

    def _done(self, row: ModelRow) -> None:
        self.done.emit(self._end(), row)

    def _failed(self, error: Exception) -> None:
        name, stopped = self._end(), isinstance(error, ModelCancelled)
        said = (STOPPED if name else STOPPED_FILE) if stopped else str(error)
        self.failed.emit(name, said, stopped)


def hosts() -> dict[str, str]:
    """From which computers each model of the catalogue comes, by the model's name; reads a file.

    Raises:
        BadContent: the catalogue cannot be read.
    """
    return {
        model.name: " and ".join(dict.fromkeys(urlsplit(one.url).netloc for one in model.published))
        for model in catalogue.load(paths.config()).models
    }
