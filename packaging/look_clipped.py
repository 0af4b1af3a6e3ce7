"""Finds texts that have less room than they need."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QPushButton, QWidget


def clipped(widget: QWidget) -> list[str]:
    """Texts in sight that have less room than they need: labels that do not wrap, wrapped ones, and buttons."""
    found = []
    for part in widget.findChildren(QWidget):
        if not part.isVisible() or not isinstance(part, QLabel | QPushButton) or not part.text():
            continue
        needed = part.minimumSizeHint() if isinstance(part, QLabel) else part.sizeHint()
        high = part.heightForWidth(part.width()) if part.hasHeightForWidth() else needed.height()
        if part.width() < needed.width() or part.height() < high:
            room = f"{part.width()}x{part.height()} of {needed.width()}x{high}"
            found.append(f"{type(part).__name__} “{part.text()[:50]}”: {room}")
    return found
