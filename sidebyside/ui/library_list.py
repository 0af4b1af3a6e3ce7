"""The rows of the library: sessions newest first, or the places where searched words stand, and how they are drawn."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from enum import IntEnum
from typing import Any

import msgspec
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QPainter,
    QPen,
    QTextCharFormat,
    QTextLayout,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from sidebyside.model import SessionState, SessionSummary
from sidebyside.store.words import Hit
from sidebyside.ui import dates, theme
from sidebyside.ui.page import pixel_font
from sidebyside.ui.transcript_paint import bold
from sidebyside.ui.words import MASK, WHO, clock

Index = QModelIndex | QPersistentModelIndex
_WORD = re.compile(r"[^\W_]+")
_BEFORE = 60
"""Characters of context before the first match."""
STATES = {
    SessionState.OPEN: "still running",
    SessionState.RECOVERED: "recovered: the app had stopped during this session",
    SessionState.ENDED: "",
}


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One row as it is shown."""

    session_id: str
    item_id: str = ""
    """The utterance or note that was found; empty for a session."""
    title: str
    detail: str = ""
    right: str = ""
    warning: str = ""
    text: str = ""
    marks: tuple[tuple[int, int], ...] = ()
    """Stretches of `text` that match: start and length."""

    @property
    def spoken(self) -> str:
        """The row for the ear."""
        parts = (self.title, self.detail, self.right, self.warning, MASK.sub(r"\1", self.text))
        return ", ".join(part for part in parts if part)


def session_line(summary: SessionSummary) -> Line:
    """A session in the list: when, with whom, and what there is in it; nothing about how anybody did."""
    session = summary.session
    started = dates.local(session)
    inside = [
        dates.minutes(session.duration),
        dates.count(summary.contacts, "call"),
        dates.count(summary.flags, "flag"),
    ]
    return Line(
        session_id=session.id,
        title=f"{dates.day(started)}, {dates.time(started)}",
        detail=" · ".join(part for part in (session.rep, session.queue) if part),
        right=" · ".join(inside),
        warning=STATES[session.state],
    )


def hit_line(hit: Hit, query: str) -> Line:
    """A place where the words stand, in its context, with the words marked."""
    text, marks = in_context(hit.text, query)
    who = "Note" if hit.side is None else WHO[hit.side]
    started = datetime.fromisoformat(hit.started).astimezone()
    place = " · ".join(part for part in (dates.day(started), hit.rep, hit.queue) if part)
    return Line(
        session_id=hit.session_id,
        item_id=hit.id,
        title=place,
        right=f"{who} at {clock(hit.at)}",
        text=text,
        marks=marks,
    )


def in_context(text: str, query: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text from a little before its first match, and where the matches stand.

    Whole words match, the last one also as a beginning; case and accents do not matter.
    """
    *whole, beginning = [_plain(word) for word in _WORD.findall(query)] or [""]
    marks = []
    for found in _WORD.finditer(text):
        plain = _plain(found.group())
        if plain in whole or (beginning and plain.startswith(beginning)):
            marks.append((found.start(), len(found.group())))
    if not marks or marks[0][0] <= _BEFORE:
        return text, tuple(marks)
    cut = text.find(" ", marks[0][0] - _BEFORE) + 1
    return f"…{text[cut:]}", tuple((start - cut + 1, size) for start, size in marks)


def _plain(word: str) -> str:
    folded = unicodedata.normalize("NFKD", word)
    return "".join(char for char in folded if not unicodedata.combining(char)).casefold()


class Role(IntEnum):
    """Item roles beside Qt's own."""

    LINE = Qt.ItemDataRole.UserRole + 1


class LibraryModel(QAbstractListModel):
    """The rows that are shown now."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.lines: tuple[Line, ...] = ()

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Put these rows in the place of those before."""
        self.beginResetModel()
        self.lines = tuple(lines)
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self.lines[index.row()]
        if role == Role.LINE:
            return line
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return line.spoken
        return None


class LibraryView(QListView):
    """The list; a click or Enter opens."""

    opened = Signal(str, str)
    to_search = Signal()

    def __init__(self, model: LibraryModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setItemDelegate(_LinePainter(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Sessions")
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMouseTracking(True)
        self.clicked.connect(self._open)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens; Up from the first row goes back to the search."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._open(self.currentIndex())
        elif event.key() == Qt.Key.Key_Up and self.currentIndex().row() <= 0:
            self.to_search.emit()
        else:
            super().keyPressEvent(event)

    def _open(self, index: QModelIndex) -> None:
        line = index.data(Role.LINE)
        self.opened.emit(line.session_id, line.item_id)


class _LinePainter(QStyledItemDelegate):
    """Draws a row: two lines for a session, up to three for a place that was found."""

    def _font(self) -> QFont:
        view = self.parent()
        assert isinstance(view, QWidget)
        return pixel_font(view)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        line = index.data(Role.LINE)
        if line.text:
            view = self.parent()
            room = view.width() - 80 if isinstance(view, QWidget) else 0
            rows = 3.4 if QFontMetricsF(self._font()).horizontalAdvance(line.text) < room else 4.5
        else:
            rows = 4.9 if line.warning else 3.4
        return QSize(10, round(self._font().pixelSize() * 1.35 * rows))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line: Line = index.data(Role.LINE)
        colours, font = theme.current(), self._font()
        step = font.pixelSize() / 15
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        over = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(option.rect).adjusted(1, 1, -13, -7 * step)
        painter.setPen(QPen(colours.color("accent" if chosen else "dim" if over else "line"), 2 if chosen else 1))
        painter.setBrush(colours.color("accent_ground" if chosen else "panel"))
        painter.drawRoundedRect(box, 8, 8)
        inner = box.adjusted(16 * step, 9 * step, -16 * step, -9 * step)
        small = QFont(font)
        small.setPixelSize(font.pixelSize() - 1)
        metrics, tall = QFontMetricsF(small), 1.35 * font.pixelSize()
        first = QRectF(inner.left(), inner.top(), inner.width(), tall)
        painter.setFont(small)
        painter.setPen(colours.color("dim"))
        painter.drawText(first, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), line.right)
        room = first.width() - metrics.horizontalAdvance(line.right) - 16 * step
        title = small if line.text else bold(font)
        painter.setFont(title)
        painter.setPen(colours.color("dim" if line.text else "ink"))
        words = QFontMetricsF(title).elidedText(line.title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(first, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), words)
        below = QRectF(inner.left(), first.bottom() + 3 * step, inner.width(), inner.bottom() - first.bottom())
        if line.text:
            self._found(painter, line, below)
        else:
            painter.setFont(small)
            painter.setPen(colours.color("dim"))
            second = QRectF(below.left(), below.top(), below.width(), tall)
            painter.drawText(second, int(Qt.AlignmentFlag.AlignVCenter), line.detail)
            painter.setPen(colours.color("customer"))
            painter.drawText(second.translated(0, tall + step), int(Qt.AlignmentFlag.AlignVCenter), line.warning)
        painter.restore()

    def _found(self, painter: QPainter, line: Line, box: QRectF) -> None:
        """Two lines of text with the matches heavy on a ground of their own."""
        colours = theme.current()
        layout = QTextLayout(line.text, self._font())
        formats = []
        for start, size in line.marks:
            mark = QTextLayout.FormatRange()
            mark.start, mark.length = start, size
            look = QTextCharFormat()
            look.setFontWeight(QFont.Weight.Bold)
            look.setBackground(colours.color("chip"))
            look.setForeground(colours.color("accent"))
            mark.format = look
            formats.append(mark)
        layout.setFormats(formats)
        tall, top = 1.45 * self._font().pixelSize(), 0.0
        layout.beginLayout()
        for _row in range(2):
            row = layout.createLine()
            if not row.isValid():
                break
            row.setLineWidth(box.width())
            row.setPosition(QPointF(0, top))
            top += tall
        layout.endLayout()
        painter.setPen(colours.color("ink"))
        layout.draw(painter, box.topLeft())
