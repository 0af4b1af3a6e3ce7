"""The settings page: an editor for every option, saved at once, errors beside the field, appearance applied."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from sidebyside import settings
from sidebyside.session.workspace import Workspace
from sidebyside.settings import OPTIONS, Settings
from sidebyside.ui import theme
from sidebyside.ui.bridge import Bridge
from sidebyside.ui.settings_editors import ChoiceEditor, NumberEditor
from sidebyside.ui.settings_page import PlaceRow, SettingsPage


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with Workspace.throw_away() as made:
        yield made


@pytest.fixture
def page(qtbot: QtBot, qapp: QApplication, workspace: Workspace) -> Iterator[SettingsPage]:
    bridge = Bridge()
    made = SettingsPage(workspace, bridge)
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    yield made
    bridge.close()
    if theme.current() is not theme.LIGHT or qapp.font().pixelSize() != 15:
        theme.apply(qapp, "light", 15)


def test_every_option_has_its_title_help_and_editor(page: SettingsPage) -> None:
    assert {option.name for option in OPTIONS} == set(Settings.__struct_fields__)
    assert set(page.rows) == set(Settings.__struct_fields__) - {"first_models", "second_models"}
    for option in (option for option in OPTIONS if option.name in page.rows):
        assert page.rows[option.name].editor.field.accessibleName() == option.title


def test_a_choice_is_saved_at_once_and_quietly(qtbot: QtBot, workspace: Workspace, page: SettingsPage) -> None:
    editor = page.rows["layout"].editor
    assert isinstance(editor, ChoiceEditor)
    row = editor.box.findData("stereo")
    editor.box.setCurrentIndex(row)
    with qtbot.waitSignal(page.changed):
        editor.box.activated.emit(row)
    assert settings.load().layout == "stereo" == workspace.settings.layout
    assert page.rows["layout"].said.text() == "Saved"
    qtbot.waitUntil(page.rows["layout"].said.isHidden, timeout=5_000)


def test_text_is_saved_when_the_field_is_left(qtbot: QtBot, workspace: Workspace, page: SettingsPage) -> None:
    line = page.rows["queue"].editor.field
    assert isinstance(line, QLineEdit)
    qtbot.keyClicks(line, "Billing")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert workspace.settings.queue == "Billing" and settings.load().queue == "Billing"


def test_text_size_and_theme_apply_at_once(qtbot: QtBot, qapp: QApplication, page: SettingsPage) -> None:
    editor = page.rows["text_size"].editor
    assert isinstance(editor, NumberEditor)
    editor.line.selectAll()
    qtbot.keyClicks(editor.line, "20")
    qtbot.keyClick(editor.line, Qt.Key.Key_Return)
    assert qapp.font().pixelSize() == 20
    dark = page.rows["theme"].editor
    assert isinstance(dark, ChoiceEditor)
    dark.box.activated.emit(_put(dark, "dark"))
    assert theme.current() is theme.DARK


def _put(editor: ChoiceEditor, key: str) -> int:
    row = editor.box.findData(key)
    editor.box.setCurrentIndex(row)
    return row


@pytest.mark.parametrize(("typed", "said"), [("40", "too large"), ("3", "too small"), ("", "not a whole number")])
def test_a_number_out_of_bounds_is_named_beside_the_field(
    qtbot: QtBot, workspace: Workspace, page: SettingsPage, typed: str, said: str
) -> None:
    row = page.rows["text_size"]
    assert isinstance(row.editor, NumberEditor)
    row.editor.line.selectAll()
    qtbot.keyClick(row.editor.line, Qt.Key.Key_Delete)
    qtbot.keyClicks(row.editor.line, typed)
    qtbot.keyClick(row.editor.line, Qt.Key.Key_Return)
    assert said in row.said.text() and row.said.property("role") == "bad"
    assert workspace.settings.text_size == 15


def test_arrow_keys_and_buttons_count(qtbot: QtBot, workspace: Workspace, page: SettingsPage) -> None:
    editor = page.rows["notes_days"].editor
    assert isinstance(editor, NumberEditor)
    qtbot.keyClick(editor.line, Qt.Key.Key_Up)
    assert workspace.settings.notes_days == 366
    qtbot.mouseClick(editor.buttons[0], Qt.MouseButton.LeftButton)
    assert workspace.settings.notes_days == 365


def test_the_usual_language_is_one_of_those_there_are(qtbot: QtBot, workspace: Workspace, page: SettingsPage) -> None:
    editor = page.rows["language"].editor
    assert isinstance(editor, ChoiceEditor)
    qtbot.waitUntil(lambda: editor.box.currentText() == "English")
    row = editor.box.findText("German – no model yet")
    editor.box.setCurrentIndex(row)
    editor.box.activated.emit(row)
    assert workspace.settings.language == "de" and editor.box.currentText() == "German – no model yet"


def test_what_cannot_be_written_is_said_and_nothing_changes(
    qtbot: QtBot, workspace: Workspace, page: SettingsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_new: Settings) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(workspace, "save_settings", full)
    line = page.rows["queue"].editor.field
    assert isinstance(line, QLineEdit)
    qtbot.keyClicks(line, "Sales")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert "not saved" in page.rows["queue"].said.text() and workspace.settings.queue == ""


def test_paths_can_be_copied(qtbot: QtBot, page: SettingsPage) -> None:
    for row in page.findChildren(PlaceRow):
        row.copy.click()
        assert QGuiApplication.clipboard().text() == str(row.place)


def test_shows_what_was_changed_elsewhere(workspace: Workspace, page: SettingsPage) -> None:
    workspace.settings = msgspec.structs.replace(workspace.settings, text_size=22)
    page.refresh()
    editor = page.rows["text_size"].editor
    assert isinstance(editor, NumberEditor) and editor.line.text() == "22"
