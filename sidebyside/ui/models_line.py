"""One model in the list: what it is, what can be done with it, the question before that, and how far it has come."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from sidebyside.session.models import ModelState
from sidebyside.ui import models_words as words
from sidebyside.ui import widgets
from sidebyside.ui.flow import flowing
from sidebyside.ui.page import wrapped

if TYPE_CHECKING:
    from sidebyside.session.models import ModelRow, Progress

_FINE = 1000
"""Steps of the bar."""


class ProgressLine(QWidget):
    """How far an installation has come, in a bar and in words, with a button that stops it."""

    stopped = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.words = wrapped("Beginning…", "dim")
        self.stop = widgets.button("Stop", "small", does=self._stop)
        self.name_it(name)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.bar)
        line = widgets.row(gap=12)
        line.addWidget(self.words, 1)
        line.addWidget(self.stop)
        column.addLayout(line)
        self.hide()

    def name_it(self, name: str) -> None:
        """Say whose progress this is."""
        self.bar.setAccessibleName(f"Progress: {name}")
        self.stop.setAccessibleName(f"Stop: {name}")

    def begin(self) -> None:
        """Show it from its beginning."""
        self.show_progress(None)
        self.show()

    def show_progress(self, progress: Progress | None) -> None:
        """Move the bar; it wanders while the whole is not known."""
        known = progress is not None and progress.total > 0
        self.bar.setRange(0, _FINE if known else 0)
        if progress is not None and known:
            self.bar.setValue(round(_FINE * min(progress.done, progress.total) / progress.total))
        self.words.setText(progress.text if progress is not None else "Beginning…")
        self.bar.setAccessibleDescription(self.words.text())

    def _stop(self) -> None:
        # It stays enabled: with the focus taken from it, the focus would leave the model.
        self.words.setText("Stopping…")
        self.stopped.emit()


class ModelLine(QWidget):
    """Shows one model and asks before something comes from the network or goes for good; signals carry its name."""

    use_wanted = Signal(str)
    download_wanted = Signal(str)
    bring_wanted = Signal(str)
    remove_wanted = Signal(str)
    stop_wanted = Signal()
    opened = Signal(QWidget)
    """This part of it is to be seen."""

    def __init__(self, row: ModelRow, host: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row = row
        self._host, self._language, self._asking = host, "", ""
        self._question: widgets.Banner | None = None
        self.title = wrapped(row.title, "strong")
        self.used = widgets.label("In use", "good")
        self.facts, self.more = wrapped("", "dim"), wrapped("", "dim")
        self.more.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.said = wrapped("", "good")
        self.use = self._button("Use", f"Use {row.title}", lambda: self.use_wanted.emit(words.key(row)))
        self.get = self._button("Download…", f"Download {row.title}", lambda: self._ask("download"))
        self.bring = self._button("From a file…", f"Install {row.title} from a file", self._bring)
        self.remove = self._button("Remove…", f"Remove {row.title}", lambda: self._ask("remove"))
        self._progress: ProgressLine | None = None
        self._lay_out()

    def _button(self, text: str, name: str, does: Callable[[], object]) -> QPushButton:
        return widgets.button(text, "small", does=does, name=name)

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(2)
        for part in (self.title, self.facts, self.more):
            left.addWidget(part)
        self._acts = QWidget()
        self._acts.setLayout(flowing(self.used, self.use, self.get, self.bring, self.remove, gap=8))
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._line.setSpacing(12)
        self._line.addLayout(left, 1)
        self._line.addWidget(self._acts, 0, Qt.AlignmentFlag.AlignTop)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addLayout(self._line)
        self._column.addWidget(self.said)
        self.said.hide()

    # --- what it shows ---

    @property
    def progress(self) -> ProgressLine:
        """How far its installation has come; made when it is first wanted, as few models are ever installed."""
        if self._progress is None:
            self._progress = ProgressLine(self.row.title)
            self._progress.stopped.connect(self.stop_wanted)
            self._column.addWidget(self._progress)
            QWidget.setTabOrder(self.remove, self._progress.stop)
        return self._progress

    @property
    def stops(self) -> tuple[QPushButton, ...]:
        """The buttons that are offered now."""
        return tuple(made for made in (self.use, self.get, self.bring, self.remove) if not made.isHidden())

    @property
    def all_stops(self) -> tuple[QPushButton, ...]:
        """All its buttons, in the order of Tab."""
        last = (self._progress.stop,) if self._progress is not None else ()
        return (self.use, self.get, self.bring, self.remove, *last)

    def show_row(self, row: ModelRow, code: str, language: str, *, mine: bool, busy: bool) -> None:
        """Show the model as calls in this language see it.

        Args:
            row: what is known of the model.
            code: the language, as its code.
            language: the same by its name.
            mine: whether this model is on its way now.
            busy: whether any is.
        """
        self.row, self._language = row, language
        used = code in row.used_for
        self.title.setText(row.title)
        self.facts.setText(words.facts(row))
        self.more.setText(words.more(row))
        self.more.setVisible(bool(self.more.text()))
        self.used.setVisible(used)
        self.used.setAccessibleName(f"{row.title} is in use for {language}")
        self.use.setVisible(row.can_use and not used and not mine)
        self.get.setText("Go on…" if row.partly else "Download…")
        self.get.setVisible(row.state is ModelState.AVAILABLE and row.can_install and not mine)
        self.bring.setVisible(row.state is ModelState.FILE_ONLY and not mine)
        self.remove.setText("Remove…" if words.here(row) else "Drop it…")
        self.remove.setVisible(row.can_remove and not mine)
        for made in (self.get, self.bring, self.remove):
            made.setEnabled(not busy)
            made.setToolTip("One model at a time is installed." if busy else "")
        if busy:
            self._unask()
        if mine and self.progress.isHidden():
            self.say("")
            self.progress.begin()
        elif not mine and self._progress is not None:
            self._progress.hide()
        self._fit()

    def say(self, text: str, *, wrong: bool = False) -> None:
        """What came of it, below the model."""
        widgets.set_role(self.said, "bad" if wrong else "good")
        self.said.setText(text)
        self.said.setVisible(bool(text))
        if text:
            widgets.announce(self.said, f"{self.row.title}: {text}")

    # --- asking ---

    def _bring(self) -> None:
        self.bring_wanted.emit(self.row.name)

    def _ask(self, what: str) -> None:
        self._unask()
        self.say("")
        if what == "download":
            text = words.before_download(self.row, self._host)
            go = f"Download {self.row.size_text}".strip() if not self.row.partly else "Go on with it"
            actions = ((go, self._download), ("Not now", self._not_now))
        else:
            text = words.before_removal(self.row, self._language)
            actions = (("Remove it", self._remove), ("Keep it", self._not_now))
        self._asking = what
        self._question = widgets.Banner(text, actions, warning=what == "remove", close=False)
        self._column.insertWidget(1, self._question)
        # What opens a connection is one key away, what deletes is two.
        self._question.buttons[0 if what == "download" else 1].setFocus(Qt.FocusReason.OtherFocusReason)
        self.opened.emit(self)

    def _unask(self) -> None:
        question, self._question = self._question, None
        if question is not None:
            question.hide()
            question.deleteLater()

    def _download(self) -> None:
        self._question = None
        self.download_wanted.emit(self.row.name)
        self.progress.stop.setFocus(Qt.FocusReason.OtherFocusReason)
        self.opened.emit(self)

    def _remove(self) -> None:
        self._question = None
        self.remove_wanted.emit(self.row.name)

    def _not_now(self) -> None:
        self._question = None
        (self.get if self._asking == "download" else self.remove).setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc means: not now."""
        if event.key() == Qt.Key.Key_Escape and self._question is not None:
            self._unask()
            self._not_now()
            return
        super().keyPressEvent(event)

    # --- room ---

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What can be done goes under what it is where the two would not fit side by side."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = self.width() - self._acts.sizeHint().width()
        narrow = room < 30 * self.fontMetrics().averageCharWidth()
        way = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        if self._line.direction() != way:
            self._line.setDirection(way)
