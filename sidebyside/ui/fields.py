"""Fields that need more than a style sheet: a combo box that leaves the wheel to the page, a box to tick."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontInfo, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from sidebyside.ui import theme


class Combo(QComboBox):
    """A combo box as wide as its place; the wheel scrolls past it unless it has the focus."""

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        if name:
            self.setAccessibleName(name)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class Tick(QCheckBox):
    """A box to tick that is as visible in the dark as in the light."""

    def sizeHint(self) -> QSize:
        """Room for the box and its words."""
        words = self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, self.text())
        return QSize(words.width() + self._box() + 20, max(words.height(), self._box()) + 12)

    def minimumSizeHint(self) -> QSize:
        """The same: words are not cut."""
        return self.sizeHint()

    def hitButton(self, position: object) -> bool:  # noqa: N802 - Qt's name
        """Anywhere on it."""
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        """Box, tick, words; a ring around all of it when it has the focus."""
        colours, size = theme.current(), self._box()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(5, (self.height() - size) / 2, size, size)
        ticked = self.isChecked()
        painter.setPen(QPen(colours.color("accent" if ticked else "dim"), 1.4))
        painter.setBrush(colours.color("accent" if ticked else "panel"))
        painter.drawRoundedRect(box, 4, 4)
        if ticked:
            painter.setPen(
                QPen(colours.color("on_accent"), size / 8, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin)
            )
            painter.drawPolyline(
                [box.topLeft() + QPointF(size * x, size * y) for x, y in ((0.22, 0.52), (0.43, 0.73), (0.79, 0.29))]
            )
        painter.setPen(colours.color("ink" if self.isEnabled() else "dim"))
        words = QRectF(box.right() + 9, 0, self.width() - box.right() - 9, self.height())
        painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextShowMnemonic), self.text())
        if self.hasFocus():
            painter.setPen(QPen(colours.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)
        painter.end()

    def _box(self) -> int:
        return round(QFontInfo(self.font()).pixelSize() * 1.15)
