"""The bar under the live text: when the note began, the flag it belongs to, the note box, and what Enter does."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from sidebyside.ui.note_box import NoteBox, Struck
from sidebyside.ui.widgets import announce, label
from sidebyside.ui.words import clock


class _Hint(QLabel):
    def minimumSizeHint(self) -> QSize:
        # The window may become narrow; the hint goes then.
        return QSize(0, super().minimumSizeHint().height())


class LiveFoot(QFrame):
    """Lays the bar out and shows what it is told."""

    def __init__(self, box: NoteBox, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "foot")
        self.box = box
        self.when = label("Note at 00:00", "dim")
        self.chip = label("", "chip")
        self.chip.hide()
        self.hint = _Hint()
        self.hint.setProperty("role", "dim")
        line = QHBoxLayout(self)
        line.setContentsMargins(16, 14, 16, 14)
        line.setSpacing(14)
        line.addWidget(self.when)
        line.addWidget(self.chip, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(box, 1)
        line.addWidget(self.hint)
        self.show_struck(None)

    def show_when(self, at: float, *, private: bool) -> None:
        """The time the note will carry, in the call."""
        self.when.setText(f"{'Private note' if private else 'Note'} at {clock(at)}")
        self.when.setProperty("private", private)

    def show_struck(self, flag: Struck | None) -> None:
        """Show the flag that words belong to, and say so aloud."""
        self.chip.setVisible(flag is not None)
        if flag is None:
            self._hint("Enter saves · Ctrl+Z takes back")
            self.box.setAccessibleDescription("Type a note and press Enter. A digit in the empty box strikes a flag.")
            return
        self.chip.setText(flag.kind.name)
        self.chip.setAccessibleName(f"Flag: {flag.kind.name}")
        self._hint(f"Space: type “{flag.character}” · ← → move it" if flag.character else "← → move it · Esc lets go")
        self.box.setAccessibleDescription(f"What you type now belongs to the flag {flag.kind.name}.")
        announce(self.box, f"{flag.kind.name} flagged. Type its note, or Space for the character.")

    def show_moved(self, time: str) -> None:
        """The moment at which the flag now stands."""
        flag = self.box.flag
        if flag is not None:
            self.chip.setText(f"{flag.kind.name} · {time}")

    def _hint(self, text: str) -> None:
        self.hint.setText(text)
        self._fit()

    def _fit(self) -> None:
        """The hint goes where the box would become short; the keys stand in Help as well."""
        wanted = self.hint.sizeHint().width()
        used = self.when.sizeHint().width() + (self.chip.sizeHint().width() if self.box.flag else 0)
        room = self.width() - used - 82 >= wanted + 22 * self.fontMetrics().averageCharWidth()
        self.hint.setVisible(room)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the hint where there is room for it."""
        super().resizeEvent(event)
        self._fit()
