"""Settings: every option with the editor that fits it, saved at once; and where the data lies."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QVBoxLayout, QWidget

from sidebyside import paths, settings
from sidebyside.errors import SideBySideError
from sidebyside.session.workspace import Workspace
from sidebyside.settings import Option, Settings
from sidebyside.ui import theme, widgets
from sidebyside.ui.bridge import Bridge
from sidebyside.ui.models_card import ModelsCard
from sidebyside.ui.page import Page, wrapped
from sidebyside.ui.settings_editors import DeviceEditor, LanguageEditor, QuietWheel, editor_for
from sidebyside.ui.sitdown_language import language_title
from sidebyside.ui.words_card import WordsCard

_GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Appearance", ("text_size", "theme")),
    ("Sitting down", ("queue", "kit", "device", "layout", "notice")),
    ("Live text", ("language", "second_pass")),
    ("Keeping", ("transcripts_days", "notes_days", "quiet_days")),
    ("Exports", ("export_folder",)),
)
MODELS = ("first_models", "second_models")
"""Options that the list of models edits."""
_SAID_FOR = 2500
"""Milliseconds that "Saved" stays in sight."""
_LAID_OUT = 1
"""Milliseconds: a timer comes after the layout that something new asked for, while one of 0 may come before it."""
_ABOVE = 16
"""Pixels left above a part that the page was opened at."""


class OptionRow(QWidget):
    """One option: what it is on the left, its editor on the right, and below it what came of the last change."""

    def __init__(self, option: Option, wheel: QuietWheel) -> None:
        super().__init__()
        self.option = option
        self.editor = editor_for(option)
        self.said = wrapped("", "good")
        self.said.setVisible(False)
        self._quiet = QTimer(self, interval=_SAID_FOR, singleShot=True)
        self._quiet.timeout.connect(lambda: self.say(""))
        title = wrapped(option.title, "strong")
        title.setBuddy(self.editor.field)
        help_ = wrapped(option.help, "dim")
        self.editor.field.setAccessibleName(option.title)
        self.editor.field.setAccessibleDescription(option.help)
        wheel.calm(self.editor.field)
        left, right = QVBoxLayout(), QVBoxLayout()
        for column in (left, right):
            column.setSpacing(4)
        left.addWidget(title)
        left.addWidget(help_)
        left.addStretch(1)
        right.addWidget(self.editor)
        right.addWidget(self.said)
        right.addStretch(1)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(32)
        grid.addLayout(left, 0, 0)
        grid.addLayout(right, 0, 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(1, 320)

    def say(self, text: str, *, wrong: bool = False) -> None:
        """Show what came of a change, beside the field; "Saved" goes away by itself, an error stays."""
        widgets.set_role(self.said, "bad" if wrong else "good")
        self.said.setText(text)
        self.said.setVisible(bool(text))
        self.editor.field.setAccessibleDescription(text or self.option.help)
        self._quiet.stop()
        if text and not wrong:
            self._quiet.start()


class SettingsPage(Page):
    """All options on one scrolling page.

    `changed` carries the new settings after each save; the appearance was applied by then.
    """

    changed = Signal(object)
    help_wanted = Signal(str)
    """A help page by a part of its name."""

    def __init__(self, workspace: Workspace, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._bridge = bridge
        self._wheel = QuietWheel(self)
        self.rows: dict[str, OptionRow] = {}
        self.models = ModelsCard(workspace, bridge)
        self.models.changed.connect(lambda: self.changed.emit(workspace.settings))
        self.models.shown.connect(self._models_shown)
        self.models.opened.connect(self._see)
        self.models.help_wanted.connect(lambda: self.help_wanted.emit("models"))
        self.words = WordsCard(workspace, bridge)
        self.words.help_wanted.connect(lambda: self.help_wanted.emit("names-and-jargon"))
        self.to_models = False
        """Whether the page goes to its models as soon as they are listed."""
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(28, 24, 28, 28)
        self._column.setSpacing(16)
        self._column.addWidget(widgets.label("Settings", "title"))
        self._column.addWidget(wrapped("What you change is saved at once. It counts from the next sitting.", "dim"))
        self._add_groups()
        self._add_places()
        self._column.addStretch(1)
        inner.setMaximumWidth(1080)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        area = widgets.scrolled(inner)
        area.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        page.addWidget(area)
        self.area = area
        self.setFocusProxy(self.rows[_GROUPS[0][1][0]].editor.field)
        self.refresh()

    def refresh(self) -> None:
        """Show what is stored now, e.g. after the text size was changed by key."""
        stored = msgspec.to_builtins(self._workspace.settings)
        for name, row in self.rows.items():
            row.editor.show_value(stored[name])

    def showEvent(self, event: QShowEvent) -> None:
        """Look up the sound inputs and models anew each time the page comes up."""
        super().showEvent(event)
        self.refresh()
        self._bridge.in_background(
            lambda: tuple(device.name for device in self._workspace.input_devices()),
            self._offer_devices,
            self._no_devices,
            self,
        )
        self.models.refresh()
        self.words.refresh()

    def show_models(self, language: str) -> None:
        """Go to the list of models, at those for one language."""
        self.to_models = True
        self.models.show_language(language)

    def _models_shown(self) -> None:
        editor = self.rows["language"].editor
        if isinstance(editor, LanguageEditor):
            editor.offer(tuple((choice.code, language_title(choice)) for choice in self.models.languages))
        if self.to_models:
            QTimer.singleShot(_LAID_OUT, self, self._go_to_models)

    def _go_to_models(self) -> None:
        self.to_models = False
        self.models.focus_getting()
        self.area.verticalScrollBar().setValue(self.models.y() - _ABOVE)

    def _see(self, part: QWidget) -> None:
        QTimer.singleShot(_LAID_OUT, self, lambda: self.area.ensureWidgetVisible(part, 0, _ABOVE))

    def close_down(self) -> None:
        """Stop what is being installed."""
        self.models.stop()

    def _add_groups(self) -> None:
        grouped = {name for _title, names in _GROUPS for name in names}
        rest = tuple(option.name for option in settings.OPTIONS if option.name not in grouped | set(MODELS))
        options = {option.name: option for option in settings.OPTIONS}
        for title, names in (*_GROUPS, ("More", rest)):
            shown = [options[name] for name in names if name in options]
            if not shown:
                continue
            card = widgets.Card(title)
            card.body.setSpacing(20)
            for option in shown:
                row = OptionRow(option, self._wheel)
                row.editor.edited.connect(lambda value, name=option.name: self._edited(name, value))
                self.rows[option.name] = row
                card.body.addWidget(row)
            self._column.addWidget(card)
            if title == "Live text":
                self._column.addWidget(self.models)
                self._column.addWidget(self.words)

    def _add_places(self) -> None:
        card = widgets.Card("Where your data lies")
        card.body.addWidget(
            wrapped(
                "All of it is on this laptop. The library is encrypted; the logs hold no names and no words of a call.",
                "dim",
            )
        )
        for title, place in (
            ("Library", paths.data()),
            ("Settings", settings.settings_file()),
            ("Logs", paths.logs()),
            ("Exports", self._export_folder()),
        ):
            card.body.addWidget(PlaceRow(title, place))
        self._column.addWidget(card)

    def _export_folder(self) -> Path:
        named = self._workspace.settings.export_folder
        return Path(named) if named else paths.documents()

    def _edited(self, name: str, value: Any) -> None:
        row = self.rows[name]
        before = self._workspace.settings
        try:
            after = msgspec.convert({**msgspec.to_builtins(before), name: value}, Settings)
            if after == before:
                row.say("")
                return
            self._workspace.save_settings(after)
        except msgspec.ValidationError as error:
            row.say(f"{_plain(error)} The setting is as it was.", wrong=True)
            return
        except (SideBySideError, OSError) as error:
            row.say(f"This was not saved: {error}. The setting is as it was.", wrong=True)
            return
        row.editor.show_value(value)
        row.say("Saved")
        if name in ("theme", "text_size"):
            self._dress_app(after)
        elif name == "second_pass":
            self.models.refresh()
        self.changed.emit(after)

    def _dress_app(self, new: Settings) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app, new.theme, new.text_size)

    def _offer_devices(self, names: tuple[str, ...]) -> None:
        editor = self.rows["device"].editor
        if isinstance(editor, DeviceEditor):
            editor.offer(names)

    def _no_devices(self, error: Exception) -> None:
        self.rows["device"].say(str(error), wrong=True)


class PlaceRow(QWidget):
    """A folder or file by its name, with a button that copies the path."""

    def __init__(self, title: str, place: Path) -> None:
        super().__init__()
        self.place = place
        name = widgets.label(title, "strong")
        name.setMinimumWidth(96)
        path = wrapped(str(place), "dim")
        path.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.copy = widgets.button("Copy", "small", does=self._copy, name=f"Copy the path of: {title}")
        self._again = QTimer(self, interval=_SAID_FOR, singleShot=True)
        self._again.timeout.connect(lambda: self.copy.setText("Copy"))
        line = widgets.row(name, gap=16)
        line.addWidget(path, 1)
        line.addWidget(self.copy)
        self.setLayout(line)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(str(self.place))
        self.copy.setText("Copied")
        self._again.start()


def _plain(error: msgspec.ValidationError) -> str:
    """A refusal in a person's words."""
    said = str(error).partition(" - at ")[0]
    if bound := re.match(r"Expected `int` (>=|<=) (-?\d+)", said):
        return f"That is too {'small' if bound[1] == '>=' else 'large'}: {bound[2]} is the limit."
    if said.startswith("Expected `int`"):
        return "That is not a whole number."
    return f"{said}."
