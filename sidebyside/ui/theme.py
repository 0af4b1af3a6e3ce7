"""The calm look: colours, sizes and the style sheet made from them, for light and dark."""

from __future__ import annotations

from string import Template

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from sidebyside import paths

STEP = 4
"""All spacing is a multiple of this many pixels."""


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """The named colours of one appearance."""

    dark: bool
    background: str
    panel: str
    ink: str
    dim: str
    line: str
    chip: str
    accent: str
    accent_ground: str
    on_accent: str
    rep: str
    customer: str
    flag: str
    flag_ground: str
    good: str

    def color(self, name: str) -> QColor:
        """One of the named colours, e.g. `color("flag")`."""
        return QColor(str(getattr(self, name)))


LIGHT = Tokens(
    dark=False,
    background="#f6f7f9",
    panel="#ffffff",
    ink="#1b1f27",
    dim="#5d6675",
    line="#dfe3ea",
    chip="#eef1f5",
    accent="#0f6b6b",
    accent_ground="#e3f1f0",
    on_accent="#ffffff",
    rep="#2a5bb0",
    customer="#9a5a00",
    flag="#b3261e",
    flag_ground="#fdeceb",
    good="#1d7a46",
)
DARK = Tokens(
    dark=True,
    background="#14171c",
    panel="#1c2027",
    ink="#e7eaf0",
    dim="#9aa4b5",
    line="#2d333d",
    chip="#262c35",
    accent="#53c2bd",
    accent_ground="#17302f",
    on_accent="#0b1b1b",
    rep="#8db4ff",
    customer="#f0b45e",
    flag="#ff8a80",
    flag_ground="#3a2220",
    good="#68cf95",
)

# Widgets choose their look with `setProperty("role", ...)`; the roles are the selectors below.
_SHEET = Template(
    """
* { color: $ink; font-size: ${size}px; }
QMainWindow, QWidget[role="page"], QScrollArea, QScrollArea > QWidget > QWidget { background: $background; }
QFrame[role="card"] { background: $panel; border: 1px solid $line; border-radius: 14px; }
QFrame[role="bar"] { background: $panel; border: none; border-bottom: 1px solid $line; }
QFrame[role="foot"] { background: $panel; border: none; border-top: 1px solid $line; }
QFrame[role="panel"] { background: $panel; border: none; border-left: 1px solid $line; }
QFrame[role="rule"] { background: $line; border: none; max-height: 1px; min-height: 1px; }
QFrame[role="banner"] { background: $accent_ground; border: 1px solid $accent; border-radius: 8px; }
QFrame[role="warning"] { background: $flag_ground; border: 1px solid $flag; border-radius: 8px; }
QLabel { background: transparent; border: none; }
QLabel[role="title"] { font-size: ${title}px; font-weight: 600; }
QLabel[role="heading"] { font-size: ${heading}px; font-weight: 600; }
QLabel[role="strong"] { font-weight: 600; }
QLabel[role="label"] { color: $dim; font-size: ${small}px; font-weight: 600; letter-spacing: 1px; }
QLabel[role="dim"] { color: $dim; font-size: ${minor}px; }
QLabel[role="medium"] { font-weight: 500; }
QLabel[role="code"] { background: $chip; border-radius: 8px; padding: 12px 14px; font-weight: 600;
  font-family: monospace; }
QLabel[role="dim-ink"] { font-size: ${minor}px; }
QLabel[role="clock"], QLabel[role="clock-dim"] { font-weight: 600; }
QLabel[role="clock-dim"] { color: $dim; font-weight: 400; }
QLabel[role="key"] { background: $chip; border-radius: 4px; padding: 1px 6px; font-weight: 600; font-size: ${small}px; }
QLabel[role="chip"] { background: $flag_ground; border: 1px solid $flag; border-radius: 8px; padding: 4px 10px;
  font-weight: 600; }
QLabel[role="state"] { font-size: ${heading}px; font-weight: 600; }
QFrame[role="strip"] { background: $chip; border: none; border-bottom: 1px solid $line; }
QFrame[role="strip"][quiet="true"] { background: $accent_ground; }
QFrame[role="panel"] QScrollArea, QFrame[role="panel"] QScrollArea > QWidget > QWidget { background: $panel; }
QLabel[role="good"] { color: $good; }
QLabel[role="bad"] { color: $flag; }
QPushButton { background: $panel; border: 1px solid $line; border-radius: 8px; padding: 8px 14px; }
QPushButton:hover { border-color: $dim; }
QPushButton:focus { border: 2px solid $accent; padding: 7px 13px; }
QPushButton:pressed, QPushButton:checked { background: $accent_ground; border-color: $accent; }
QPushButton:disabled { color: $dim; background: $background; }
QPushButton[role="primary"] { background: $accent; color: $on_accent; border-color: $accent; font-weight: 600; }
QPushButton[role="primary"]:focus { border: 2px solid $ink; }
QPushButton[role="primary"]:disabled { background: $chip; color: $dim; border-color: $line; }
QPushButton[role="danger"] { color: $flag; border-color: $flag; }
QPushButton[role="nav"] { background: transparent; border: none; border-bottom: 2px solid transparent;
  border-radius: 0; padding: 8px 10px 6px 10px; }
QPushButton[role="nav"]:hover { border-bottom-color: $line; }
QPushButton[role="nav"]:checked { color: $accent; background: transparent; border-bottom: 2px solid $accent; }
QPushButton[role="nav"]:focus { border: 2px solid $accent; padding: 6px 8px; border-radius: 8px; }
QPushButton[role="choice"] { padding: 7px 10px; font-size: ${minor}px; }
QPushButton[role="choice"]:focus { border: 2px solid $accent; padding: 6px 9px; }
QPushButton[role="choice"]:checked:focus { border: 2px solid $accent; }
QPushButton[role="small"] { padding: 4px 10px; font-size: ${minor}px; }
QPushButton[role="small"]:focus { border: 2px solid $accent; padding: 3px 9px; }
QPushButton[role="flag"] { text-align: left; padding: 6px 8px; }
QPushButton[role="flag"]:focus { border: 2px solid $accent; padding: 5px 7px; }
QPushButton[role="flag"][struck="true"] { background: $flag_ground; border-color: $flag; }
QLineEdit, QTextEdit, QPlainTextEdit, QComboBox, QAbstractSpinBox {
  background: $panel; border: 1px solid $line; border-radius: 8px; padding: 7px 10px;
  selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit:focus, QTextEdit:focus, QPlainTextEdit:focus, QComboBox:focus, QAbstractSpinBox:focus {
  border: 2px solid $accent; padding: 6px 9px; }
QLineEdit[role="note"] { border: 2px solid $accent; padding: 9px 12px; }
QLineEdit, QTextEdit, QPlainTextEdit { placeholder-text-color: $dim; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; border: none; }
QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus { background: transparent; border: none; padding: 0; }
QComboBox { padding-right: 28px; }
QComboBox:focus { padding-right: 27px; }
QComboBox QLineEdit, QComboBox QLineEdit:focus { border: none; padding: 0; background: transparent; }
QComboBox::drop-down { border: none; width: 28px; }
QComboBox::down-arrow { image: url("$icons/chevron-$shade.svg"); width: ${arrow}px; height: ${arrow}px; }
QComboBox:disabled, QLineEdit:disabled, QAbstractSpinBox:disabled { color: $dim; background: $background; }
QComboBox QAbstractItemView { background: $panel; border: 1px solid $line; selection-background-color: $accent_ground;
  selection-color: $ink; outline: 0; }
QComboBox QAbstractItemView::item { padding: 5px 10px; color: $ink; }
QComboBox QAbstractItemView::item:selected { background: $accent_ground; color: $ink; }
QComboBox QAbstractItemView::item:disabled { color: $dim; font-weight: 600; padding-top: 10px; }
QListView, QTreeView, QTableView { background: $background; border: none; outline: 0; }
QListView[role="list"], QTableView[role="list"] { background: $panel; border: 1px solid $line; border-radius: 8px; }
QCheckBox, QRadioButton { background: transparent; spacing: 8px; }
QProgressBar { background: $chip; border: none; border-radius: 4px; max-height: 8px; min-height: 8px; }
QProgressBar::chunk { background: $good; border-radius: 4px; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 2px; }
QScrollBar::handle:vertical { background: $line; border-radius: 4px; min-height: 32px; }
QScrollBar::handle:vertical:disabled { background: transparent; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page { background: none; height: 0; }
QToolTip { background: $panel; color: $ink; border: 1px solid $line; padding: 4px; }
"""
)


_DRESSED = "sidebyside-dressed"
_in_force: Tokens = LIGHT


def current() -> Tokens:
    """The colours in force, for widgets that paint themselves; light before `apply` was called."""
    return _in_force


def system_is_dark() -> bool:
    """Whether the desktop asks for a dark appearance."""
    hints = QGuiApplication.styleHints()
    return hints.colorScheme() == Qt.ColorScheme.Dark


def tokens(theme: str) -> Tokens:
    """The colours for `system`, `light` or `dark`."""
    if theme == "system":
        return DARK if system_is_dark() else LIGHT
    return DARK if theme == "dark" else LIGHT


def style_sheet(colours: Tokens, size: int) -> str:
    """The application's style sheet for one appearance and text size in pixels."""
    fields = {name: getattr(colours, name) for name in colours.__struct_fields__}
    sizes = {
        "size": size,
        "minor": size - 1,
        "small": size - 3,
        "arrow": round(size * 0.8),
        "heading": size + 5,
        "title": size + 9,
    }
    shade = "dark" if colours.dark else "light"
    return _SHEET.substitute(fields, **sizes, icons=paths.resource("icons").as_posix(), shade=shade)


def apply(app: QApplication, theme: str, size: int) -> Tokens:
    """Dress the whole application and return the colours in force."""
    global _in_force
    colours = _in_force = tokens(theme)
    if not app.property(_DRESSED):
        # Setting the style again would polish every widget once more, for nothing.
        app.setStyle("Fusion")
        app.setProperty(_DRESSED, True)
    palette = QPalette()
    for role, name in (
        (QPalette.ColorRole.Window, "background"),
        (QPalette.ColorRole.Base, "panel"),
        (QPalette.ColorRole.AlternateBase, "background"),
        (QPalette.ColorRole.Button, "panel"),
        (QPalette.ColorRole.WindowText, "ink"),
        (QPalette.ColorRole.Text, "ink"),
        (QPalette.ColorRole.ButtonText, "ink"),
        (QPalette.ColorRole.ToolTipBase, "panel"),
        (QPalette.ColorRole.ToolTipText, "ink"),
        (QPalette.ColorRole.PlaceholderText, "dim"),
        (QPalette.ColorRole.Highlight, "accent"),
        (QPalette.ColorRole.HighlightedText, "on_accent"),
        (QPalette.ColorRole.Link, "accent"),
    ):
        palette.setColor(role, colours.color(name))
    app.setPalette(palette)
    font = QFont(app.font())
    font.setPixelSize(size)
    app.setFont(font)
    sheet = style_sheet(colours, size)
    if app.styleSheet() != sheet:
        app.setStyleSheet(sheet)
    return colours
