"""Installing a model from a file or folder, as from a stick: where it lies, its language, and how far it has come."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QLineEdit, QVBoxLayout, QWidget

from sidebyside.ui import widgets
from sidebyside.ui.fields import Combo
from sidebyside.ui.flow import flowing
from sidebyside.ui.models_line import ProgressLine
from sidebyside.ui.page import wrapped

if TYPE_CHECKING:
    from sidebyside.session.models import LanguageChoice, Progress

_SAYS = (
    "A zip or tar file, or an unpacked folder, from a stick or this computer. No network is used. It is looked through "
    "before anything of it is kept."
)
_ARCHIVES = "Models (*.zip *.tar.gz *.tgz);;All files (*)"


class BringPanel(QWidget):
    """Opens under its button. `wanted` carries the place and the language's code, empty where the model says it."""

    wanted = Signal(object, str)
    stop_wanted = Signal()
    put_away = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.says = wrapped(_SAYS, "dim")
        self.place = QLineEdit()
        self.place.setPlaceholderText("File or folder")
        self.file = widgets.button("Choose a file…", does=self._ask_file)
        self.folder = widgets.button("Choose a folder…", does=self._ask_folder)
        self.language = Combo()
        self.go = widgets.button("Install", "primary", does=self._go)
        self.shut = widgets.button("Close", does=self.put_away.emit, tip="Esc")
        self.said = wrapped("", "bad")
        self.said.hide()
        self.progress = ProgressLine("the model from a file")
        self.progress.stopped.connect(self.stop_wanted)
        self.place.textChanged.connect(lambda _text: self._allow())
        self.place.returnPressed.connect(self._go)
        self._lay_out()
        self.offer_languages(())
        self._allow()
        self.hide()

    def _lay_out(self) -> None:
        choose, acts = QWidget(), QWidget()
        choose.setLayout(flowing(self.file, self.folder, gap=8))
        acts.setLayout(flowing(self.go, self.shut, gap=8))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in (
            self.says,
            widgets.caption("File or folder", self.place),
            self.place,
            choose,
            widgets.caption("Its language", self.language),
            self.language,
            acts,
            self.said,
            self.progress,
        ):
            column.addWidget(part)

    def offer_languages(self, choices: Sequence[LanguageChoice]) -> None:
        """Offer the languages for a model whose name does not say its own."""
        chosen = self.language.currentData() or ""
        self.language.clear()
        self.language.addItem("As its name says", "")
        for choice in choices:
            self.language.addItem(choice.name, choice.code)
        self.language.setCurrentIndex(max(0, self.language.findData(chosen)))

    def begin(self, title: str = "") -> None:
        """Open it, for a certain model if one is named."""
        self.says.setText(f"For {title}. {_SAYS}" if title else _SAYS)
        self.say("")
        self.show()
        self.place.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_running(self, mine: bool, busy: bool) -> None:
        """Show the progress while its own model is on its way; wait while another is."""
        if mine and self.progress.isHidden():
            self.say("")
            self.progress.begin()
        elif not mine:
            self.progress.hide()
        self._busy = busy
        self._allow()

    def show_progress(self, progress: Progress) -> None:
        """Move its bar."""
        self.progress.show_progress(progress)

    def say(self, text: str, *, wrong: bool = True) -> None:
        """What came of it."""
        widgets.set_role(self.said, "bad" if wrong else "good")
        self.said.setText(text)
        self.said.setVisible(bool(text))
        if text:
            widgets.announce(self.said, text)

    _busy = False

    def _allow(self) -> None:
        self.go.setEnabled(bool(self.place.text().strip()) and not self._busy)

    def _go(self) -> None:
        if self.go.isEnabled():
            place = Path(self.place.text().strip()).expanduser()
            self.wanted.emit(place, self.language.currentData() or "")
            self.progress.stop.setFocus(Qt.FocusReason.OtherFocusReason)

    def _ask_file(self) -> None:
        chosen, _kind = QFileDialog.getOpenFileName(self, "Install a model", str(Path.home()), _ARCHIVES)
        if chosen:
            self.place.setText(chosen)

    def _ask_folder(self) -> None:
        if chosen := QFileDialog.getExistingDirectory(self, "Install a model", str(Path.home())):
            self.place.setText(chosen)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc puts it away."""
        if event.key() == Qt.Key.Key_Escape:
            self.put_away.emit()
            return
        super().keyPressEvent(event)
