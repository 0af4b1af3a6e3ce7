"""One editor a kind of option: text, number, choice, switch, folder; each says at once what a person changed."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from sidebyside.model import Layout
from sidebyside.settings import Option, Settings
from sidebyside.ui import widgets, words
from sidebyside.ui.fields import Combo, Tick

_REST = 500
"""Milliseconds without a key before text counts as typed."""

CHOICES: dict[str, dict[str, str]] = {
    "kit": {str(kit): word for kit, word in words.KITS.items()},
    "layout": {
        Layout.MONO.value: "One channel for both",
        Layout.STEREO.value: "Rep left, customer right",
        Layout.SWAPPED.value: "Customer left, rep right",
    },
    "theme": {"system": "As the system has it", "light": "Light", "dark": "Dark"},
}
FOLDERS = ("export_folder",)
LONG = ("notice",)


class QuietWheel(QObject):
    """Keeps the wheel from changing a field that it only scrolls past."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() is QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False

    def calm(self, field: QWidget) -> None:
        """Watch one field."""
        field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        field.installEventFilter(self)


class Editor(QWidget):
    """Base: `edited` carries the new value; `show_value` sets it without a signal; `field` takes the focus."""

    edited = Signal(object)
    field: QWidget

    def show_value(self, value: Any) -> None:
        """Show what is stored."""
        raise NotImplementedError

    def _hold(self, *parts: QWidget) -> None:
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        for part in parts:
            line.addWidget(part, 1 if part is self.field else 0)
        self.setFocusProxy(self.field)


class SwitchEditor(Editor):
    """Yes or no."""

    def __init__(self) -> None:
        super().__init__()
        self.field = self.box = Tick("Yes")
        self.box.toggled.connect(self.edited.emit)
        self._hold(self.box)

    def show_value(self, value: Any) -> None:
        with QSignalBlocker(self.box):
            self.box.setChecked(bool(value))


class NumberEditor(Editor):
    """A whole number between two bounds: typed, or by the buttons and the arrow keys."""

    def __init__(self, low: int, high: int, title: str) -> None:
        super().__init__()
        self._low, self._high, self._told = low, high, low
        self.field = self.line = QLineEdit()
        self.line.setFixedWidth(96)
        self.line.setMaxLength(len(str(high)) + 1)
        self.line.installEventFilter(self)
        self._rest = QTimer(self, interval=_REST, singleShot=True)
        self._rest.timeout.connect(self._settle)
        self.line.textEdited.connect(lambda _text: self._rest.start())
        self.line.editingFinished.connect(self._settle)
        self.buttons = []
        for sign, word, step in (("−", "less", -1), ("+", "more", 1)):
            button = widgets.button(sign, name=f"{title}: {word}", does=partial(self._step, step))
            button.setAutoRepeat(True)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self.buttons.append(button)
        self.setLayout(widgets.row(self.line, *self.buttons, 1))
        self.setFocusProxy(self.line)

    def show_value(self, value: Any) -> None:
        self._told = int(value)
        if not self._rest.isActive():
            self.line.setText(str(self._told))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Up and Down count."""
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
            if step is not None:
                self._step(step)
                return True
        return False

    def _step(self, by: int) -> None:
        if self._low <= self._told + by <= self._high:
            self.line.setText(str(self._told + by))
            self._settle()

    def _settle(self) -> None:
        """Hand on what stands here; what is no number in the bounds is refused where options are checked."""
        self._rest.stop()
        text = self.line.text().strip()
        value = int(text) if text.lstrip("-").isdecimal() else None
        if value is None:
            self.edited.emit(text)
        elif value != self._told:
            if self._low <= value <= self._high:
                self._told = value
            self.edited.emit(value)


class ChoiceEditor(Editor):
    """One of a few, by their words."""

    def __init__(self, options: dict[str, str]) -> None:
        super().__init__()
        self.field = self.box = Combo()
        for key, word in options.items():
            self.box.addItem(word, key)
        self.box.activated.connect(lambda _index: self.edited.emit(self.box.currentData()))
        self._hold(self.box)

    def show_value(self, value: Any) -> None:
        key = value.value if isinstance(value, Enum) else value
        row = self.box.findData(key)
        if row < 0:
            self.box.addItem(str(key), key)
            row = self.box.count() - 1
        with QSignalBlocker(self.box):
            self.box.setCurrentIndex(row)


class DeviceEditor(ChoiceEditor):
    """The sound inputs that are there now, and the system's default."""

    def __init__(self) -> None:
        super().__init__({"": "The system's default"})

    def offer(self, names: tuple[str, ...]) -> None:
        """Put these inputs in the list; the chosen one stays, also when it is unplugged."""
        chosen = self.box.currentData()
        with QSignalBlocker(self.box):
            while self.box.count() > 1:
                self.box.removeItem(1)
            for name in names:
                self.box.addItem(name, name)
        self.show_value(chosen)


class LanguageEditor(ChoiceEditor):
    """The languages, as far as they are known."""

    def __init__(self) -> None:
        super().__init__({})

    def offer(self, languages: tuple[tuple[str, str], ...]) -> None:
        """Put these in the list, each a code and its words; the chosen one stays."""
        chosen = self.box.currentData()
        with QSignalBlocker(self.box):
            self.box.clear()
            for code, title in languages:
                self.box.addItem(title, code)
        if chosen is not None:
            self.show_value(chosen)


class TextEditor(Editor):
    """One line."""

    def __init__(self, buttons: tuple[QWidget, ...] = ()) -> None:
        super().__init__()
        self.field = self.line = QLineEdit()
        self._rest = QTimer(self, interval=_REST, singleShot=True)
        self._rest.timeout.connect(self.settle)
        self.line.textEdited.connect(lambda _text: self._rest.start())
        self.line.editingFinished.connect(self.settle)
        self._told = ""
        self._hold(self.line, *buttons)

    def settle(self) -> None:
        """Say what was typed, once."""
        self._rest.stop()
        if self.line.text() != self._told:
            self._told = self.line.text()
            self.edited.emit(self._told.strip())

    def show_value(self, value: Any) -> None:
        if not self._rest.isActive() and self.line.text().strip() != str(value):
            self.line.setText(str(value))
        self._told = self.line.text()


class LongTextEditor(Editor):
    """A few lines; Tab leaves it."""

    def __init__(self) -> None:
        super().__init__()
        self.field = self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self._rest = QTimer(self, interval=_REST, singleShot=True)
        self._rest.timeout.connect(self._settle)
        self.text.textChanged.connect(self._rest.start)
        self.text.installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.text)
        self.setFocusProxy(self.text)
        self._told = ""
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() is QEvent.Type.FocusOut:
            self._settle()
        elif event.type() is QEvent.Type.FontChange:
            self._fit()
        return False

    def show_value(self, value: Any) -> None:
        if not self._rest.isActive() and self.text.toPlainText().strip() != str(value):
            with QSignalBlocker(self.text):
                self.text.setPlainText(str(value))
        self._told = self.text.toPlainText().strip()

    def _fit(self) -> None:
        self.text.setFixedHeight(3 * self.text.fontMetrics().lineSpacing() + 34)

    def _settle(self) -> None:
        self._rest.stop()
        text = self.text.toPlainText().strip()
        if text != self._told:
            self._told = text
            self.edited.emit(text)


class FolderEditor(TextEditor):
    """A folder, typed or chosen."""

    def __init__(self, title: str) -> None:
        self.choose = widgets.button("Choose…", name=f"{title}: choose a folder")
        super().__init__((self.choose,))
        self._title = title
        self.choose.clicked.connect(self._ask)
        self.line.setClearButtonEnabled(True)

    def take(self, folder: str) -> None:
        """Put a folder in the field as if it had been typed."""
        self.line.setText(folder)
        self.settle()

    def _ask(self) -> None:
        if folder := QFileDialog.getExistingDirectory(self, self._title, self.line.text() or str(Path.home())):
            self.take(folder)


def editor_for(option: Option) -> Editor:
    """The editor that fits an option's type, bounds and meaning."""
    kind: Callable[[], Editor] | None = {"device": DeviceEditor, "language": LanguageEditor}.get(option.name)
    if kind is not None:
        return kind()
    if option.name in FOLDERS:
        return FolderEditor(option.title)
    if option.name in LONG:
        return LongTextEditor()
    if option.name in CHOICES:
        return ChoiceEditor(CHOICES[option.name])
    fields = {field.name: field.type for field in _fields()}
    shape = fields[option.name]
    if isinstance(shape, msgspec.inspect.BoolType):
        return SwitchEditor()
    if isinstance(shape, msgspec.inspect.IntType):
        return NumberEditor(shape.ge or 0, shape.le or 1_000_000, option.title)
    if isinstance(shape, msgspec.inspect.LiteralType):
        return ChoiceEditor({str(value): str(value) for value in shape.values})
    return TextEditor()


def _fields() -> tuple[msgspec.inspect.Field, ...]:
    shape = msgspec.inspect.type_info(Settings)
    assert isinstance(shape, msgspec.inspect.StructType)
    return shape.fields
