"""What stands in a debrief where nothing is asked: a break after a rough call, and the last page."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from sidebyside.debrief.prompts import Kind
from sidebyside.model import SessionRecord
from sidebyside.ui import widgets
from sidebyside.ui.dates import count
from sidebyside.ui.flow import flowing
from sidebyside.ui.page import wrapped
from sidebyside.ui.words import first_name


class BreakPane(QWidget):
    """After abuse or distress: a break for the rep, and no questions about that call."""

    go_on = Signal()
    finish = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = wrapped("", "title")
        self.text = wrapped("")
        self.end = widgets.button("Finish for now", "primary", does=self.finish.emit)
        self.other = widgets.button("Go on with the &other calls", does=self.go_on.emit)
        _lay_out(self, self.title, self.text, (self.end, self.other))

    def show_for(self, record: SessionRecord | None, others: Collection[Kind], *, chosen: bool) -> None:
        """Word it for this rep; `others` tells what else there is to talk about."""
        rep = first_name(record.session.rep) if record else "the rep"
        self.title.setText("Nothing is asked about this call" if chosen else "Take a break first")
        self.text.setText(
            f"That was a rough call. Get {rep} a glass of water, a walk, or a word with someone they trust. "
            "You can sit down together another time; what was noted is kept.\n\n"
            f"If {rep} wants to talk about it, listen. There is nothing to fill in."
        )
        calls = set(others) - {Kind.END}
        self.other.setText("Go on with the &other calls" if calls else "Go &on with the day as a whole")
        self.other.setVisible(bool(others))

    def focus_first(self) -> None:
        """Put the focus on the way out."""
        self.end.setFocus(Qt.FocusReason.OtherFocusReason)


class LastPane(QWidget):
    """After the last question, or where there is none."""

    skipped_wanted = Signal()
    back_wanted = Signal()
    finish = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = wrapped("", "title")
        self.text = wrapped("")
        self.end = widgets.button("Finish", "primary", does=self.finish.emit)
        self.skipped = widgets.button("To the &open ones", does=self.skipped_wanted.emit)
        self.back = widgets.button("&Back", does=self.back_wanted.emit)
        _lay_out(self, self.title, self.text, (self.end, self.skipped, self.back))

    def show_for(self, asked: int, skipped: int) -> None:
        """Say what is left of so many questions."""
        self.skipped.setVisible(skipped > 0)
        self.back.setVisible(asked > 0)
        if not asked:
            self.title.setText("There is nothing to ask")
            self.text.setText("No call and no flag here leads to a question. “Full” may have one.")
            return
        self.title.setText("That was the last question")
        left = f"{count(skipped, 'question')} {'is' if skipped == 1 else 'are'} without an answer. " if skipped else ""
        self.text.setText(f"{left}Everything is saved. Say thank you.")

    def focus_first(self) -> None:
        """Put the focus on the way out."""
        self.end.setFocus(Qt.FocusReason.OtherFocusReason)


def _lay_out(pane: QWidget, title: QWidget, text: QWidget, buttons: tuple[QWidget, ...]) -> None:
    row = QWidget()
    row.setLayout(flowing(*buttons, gap=12))
    column = QVBoxLayout(pane)
    column.setContentsMargins(0, 24, 0, 0)
    column.setSpacing(16)
    for part in (title, text, row):
        column.addWidget(part)
    column.addStretch(1)
