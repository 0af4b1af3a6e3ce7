"""The foot of the panel beside the live text: striking the call out, and a look at what the gate left out."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QPushButton, QWidget

from sidebyside.model import Contact
from sidebyside.ui.widgets import announce, button

FULL, SHORT = "Show what was left out", "Left out"
WORDINGS = (FULL, "What was left out", SHORT)
"""The longest that fits is shown."""
TICK = "✓ "
"""Before the text while it is on: the colour alone does not say it."""
MEANING = "Talk too quiet to be this call's, such as neighbours'. Shown for a check, and never kept."


class PanelFoot(QWidget):
    """Both buttons on one line, or under each other where they do not fit; says what was pressed."""

    strike_wanted = Signal()
    left_out_wanted = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.strike = button("", "small", does=self.strike_wanted.emit, tip="Ctrl+Shift+X")
        self.left_out = button(FULL, "small", name=FULL, tip=f"F7: {MEANING[0].lower()}{MEANING[1:]}")
        self.left_out.setAccessibleDescription(MEANING)
        self.left_out.setCheckable(True)
        self.left_out.toggled.connect(self._toggled)
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(8)
        for part in (self.strike, self.left_out):
            part.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._line.addWidget(part, 0, Qt.AlignmentFlag.AlignLeft)
        self._line.addStretch(1)
        self.show_call(None)

    def show_call(self, contact: Contact | None) -> None:
        """The call that can be struck out, or None."""
        self.strike.setVisible(contact is not None)
        if contact is not None:
            self.strike.setText(
                "Strike out this call…" if contact.end is None else f"Strike out call {contact.number}…"
            )
        self._fit()

    def offer_left_out(self, offered: bool) -> None:
        """Whether there is sound of which something could be left out; without, it is off."""
        self.left_out.setVisible(offered)
        if not offered:
            self.left_out.setChecked(False)
        self._fit()

    def press_left_out(self) -> None:
        """As if its button were pressed; the focus stays where it is."""
        if not self.left_out.isHidden():
            self.left_out.click()

    def _toggled(self, on: bool) -> None:
        self._fit()
        announce(self.left_out, "What was left out is shown from now on." if on else "What was left out is not shown.")
        self.left_out_wanted.emit(on)

    def _fit(self) -> None:
        room = self.width()
        if not self.strike.isHidden():
            room -= self.strike.sizeHint().width() + self._line.spacing()
        side_by_side = self._width_of(SHORT) <= room
        room = room if side_by_side else self.width()
        text = next((one for one in WORDINGS if self._width_of(one) <= room), SHORT)
        wanted = QBoxLayout.Direction.LeftToRight if side_by_side else QBoxLayout.Direction.TopToBottom
        self.left_out.setText((TICK if self.left_out.isChecked() else "") + text)
        if self._line.direction() is not wanted:
            self._line.setDirection(wanted)

    def _width_of(self, text: str) -> int:
        """As wide as the button may become with this text: switching it on does not move anything."""
        around = self.left_out.sizeHint().width() - _advance(self.left_out, self.left_out.text())
        return around + _advance(self.left_out, TICK + text)

    def minimumSizeHint(self) -> QSize:
        # Narrower than both beside each other: they go under each other then.
        parts = [part.minimumSizeHint().width() for part in (self.strike, self.left_out) if not part.isHidden()]
        return QSize(min(max(parts, default=0), 120), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More room, more words."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Larger letters, fewer words."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()


def _advance(part: QPushButton, text: str) -> int:
    return part.fontMetrics().horizontalAdvance(text)
