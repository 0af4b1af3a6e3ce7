"""How a row of the transcript is laid out and painted: time, who, and wrapped text, or a mark under the words."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from sidebyside.model import Side, Stage
from sidebyside.ui import theme
from sidebyside.ui.transcript_model import Row, RowKind
from sidebyside.ui.words import MASK

_MARKS = (RowKind.FLAG, RowKind.NOTE)
_NOT_SAID = (RowKind.GAP, RowKind.LEFT_OUT)
_LINE = 1.5
"""Line height as a multiple of the font's size."""


class Columns(msgspec.Struct, frozen=True):
    """Left edges in pixels, from the metrics of the font in use."""

    time: float
    who: float
    text: float
    right: float
    """Kept free at the right edge."""
    stacked: bool = False
    """Too narrow for columns: time and who stand above the words."""


class _Laid(msgspec.Struct, frozen=True):
    """A text broken into lines, with the stretches of it that are masks."""

    layout: QTextLayout
    chips: tuple[tuple[int, int], ...]
    height: float


def bold(font: QFont) -> QFont:
    """The same font, heavier."""
    made = QFont(font)
    made.setWeight(QFont.Weight.DemiBold)
    return made


def tabular(font: QFont) -> QFont:
    """The same font with digits of one width, a little smaller."""
    made = QFont(font)
    made.setPixelSize(max(9, round(font.pixelSize() * 0.93)))
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def columns(font: QFont, width: float) -> Columns:
    """Where the columns stand for a font and a width."""
    step = font.pixelSize() / 15
    time = min(28.0 * step, 28.0)
    who = time + QFontMetricsF(tabular(font)).horizontalAdvance("00:00:00") + 16 * step
    text = who + QFontMetricsF(bold(font)).horizontalAdvance("Customer") + 20 * step
    if width - text - time < 17 * font.pixelSize():
        return Columns(time, who, time + 8, 16, stacked=True)
    return Columns(time, who, text, time)


class RowPainter(QStyledItemDelegate):
    """Paints rows and knows their heights; heights are kept until the width, the font or the row changes."""

    def __init__(self, row: Callable[[int], Row], parent: QWidget) -> None:
        super().__init__(parent)
        self._view, self._row = parent, row
        self._heights: dict[str, tuple[int, Row]] = {}
        self.width, self._width = 600, -1
        self._font = QFont()
        self._columns = Columns(0, 0, 0, 0)
        self.refresh()

    def refresh(self) -> None:
        """Take the view's font anew and forget all heights."""
        font = QFont(self._view.font())
        if font.pixelSize() <= 0:
            font.setPixelSize(round(QFontMetricsF(font).height() / 1.2))
        self._font, self._bold, self._tabular = font, bold(font), tabular(font)
        self._small = tabular(font)
        self._columns = columns(font, self.width)
        self._line = round(font.pixelSize() * _LINE)
        self._heights.clear()

    # --- sizes ---

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(10, self.height(self._row(index.row())))

    def height(self, row: Row) -> int:
        """The height of a row at the present width, in pixels."""
        if self._width != self.width:
            self._width = self.width
            self._columns = columns(self._font, self.width)
            self._heights.clear()
        known = self._heights.get(row.id)
        if known is not None and known[1] is row:
            return known[0]
        height = self._measure(row)
        self._heights[row.id] = (height, row)
        return height

    def _measure(self, row: Row) -> int:
        step = self._font.pixelSize() / 15
        if row.kind is RowKind.CALL:
            return round(self._line + 26 * step)
        text = self._lay(row).height
        if self._columns.stacked and row.kind not in _MARKS:
            text += self._line
        return round(text + (20 if row.kind in _MARKS else 12) * step)

    # --- text ---

    def _text_width(self, row: Row) -> float:
        cols = self._columns
        width = self.width - cols.text - cols.right
        if row.kind in _MARKS:
            width -= 2 * self._pad + QFontMetricsF(self._small).horizontalAdvance("  00:00:00")
            width -= self._line
        return max(80.0, width)

    @property
    def _pad(self) -> float:
        return 12 * self._font.pixelSize() / 15

    def _lay(self, row: Row) -> _Laid:
        text, formats = row.text, []
        lead = ""
        if row.kind is RowKind.FLAG:
            lead = row.name
            text = f"{lead}   “{row.text}”" if row.text else lead
        elif row.kind is RowKind.NOTE and row.private:
            lead = "Private"
            text = f"{lead}   {row.text}"
        shown, chips = _with_chips(text)
        for start, size in ((0, len(lead)), *chips) if lead else chips:
            heavy = QTextLayout.FormatRange()
            heavy.start, heavy.length = start, size
            form = QTextCharFormat()
            form.setFontWeight(QFont.Weight.DemiBold)
            heavy.format = form
            formats.append(heavy)
        font = self._font
        if row.stage is Stage.PARTIAL or row.kind in _NOT_SAID:
            font = QFont(font)
            font.setItalic(True)
        layout = QTextLayout(shown, font)
        options = QTextOption()
        options.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(options)
        layout.setFormats(formats)
        width, top = self._text_width(row), 0.0
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            line.setPosition(QPointF(0, top + (self._line - line.height()) / 2))
            top += self._line
        layout.endLayout()
        return _Laid(layout, chips, max(top, self._line))

    # --- paint ---

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row = self._row(index.row())
        area = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.kind is RowKind.CALL:
            self._paint_call(painter, area, row)
        elif row.kind in _MARKS:
            self._paint_mark(painter, area, row)
        else:
            self._paint_words(painter, area, row)
        painter.restore()

    def _plain(
        self, painter: QPainter, font: QFont, color: QColor, box: QRectF, text: str, right: bool = False
    ) -> None:
        painter.setFont(font)
        painter.setPen(color)
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(box, int(side | Qt.AlignmentFlag.AlignVCenter), text)

    def _paint_call(self, painter: QPainter, area: QRectF, row: Row) -> None:
        colours, cols = theme.current(), self._columns
        box = QRectF(cols.time, area.bottom() - self._line - 4, area.width() - cols.time - cols.right, self._line)
        self._plain(painter, self._bold, colours.color("ink"), box, row.text)
        self._plain(painter, self._tabular, colours.color("dim"), box, f"session {row.time}", right=True)
        painter.setPen(colours.color("line"))
        painter.drawLine(QPointF(box.left(), area.bottom() - 1), QPointF(box.right(), area.bottom() - 1))

    def _paint_words(self, painter: QPainter, area: QRectF, row: Row) -> None:
        colours, cols = theme.current(), self._columns
        top = area.top() + 6 * self._font.pixelSize() / 15
        line = QRectF(cols.time, top, cols.who - cols.time, self._line)
        self._plain(painter, self._tabular, colours.color("dim"), line, row.time)
        if row.side is not None:
            name = {Side.REP: "rep", Side.CUSTOMER: "customer", Side.MIXED: "ink"}[row.side]
            who = QRectF(cols.who, top, area.width() - cols.who, self._line)
            self._plain(painter, self._bold, colours.color(name), who, row.who)
        if cols.stacked:
            top += self._line
        dim = row.stage is Stage.PARTIAL or row.kind in _NOT_SAID
        self._draw(painter, self._lay(row), QPointF(cols.text, top), colours.color("dim" if dim else "ink"))

    def _paint_mark(self, painter: QPainter, area: QRectF, row: Row) -> None:
        colours, cols = theme.current(), self._columns
        flag = row.kind is RowKind.FLAG
        step = self._font.pixelSize() / 15
        box = QRectF(cols.text - self._pad, area.top() + 4 * step, 0, area.height() - 8 * step)
        box.setRight(area.width() - cols.right)
        ground, edge = ("flag_ground", "flag") if flag else ("accent_ground", "accent")
        path = QPainterPath()
        path.addRoundedRect(box, 6, 6)
        painter.fillPath(path, colours.color(ground))
        painter.save()
        painter.setClipPath(path)
        painter.fillRect(QRectF(box.left(), box.top(), 3, box.height()), colours.color(edge))
        painter.restore()
        top = box.top() + 6 * step
        icon = QRectF(box.left() + self._pad, top + (self._line - 0.8 * self._font.pixelSize()) / 2, 0, 0)
        icon.setWidth(0.8 * self._font.pixelSize())
        icon.setHeight(icon.width())
        (draw_flag if flag else draw_pencil)(painter, icon, colours.color(edge))
        self._draw(painter, self._lay(row), QPointF(box.left() + self._pad + self._line, top), colours.color("ink"))
        when = QRectF(box.left(), top, box.width() - self._pad, self._line)
        self._plain(painter, self._small, colours.color("dim"), when, row.time, right=True)

    def _draw(self, painter: QPainter, laid: _Laid, at: QPointF, color: QColor) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.current().color("chip"))
        for start, size in laid.chips:
            line = laid.layout.lineForTextPosition(start)
            if line.isValid():
                left = _x(line.cursorToX(start))
                right = _x(line.cursorToX(min(start + size, line.textStart() + line.textLength())))
                top = line.y() + line.height() / 2 - self._line * 0.42
                painter.drawRoundedRect(QRectF(at.x() + left, at.y() + top, right - left, self._line * 0.84), 4, 4)
        painter.setPen(color)
        laid.layout.draw(painter, at)


def _x(found: object) -> float:
    # PySide gives the position, or the position with the cursor it came from.
    return float(found[0] if isinstance(found, tuple) else found)  # type: ignore[arg-type]


def _with_chips(text: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text with each mask's brackets made unbreakable space, and where the masks now stand (start, length)."""
    if "[" not in text:
        return text, ()
    chips = tuple((found.start(), found.end() - found.start()) for found in MASK.finditer(text))
    return re.sub(MASK, lambda found: "\u00a0" + found[1].replace(" ", "\u00a0") + "\u00a0", text), chips


def draw_flag(painter: QPainter, box: QRectF, color: QColor) -> None:
    """A small flag on its pole."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRect(QRectF(box.left(), box.top(), max(1.5, box.width() * 0.14), box.height()))
    cloth = QPainterPath(QPointF(box.left(), box.top()))
    cloth.lineTo(box.right(), box.top())
    cloth.lineTo(box.left() + box.width() * 0.75, box.top() + box.height() * 0.3)
    cloth.lineTo(box.right(), box.top() + box.height() * 0.6)
    cloth.lineTo(box.left(), box.top() + box.height() * 0.6)
    painter.drawPath(cloth)


def draw_pencil(painter: QPainter, box: QRectF, color: QColor) -> None:
    """A small pencil, its point at the lower left."""
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.translate(box.left(), box.bottom())
    painter.rotate(-45)
    size = box.width()
    tip = QPainterPath(QPointF(0, 0))
    tip.lineTo(size * 0.35, -size * 0.17)
    tip.lineTo(size * 0.35, size * 0.17)
    painter.drawPath(tip)
    painter.drawRect(QRectF(size * 0.42, -size * 0.17, size * 0.85, size * 0.34))
    painter.restore()
