"""A layout that puts parts side by side and goes on in the next line where the width or the text size asks for it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class Flow(QLayout):
    """Parts from left to right, in as many lines as needed; from `push` on they stand at the right of their line."""

    def __init__(self, *, gap: int = 16, line_gap: int = 8, push: int = 1000) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._gap, self._line_gap, self._push = gap, line_gap, push

    def addItem(self, item: QLayoutItem) -> None:  # noqa: N802 - Qt's name
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # noqa: N802 - None past the end
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # noqa: N802 - None past the end
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:  # noqa: N802 - Qt's name
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), place=False)

    def setGeometry(self, area: QRect) -> None:  # noqa: N802 - Qt's name
        super().setGeometry(area)
        self._arrange(area, place=True)

    def sizeHint(self) -> QSize:
        margins = self.contentsMargins()
        shown = [item.sizeHint() for item in self._items if not item.isEmpty()]
        width = sum(size.width() for size in shown) + self._gap * max(0, len(shown) - 1)
        height = max((size.height() for size in shown), default=0)
        return QSize(width + margins.left() + margins.right(), height + margins.top() + margins.bottom())

    def minimumSize(self) -> QSize:  # noqa: N802 - Qt's name
        margins = self.contentsMargins()
        width = max((item.minimumSize().width() for item in self._items if not item.isEmpty()), default=0)
        return QSize(width + margins.left() + margins.right(), self.sizeHint().height())

    def _arrange(self, area: QRect, *, place: bool) -> int:
        margins = self.contentsMargins()
        inner = area.adjusted(margins.left(), margins.top(), -margins.right(), -margins.bottom())
        lines: list[list[tuple[QLayoutItem, bool]]] = [[]]
        left = 0
        for number, item in enumerate(self._items):
            if item.isEmpty():
                continue
            width = item.sizeHint().width()
            if lines[-1] and left + width > inner.width():
                lines.append([])
                left = 0
            lines[-1].append((item, number >= self._push))
            left += width + self._gap
        top = inner.top()
        for line in lines:
            height = max((item.sizeHint().height() for item, _ in line), default=0)
            if place:
                self._place(line, inner, top, height)
            top += height + self._line_gap
        return top - self._line_gap - area.top() + margins.bottom()

    def _place(self, line: list[tuple[QLayoutItem, bool]], inner: QRect, top: int, height: int) -> None:
        used = sum(item.sizeHint().width() for item, _ in line) + self._gap * (len(line) - 1)
        left, spare = inner.left(), max(0, inner.width() - used)
        for item, pushed in line:
            if pushed:
                left, spare = left + spare, 0
            size = item.sizeHint()
            item.setGeometry(QRect(QPoint(left, top + (height - size.height()) // 2), size))
            left += size.width() + self._gap


def flowing(*parts: QWidget, gap: int = 16, push: int = 1000) -> Flow:
    """A flow of these widgets."""
    made = Flow(gap=gap, push=push)
    made.setContentsMargins(0, 0, 0, 0)
    for part in parts:
        made.addWidget(part)
    return made
