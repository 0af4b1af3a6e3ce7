"""The base of the calm pages: background, the looks that only they need, and text that follows the appearance."""

from __future__ import annotations

from string import Template

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFont, QFontInfo
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from sidebyside.ui import theme, widgets
from sidebyside.ui.flow import Flow

# Looks of lists, marks and fields that no listening window has; sizes come from the application's sheet.
_SHEET = Template(
    """
QListWidget[role="topics"] { background: transparent; border: none; outline: 0; }
QListWidget[role="topics"]::item { padding: 9px 10px; border: 1px solid transparent; border-radius: 8px; color: $ink; }
QListWidget[role="topics"]::item:hover { background: $chip; }
QListWidget[role="topics"]::item:selected { background: $accent_ground; border-color: $accent; color: $ink; }
QFrame[role="quote"] { background: transparent; border: none; border-left: 3px solid $flag; border-radius: 0; }
QFrame[role="aside"] { background: $panel; border: none; border-right: 1px solid $line; border-radius: 0; }
QWidget[role="inside"] { background: $panel; }
QFrame[role="panel"] QScrollArea, QFrame[role="panel"] QScrollArea > QWidget > QWidget { background: $panel; }
QPushButton[role="link"] { background: transparent; border: none; border-bottom: 2px solid transparent;
  border-radius: 0; color: $accent; padding: 2px 0; text-align: left; }
QPushButton[role="link"]:hover, QPushButton[role="link"]:focus { border-bottom: 2px solid $accent; padding: 2px 0; }
QLabel[role="dim-text"] { color: $dim; }
QLabel[role="rep"] { color: $rep; font-weight: 600; }
QLabel[role="customer"] { color: $customer; font-weight: 600; }
"""
)


class Page(QWidget):
    """A page of the main window that dresses itself again when the appearance changes."""

    _dressed: theme.Tokens | None = None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._dress()

    def changeEvent(self, event: QEvent) -> None:
        """Follow light and dark."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._dress()

    def _dress(self) -> None:
        colours = theme.current()
        if colours is not self._dressed:
            self._dressed = colours
            self.setStyleSheet(_SHEET.substitute({name: getattr(colours, name) for name in colours.__struct_fields__}))
            self.dressed(colours)

    def dressed(self, colours: theme.Tokens) -> None:
        """Called after the appearance changed, for pages that draw text in colours of their own."""


def wrapped(text: str = "", role: str = "") -> QLabel:
    """A label that breaks its lines and is as high as its width makes it, no higher."""
    made = widgets.label(text, role, wrap=True)
    policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    policy.setHeightForWidth(True)
    made.setSizePolicy(policy)
    return made


def top_bar(*parts: QWidget, push: int, left: int = 20) -> QFrame:
    """The bar over a page: its parts side by side, those from `push` on at the right, in two lines where they must."""
    bar = QFrame()
    bar.setProperty("role", "bar")
    line = Flow(gap=14, push=push)
    line.setContentsMargins(left, 12, 20, 12)
    for part in parts:
        line.addWidget(part)
    bar.setLayout(line)
    policy = bar.sizePolicy()
    policy.setHeightForWidth(True)
    bar.setSizePolicy(policy)
    return bar


def pixel_font(widget: QWidget) -> QFont:
    """The widget's font, its size in pixels even where the system gave it in points."""
    font = QFont(widget.font())
    font.setPixelSize(QFontInfo(font).pixelSize())
    return font
