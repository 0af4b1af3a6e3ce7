"""The card with what was promised to a rep, and the two answers to each promise: done, or not yet."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from sidebyside.model import FollowUp
from sidebyside.ui import dates, theme
from sidebyside.ui.flow import flowing
from sidebyside.ui.widgets import Card, button, clear, label
from sidebyside.ui.words import first_name


class Promise(QWidget):
    """One promise; `closed` carries it with its day and outcome."""

    closed = Signal(object)

    def __init__(self, promise: FollowUp) -> None:
        super().__init__()
        self.promise = promise
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.STEP)
        column.addWidget(label(promise.text, "medium", wrap=True))
        owner = f"{promise.owner} · " if promise.owner else ""
        self.when = label(
            owner + (f"due {dates.due(promise.due)}" if promise.due else "no day named"), "dim", wrap=True
        )
        column.addWidget(self.when)
        self.done = button("Done", "small", does=self._ask, name=f"Done: {promise.text}")
        self.not_yet = button("Not yet", "small", does=self._later, name=f"Not yet: {promise.text}")
        self.buttons = QWidget()
        self.buttons.setLayout(flowing(self.done, self.not_yet, gap=8))
        column.addWidget(self.buttons)
        self.outcome = QLineEdit()
        self.outcome.setPlaceholderText("What was done?")
        self.outcome.setAccessibleName(f"What was done about: {promise.text}")
        self.outcome.returnPressed.connect(self._close)
        self.save = button("Save", "small", does=self._close)
        self.cancel = button("Cancel", "small", does=self._cancel)
        self.answer = QWidget()
        inner = QVBoxLayout(self.answer)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.outcome)
        inner.addLayout(flowing(self.save, self.cancel, gap=8))
        self.answer.hide()
        column.addWidget(self.answer)

    def _ask(self) -> None:
        self.buttons.hide()
        self.answer.show()
        self.outcome.setFocus()

    def _cancel(self) -> None:
        self.answer.hide()
        self.buttons.show()
        self.done.setFocus()

    def _later(self) -> None:
        self.buttons.hide()
        self.when.setText("It stays on the list.")

    def _close(self) -> None:
        today = datetime.date.today().isoformat()
        self.closed.emit(msgspec.structs.replace(self.promise, done=today, outcome=self.outcome.text().strip()))

    def show_closed(self) -> None:
        """Say that it is kept."""
        self.answer.hide()
        self.buttons.hide()
        self.when.setText("Done. Tell them today.")


class PromisesCard(Card):
    """The promises that are still open for one rep; out of sight where there are none."""

    closed = Signal(object)
    """A pair: the `Promise` row, and the `FollowUp` as it is now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("You promised", parent)
        self.rows: list[Promise] = []
        self._list = QVBoxLayout()
        self._list.setSpacing(4 * theme.STEP)
        self.body.addLayout(self._list)
        self.hide()

    def show_for(self, rep: str, promises: Sequence[FollowUp]) -> None:
        """Show a rep's open promises."""
        clear(self._list)
        self.rows = []
        self.heading.setText(f"You promised {first_name(rep)}")
        for promise in promises:
            made = Promise(promise)
            made.closed.connect(lambda kept, made=made: self.closed.emit((made, kept)))
            self.rows.append(made)
            self._list.addWidget(made)
        self.setVisible(bool(promises))
