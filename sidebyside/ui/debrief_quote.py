"""What was heard around a flagged moment, quoted above the question that is asked about it."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from sidebyside.debrief.prompts import Moment
from sidebyside.model import Side
from sidebyside.ui import widgets
from sidebyside.ui.page import wrapped
from sidebyside.ui.words import WHO, clock

_LINES, _FEW = 7, 4
"""At most so many lines of text are in sight at once, or in a low window; the rest scrolls."""
_ROLES = {Side.REP: "rep", Side.CUSTOMER: "customer", Side.MIXED: "strong"}


class Quote(QFrame):
    """The flag, the sentences within twenty seconds of it, and the shared notes; never a private one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "quote")
        self.setAccessibleName("What was heard at this moment")
        self._heading = wrapped("", "strong")
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 8, 0)
        self._grid.setHorizontalSpacing(20)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(2, 1)
        self._inner = QWidget()
        self._inner.setLayout(self._grid)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setAccessibleName("Text around the flag")
        self._area.setWidget(self._inner)
        self._notes = wrapped("", "dim")
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 2, 0, 2)
        column.setSpacing(8)
        column.addWidget(self._heading)
        column.addWidget(self._area)
        column.addWidget(self._notes)
        self._flagged: QLabel | None = None
        self._lines = _LINES

    def be_short(self, short: bool) -> None:
        """Take less room in a low window."""
        self._lines = _FEW if short else _LINES
        self._fit()

    def show_moment(self, moment: Moment | None) -> None:
        """Quote a moment, or nothing."""
        self.setVisible(moment is not None)
        if moment is None:
            return
        where = (
            f"call {moment.contact.number} · {clock(moment.at)}"
            if moment.contact
            else f"between calls · {clock(moment.at)}"
        )
        self._heading.setText(f"⚑ {moment.kind.name}, {where}")
        widgets.clear(self._grid)
        self._flagged = None
        start = moment.contact.start if moment.contact else 0.0
        for row, heard in enumerate(moment.evidence):
            flagged = moment.quote is not None and heard.id == moment.quote.id
            time = widgets.label(clock(heard.start - start), "dim")
            who = widgets.label(WHO[heard.side], _ROLES[heard.side])
            said = wrapped(heard.text, "" if flagged else "dim-text")
            said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            for place, part in enumerate((time, who, said)):
                self._grid.addWidget(part, row, place, Qt.AlignmentFlag.AlignTop)
            if flagged:
                self._flagged = said
        self._area.setVisible(bool(moment.evidence))
        noted = "\n".join(f"You noted: “{note.text}”" for note in moment.notes)
        self._notes.setText(noted)
        self._notes.setVisible(bool(noted))
        self._fit()
        QTimer.singleShot(0, self, self._fit)

    def said(self) -> str:
        """All that stands here, as text."""
        return "\n".join(part.text() for part in self.findChildren(QLabel) if not part.isHidden())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrapped text is as high as the width lets it be."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """As high as the text, up to a few lines; the flagged sentence is in sight."""
        line = self.fontMetrics().lineSpacing() + 8
        needed = self._inner.heightForWidth(max(200, self._area.viewport().width()))
        needed = max(needed, self._inner.minimumSizeHint().height()) if needed < 0 else needed
        high = min(needed, self._lines * line)
        self._area.setFixedHeight(max(line, high))
        scrolls = needed > high
        self._area.setFocusPolicy(Qt.FocusPolicy.TabFocus if scrolls else Qt.FocusPolicy.NoFocus)
        if scrolls and self._flagged is not None:
            middle = self._flagged.geometry().center().y()
            self._area.verticalScrollBar().setValue(middle - high // 2)
