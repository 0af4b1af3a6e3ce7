"""The left side of a debrief: moments, reasons with their questions, and the end; ticked where answered."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import msgspec
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from sidebyside.model import Contact, Reason
from sidebyside.ui import theme
from sidebyside.ui.fields import Combo
from sidebyside.ui.page import pixel_font, wrapped
from sidebyside.ui.transcript_paint import bold, draw_flag, tabular

_ENTRY = Qt.ItemDataRole.UserRole + 1


class Look(StrEnum):
    """How an entry is drawn."""

    HEADING = "heading"
    MOMENT = "moment"
    QUESTION = "question"
    CHOOSER = "chooser"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list."""

    key: str = ""
    """Of the prompt it opens; empty for a heading."""
    look: Look = Look.QUESTION
    title: str
    detail: str = ""
    done: bool = False
    skipped: bool = False
    contact: Contact | None = None
    """For a chooser: the call whose reason is missing."""

    @property
    def spoken(self) -> str:
        """The line for the ear."""
        state = "answered" if self.done else "skipped" if self.skipped else ""
        return ", ".join(part for part in (self.title, self.detail, state) if part)


class DebriefList(QListWidget):
    """One stop for Tab; the arrow keys choose.

    `chosen` carries a prompt's key, `reason_given` a call's id and its reason's key.
    """

    chosen = Signal(str)
    entered = Signal()
    """Enter was pressed on a line: go to its answer."""
    reason_given = Signal(str, str)

    def __init__(self, reasons: Sequence[Reason], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reasons = reasons
        self.setAccessibleName("What to talk about")
        self.setItemDelegate(_EntryPainter(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setStyleSheet("QListWidget { background: transparent; border: none; outline: 0; }")
        self.currentItemChanged.connect(self._picked)

    def fill(self, entries: Sequence[Entry]) -> None:
        """Show these lines; what was chosen stays chosen if it is still there."""
        key, place = self.current_key, self.verticalScrollBar().value()
        with QSignalBlocker(self):
            self.clear()
            for entry in entries:
                item = QListWidgetItem()
                self._put(item, entry)
                if entry.look in (Look.HEADING, Look.CHOOSER):
                    item.setFlags(Qt.ItemFlag.NoItemFlags)
                self.addItem(item)
                if entry.contact is not None:
                    chooser = self._chooser(entry)
                    item.setSizeHint(QSize(10, chooser.sizeHint().height() + 4))
                    self.setItemWidget(item, chooser)
        self.choose(key)
        self.verticalScrollBar().setValue(place)

    @property
    def current_key(self) -> str:
        """Key of the line that is chosen."""
        item = self.currentItem()
        return self.entry(item).key if item is not None else ""

    def entry(self, item: QListWidgetItem) -> Entry:
        """What a line shows."""
        found = item.data(_ENTRY)
        assert isinstance(found, Entry)
        return found

    def entries(self) -> tuple[Entry, ...]:
        """All lines from the top."""
        return tuple(self.entry(self.item(row)) for row in range(self.count()))

    def choose(self, key: str) -> None:
        """Show this line as the chosen one, in sight; no signal."""
        with QSignalBlocker(self):
            self.setCurrentRow(-1)
            for row in range(self.count()):
                item = self.item(row)
                if key and self.entry(item).key == key:
                    self.setCurrentItem(item)
                    self.scrollToItem(item)

    def mark(self, key: str, *, detail: str | None, done: bool, skipped: bool) -> None:
        """Say that a line was answered or skipped."""
        for row in range(self.count()):
            item = self.item(row)
            entry = self.entry(item)
            if entry.key == key:
                kept = entry.detail if detail is None else detail
                self._put(item, msgspec.structs.replace(entry, detail=kept, done=done, skipped=skipped))

    def chooser(self, item: QListWidgetItem) -> QComboBox | None:
        """The box that asks for a call's reason, on a line that has one."""
        holder = self.itemWidget(item)
        return holder.findChild(QComboBox) if holder is not None else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes to the answer."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
            return
        super().keyPressEvent(event)

    def _put(self, item: QListWidgetItem, entry: Entry) -> None:
        item.setData(_ENTRY, entry)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, entry.spoken)
        item.setToolTip(entry.title if entry.look in (Look.MOMENT, Look.QUESTION) else "")

    def _picked(self, item: QListWidgetItem | None, _before: QListWidgetItem | None) -> None:
        if item is not None and (key := self.entry(item).key):
            self.chosen.emit(key)

    def _chooser(self, entry: Entry) -> QWidget:
        """Asks for the reason of one call."""
        assert entry.contact is not None
        contact = entry.contact
        box = Combo(f"{entry.title} Why were they calling?")
        box.addItem("Choose…", "")
        for reason in self._reasons:
            box.addItem(reason.name, reason.key)
        box.activated.connect(
            lambda _row: self.reason_given.emit(contact.id, box.currentData()) if box.currentData() else None
        )
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(2, 2, 6, 6)
        column.setSpacing(4)
        column.addWidget(wrapped(entry.title, "dim"))
        column.addWidget(box)
        return holder


class _EntryPainter(QStyledItemDelegate):
    """Draws a line: a heading in small capitals, or a framed row with its mark, title and detail."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        hint = index.data(Qt.ItemDataRole.SizeHintRole)
        if isinstance(hint, QSize):
            return hint
        step = self._font().pixelSize() / 15
        return QSize(10, round((38 if index.data(_ENTRY).look is Look.HEADING else 45) * step))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        entry = index.data(_ENTRY)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(option.rect)
        if entry.look is Look.HEADING:
            self._heading(painter, area, entry)
        elif entry.look is not Look.CHOOSER:
            chosen = bool(option.state & QStyle.StateFlag.State_Selected)
            focused = chosen and bool(option.state & QStyle.StateFlag.State_HasFocus)
            self._line(painter, area, entry, chosen, focused)
        painter.restore()

    def _font(self) -> QFont:
        view = self.parent()
        assert isinstance(view, QWidget)
        return pixel_font(view)

    def _heading(self, painter: QPainter, area: QRectF, entry: Entry) -> None:
        font = bold(self._font())
        font.setPixelSize(self._font().pixelSize() - 3)
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 1)
        painter.setFont(font)
        painter.setPen(theme.current().color("dim"))
        box, metrics = area.adjusted(2, 0, -8, -9), QFontMetricsF(font)
        room = box.width() - (metrics.horizontalAdvance(entry.detail.upper()) + 12 if entry.detail else 0)
        bottom = Qt.AlignmentFlag.AlignBottom
        painter.drawText(box, int(bottom), metrics.elidedText(entry.title.upper(), Qt.TextElideMode.ElideRight, room))
        painter.drawText(box, int(bottom | Qt.AlignmentFlag.AlignRight), entry.detail.upper())

    def _line(self, painter: QPainter, area: QRectF, entry: Entry, chosen: bool, focused: bool) -> None:
        colours, font = theme.current(), self._font()
        moment = entry.look is Look.MOMENT
        step = font.pixelSize() / 15
        box = area.adjusted(1, 1, -5, -7 * step)
        edge = ("flag" if moment else "accent") if chosen else "line"
        painter.setPen(QPen(colours.color("accent" if focused else edge), 2 if focused else 1))
        painter.setBrush(colours.color(("flag_ground" if moment else "accent_ground") if chosen else "panel"))
        painter.drawRoundedRect(box, 8, 8)
        left = box.left() + 10 * step
        size = 12 * step
        mark = QRectF(left, box.center().y() - size / 2, size, size)
        if entry.done:
            painter.setPen(
                QPen(colours.color("good"), size / 6, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin)
            )
            painter.drawPolyline([mark.topLeft() + p * size for p in _TICK])
        elif moment:
            draw_flag(painter, mark, colours.color("flag" if chosen else "dim"))
        if entry.done or moment:
            left += size + 8 * step
        small = tabular(font)
        small.setPixelSize(max(9, font.pixelSize() - 2))
        detail = "skipped" if entry.skipped and not entry.detail else entry.detail
        width = QFontMetricsF(small).horizontalAdvance(detail) if detail else 0.0
        painter.setFont(small)
        painter.setPen(colours.color("ink" if chosen else "dim"))
        painter.drawText(box.adjusted(0, 0, -10 * step, 0), int(_RIGHT), detail)
        title = QFont(font)
        title.setPixelSize(font.pixelSize() - 1)
        painter.setFont(title)
        painter.setPen(colours.color("ink"))
        room = box.right() - 10 * step - left - (width + 8 * step if detail else 0)
        words = QFontMetricsF(title).elidedText(entry.title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(left, box.top(), room, box.height()), int(_LEFT), words)


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_TICK = (QPointF(0.05, 0.55), QPointF(0.38, 0.88), QPointF(0.98, 0.15))
