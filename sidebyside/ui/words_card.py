"""The lists of names and jargon in Settings: a queue, its words one a line, saved as typed; CSV in and out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QPlainTextEdit, QWidget

from sidebyside.session.word_list import LONGEST, MOST, read_csv, write_csv
from sidebyside.ui import widgets
from sidebyside.ui.bridge import Bridge
from sidebyside.ui.fields import Combo
from sidebyside.ui.flow import flowing
from sidebyside.ui.page import wrapped

if TYPE_CHECKING:
    from sidebyside.model import WordList
    from sidebyside.session.workspace import Workspace

EVERY = "Every queue"
_REST = 800
"""Milliseconds without a key before the list counts as typed."""
_LINES = 8
_INTRO = (
    "Names of people, places and products, and the floor's own terms. Where one of them was said and misheard, it is "
    f"put right a few seconds later, at the pause. One a line; up to {MOST} entries of {LONGEST} characters."
)
_FILES = "Lists (*.csv *.txt *.tsv);;All files (*)"


class WordsCard(widgets.Card):
    """One list at a time. What is typed is saved when typing rests, the field is left, or another list is chosen."""

    saved = Signal()
    """The list on disk is the one in the field."""
    help_wanted = Signal()

    def __init__(self, workspace: Workspace, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__("Names and jargon", parent)
        self._workspace, self._bridge = workspace, bridge
        self._listed = ""
        self._stored = ""
        self._saving = False
        self._then: Callable[[], None] | None = None
        self.queue = Combo()
        self.queue.setEditable(True)
        self.queue.setInsertPolicy(Combo.InsertPolicy.NoInsert)
        self.queue.addItem(EVERY, "")
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setPlaceholderText("Okonkwo\nHomeHub Ultra\nSiobhan = shivawn")
        self.count = wrapped("", "dim")
        self.said = wrapped("", "bad")
        self.said.hide()
        self.bring = widgets.button("Import CSV…", does=self._ask_import)
        self.send = widgets.button("Export CSV…", does=self._ask_export)
        self.help = widgets.button("Help on names and jargon", "link", does=self.help_wanted.emit)
        self._rest = QTimer(self, interval=_REST, singleShot=True)
        self._rest.timeout.connect(self.save)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        acts = QWidget()
        acts.setLayout(flowing(self.bring, self.send, gap=8))
        self.body.setSpacing(12)
        for part in (
            wrapped(_INTRO, "dim"),
            widgets.caption("For calls of the &queue", self.queue),
            self.queue,
            widgets.caption("&Words, one a line", self.text),
            self.text,
            self.count,
            self.said,
            acts,
        ):
            self.body.addWidget(part)
        self.body.addLayout(widgets.row(self.help, 1))
        self._fit()

    def _connect(self) -> None:
        self.text.textChanged.connect(self._typed)
        self.text.installEventFilter(self)
        self.queue.activated.connect(lambda _row: self._other())
        line = self.queue.lineEdit()
        if line is not None:
            line.editingFinished.connect(self._other)

    def _fit(self) -> None:
        self.text.setFixedHeight(_LINES * self.text.fontMetrics().lineSpacing() + 28)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Leaving the field saves; larger letters need a larger field."""
        if event.type() is QEvent.Type.FocusOut and self._rest.isActive():
            self.save()
        elif event.type() is QEvent.Type.FontChange:
            self._fit()
        return super().eventFilter(watched, event)

    # --- which list ---

    @property
    def chosen(self) -> str:
        """The queue in the field above; empty for every queue."""
        named = self.queue.currentText().strip()
        return "" if named.casefold() == EVERY.casefold() else named

    def refresh(self) -> None:
        """Look anew which queues there are, and show the list unless it is being written."""
        workspace, listed = self._workspace, self._listed
        self._bridge.in_background(
            lambda: (workspace.word_queues(), workspace.word_list(listed)),
            lambda found: self._found(*found),
            self._failed,
            self,
        )

    def _found(self, queues: tuple[str, ...], words: WordList) -> None:
        with QSignalBlocker(self.queue):
            named = self.queue.currentText()
            self.queue.clear()
            self.queue.addItem(EVERY, "")
            for queue in queues:
                self.queue.addItem(queue, queue)
            self.queue.setCurrentIndex(max(0, self.queue.findText(named, Qt.MatchFlag.MatchFixedString)))
            if self.queue.currentText() != named:
                self.queue.setEditText(named or EVERY)
        if not self._is_dirty():
            self._show(words)

    def _other(self) -> None:
        if not self.chosen:
            self.queue.setCurrentIndex(0)
        if self.chosen.casefold() == self._listed.casefold():
            return
        if self._is_dirty():
            self._then = self._load
            self.save()
        else:
            self._load()

    def _load(self) -> None:
        self._listed = self.chosen
        listed, workspace = self._listed, self._workspace
        self._bridge.in_background(
            lambda: workspace.word_list(listed),
            lambda words: self._show(words) if listed == self._listed else None,
            self._failed,
            self,
        )

    def _show(self, words: WordList) -> None:
        self._stored = "\n".join(words.entries)
        if self.text.toPlainText() != self._stored:
            with QSignalBlocker(self.text):
                self.text.setPlainText(self._stored)
        self._say("")
        self._tell_count(len(words.entries))

    # --- typing and saving ---

    def _is_dirty(self) -> bool:
        return self.text.toPlainText() != self._stored

    def _typed(self) -> None:
        self._rest.start()

    def save(self) -> None:
        """Save what stands in the field, as the list it was shown for."""
        self._rest.stop()
        if self._saving or not self._is_dirty():
            return
        self._saving = True
        typed, listed, workspace = self.text.toPlainText(), self._listed, self._workspace
        self._bridge.in_background(
            lambda: workspace.save_words(listed, typed.splitlines()).result(),
            lambda words: self._kept(typed, words),
            self._failed,
            self,
        )

    def _kept(self, typed: str, words: WordList) -> None:
        self._saving = False
        self._stored = typed
        self._say("")
        self._tell_count(len(words.entries), saved=True)
        if self._is_dirty():
            # More was typed meanwhile.
            self.save()
            return
        then, self._then = self._then, None
        self.saved.emit()
        if then is not None:
            then()

    def _failed(self, error: Exception) -> None:
        self._saving = False
        if self._then is not None:
            # The list that cannot be saved stays in sight, under its own queue.
            self._then = None
            with QSignalBlocker(self.queue):
                self.queue.setEditText(self._listed or EVERY)
        self._say(str(error))

    def _say(self, text: str) -> None:
        self.said.setText(text)
        self.said.setVisible(bool(text))
        self.text.setAccessibleDescription(text or _INTRO)
        if text:
            widgets.announce(self.said, text)

    def _tell_count(self, number: int, *, saved: bool = False) -> None:
        entries = "1 entry" if number == 1 else f"{number} entries"
        self.count.setText(f"Saved. {entries}; they count from the next sitting." if saved else f"{entries}.")
        self.send.setEnabled(number > 0)

    # --- files ---

    def _ask_import(self) -> None:
        chosen, _kind = QFileDialog.getOpenFileName(self, "Import a list", "", _FILES)
        if chosen:
            self.bring_from(Path(chosen))

    def bring_from(self, file: Path) -> None:
        """Add what a file lists to the list in the field, and save it."""
        self._bridge.in_background(lambda: read_csv(file), self._brought, self._failed, self)

    def _brought(self, entries: tuple[str, ...]) -> None:
        lines = self.text.toPlainText().splitlines()
        there = {" ".join(line.split()).casefold() for line in lines}
        lines += [entry for entry in entries if entry.casefold() not in there]
        self.text.setPlainText("\n".join(lines))
        self.save()

    def _ask_export(self) -> None:
        name = f"words {self._listed or 'every queue'}.csv".replace("/", "-")
        chosen, _kind = QFileDialog.getSaveFileName(self, "Export this list", name, _FILES)
        if chosen:
            self.send_to(Path(chosen))

    def send_to(self, file: Path) -> None:
        """Write the list as it is on disk."""
        workspace, listed = self._workspace, self._listed
        self._bridge.in_background(
            lambda: write_csv(file, workspace.word_list(listed).entries),
            lambda _nothing: self.count.setText(f"Written to {file}"),
            self._failed,
            self,
        )
