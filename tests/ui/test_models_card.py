"""Models in Settings: what each is and does, downloads that say what they do and can be stopped, files from a stick."""

from __future__ import annotations

import hashlib
import importlib.util
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback_models import NAME, PARTS, TITLE, ModelServer, packed
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from sidebyside import paths
from sidebyside.model import Kit
from sidebyside.session.models import ModelState
from sidebyside.session.plan import SitDown
from sidebyside.session.workspace import Workspace
from sidebyside.ui.bridge import Bridge
from sidebyside.ui.models_card import ModelsCard
from sidebyside.ui.models_line import ModelLine
from sidebyside.ui.settings_page import SettingsPage
from sidebyside.ui.window import MainWindow

pytestmark = pytest.mark.skipif(importlib.util.find_spec("vosk") is None, reason="there is no Vosk for this system")


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    # What other programs keep on this computer must not decide these tests.
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("nobody")))
    for name in ("VOSK_MODEL_PATH", "MOONSHINE_VOICE_CACHE", "HF_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    with ModelServer() as made:
        made.publish()
        yield made


@pytest.fixture
def workspace(server: ModelServer) -> Iterator[Workspace]:
    with Workspace.throw_away() as made:
        yield made


@pytest.fixture
def window(qtbot: QtBot, workspace: Workspace) -> Iterator[MainWindow]:
    made = MainWindow(workspace, Bridge())
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is made)
    yield made
    if made.isVisible():
        made.close()
        qtbot.waitUntil(lambda: not made.isVisible(), timeout=20_000)


@pytest.fixture
def card(qtbot: QtBot, workspace: Workspace) -> Iterator[ModelsCard]:
    bridge = Bridge()
    made = ModelsCard(workspace, bridge)
    qtbot.addWidget(made)
    made.resize(900, 700)
    made.show()
    made.refresh()
    qtbot.waitUntil(lambda: bool(made.lines) and QApplication.activeWindow() is made)
    yield made
    made.stop()
    bridge.close()


@pytest.fixture
def german(qtbot: QtBot, card: ModelsCard) -> ModelLine:
    """The line of the model that the server has."""
    card.show_language("de")
    qtbot.waitUntil(lambda: NAME in card.lines)
    return card.lines[NAME]


def german_in(qtbot: QtBot, window: MainWindow) -> ModelLine:
    """The same in the window's settings."""
    window.show_models("de")
    page = window.page_of("settings")
    assert isinstance(page, SettingsPage)
    qtbot.waitUntil(lambda: NAME in page.models.lines and not page.to_models)
    return page.models.lines[NAME]


def press(qtbot: QtBot, button: QPushButton) -> None:
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)


def pressed(qtbot: QtBot) -> QWidget:
    """Press what has the focus."""
    focused = QApplication.focusWidget()
    assert focused is not None
    qtbot.keyClick(focused, Qt.Key.Key_Space)
    return focused


def installed() -> bool:
    return (paths.models() / NAME).is_dir()


def some_came(server: ModelServer) -> bool:
    """Whether a good part of the download is on the disk."""
    return any(part.stat().st_size > len(server.content) // 4 for part in paths.models().rglob("*.part"))


def ask_to_download(qtbot: QtBot, line: ModelLine) -> None:
    press(qtbot, line.get)
    pressed(qtbot)


def downloaded(qtbot: QtBot, card: ModelsCard) -> None:
    ask_to_download(qtbot, card.lines[NAME])
    qtbot.waitUntil(lambda: card.lines[NAME].row.state is ModelState.INSTALLED)


def test_each_model_says_what_it_is_and_what_can_be_done(card: ModelsCard, german: ModelLine) -> None:
    assert german.title.text() == TITLE
    assert german.facts.text().startswith("Can be downloaded · ") and german.facts.text().endswith("Apache-2.0")
    assert german.more.text() == "Small enough for any laptop."
    assert german.stops == (german.get,) and german.get.accessibleName() == f"Download {TITLE}"
    brought = card.lines["vosk-model-de-0.21"]
    assert brought.facts.text() == "Must be brought as a file · Apache-2.0"
    assert brought.stops == (brought.bring,)
    assert "no model for German" in card.hears.text()


def test_a_model_that_another_program_keeps_here_can_be_used_but_not_removed(
    qtbot: QtBot, card: ModelsCard, workspace: Workspace
) -> None:
    folder = Path.home() / ".cache" / "vosk" / "vosk-model-small-fr-0.22"
    for name, content in PARTS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    card.show_language("fr")
    qtbot.waitUntil(lambda: str(folder) in card.lines)
    line = card.lines[str(folder)]
    assert line.facts.text().startswith("Found on this computer · ") and str(folder) in line.more.text()
    assert line.stops == (line.use,) and "no model for French" in card.hears.text()
    with qtbot.waitSignal(card.changed):
        press(qtbot, line.use)
    qtbot.waitUntil(lambda: not line.used.isHidden())
    assert line.said.text() == "In use from the next sitting." and line.use.isHidden()
    assert workspace.settings.first_models == {"fr": str(folder)}


def test_what_came_with_the_app_is_in_use_and_cannot_be_removed(card: ModelsCard) -> None:
    bundled = card.lines["moonshine-tiny-en"]
    assert bundled.facts.text() == "Comes with the app · MIT"
    assert bundled.used.isVisible() and bundled.stops == ()
    assert card.hears.text().startswith("English calls: live text by Moonshine tiny")


def test_from_a_language_without_a_model_to_one_with_it_by_keyboard(
    qtbot: QtBot, window: MainWindow, server: ModelServer
) -> None:
    form = window.sitdown.form
    qtbot.waitUntil(lambda: form.language.findData("de") >= 0)
    form.language.setCurrentIndex(form.language.findData("de"))
    qtbot.waitUntil(form.no_model.isVisible)
    press(qtbot, form.no_model.get)
    page = window.page_of("settings")
    assert isinstance(page, SettingsPage) and window.page is page
    qtbot.waitUntil(lambda: NAME in page.models.lines and page.models.lines[NAME].get.hasFocus())
    line = page.models.lines[NAME]
    pressed(qtbot)
    question = line._question
    assert question is not None and question.buttons[0].hasFocus()
    for told in (line.row.size_text, "127.0.0.1", "only connection"):
        assert told in question.text.text()
    assert server.asked == []
    pressed(qtbot)
    qtbot.waitUntil(lambda: line.row.state is ModelState.INSTALLED)
    assert server.asked == [""] and installed()
    assert line.used.isVisible() and line.said.text() == "Installed."
    assert line.remove.hasFocus()
    assert page.models.hears.text().startswith("German calls: live text by Vosk small")
    window.show_page("sitdown")
    qtbot.waitUntil(lambda: form.language.currentText() == "German")
    qtbot.waitUntil(lambda: "Vosk small" in form.heard_by.models.text())


def test_not_now_opens_no_connection(qtbot: QtBot, german: ModelLine, server: ModelServer) -> None:
    press(qtbot, german.get)
    focused = QApplication.focusWidget()
    assert focused is not None
    qtbot.keyClick(focused, Qt.Key.Key_Escape)
    assert german.get.hasFocus() and german._question is None
    assert server.asked == [] and german.progress.isHidden()


def test_a_download_can_be_stopped_and_goes_on_where_it_was(
    qtbot: QtBot, card: ModelsCard, german: ModelLine, server: ModelServer
) -> None:
    server.holds.set()
    ask_to_download(qtbot, german)
    assert german.progress.stop.hasFocus()
    qtbot.waitUntil(lambda: "Downloading" in german.progress.words.text())
    qtbot.waitUntil(lambda: some_came(server))
    assert german.progress.bar.accessibleDescription() == german.progress.words.text()
    assert not card.lines["vosk-model-de-0.21"].bring.isEnabled()
    pressed(qtbot)
    server.go_on.set()
    qtbot.waitUntil(lambda: german.row.partly > 0)
    assert german.said.text().startswith("Stopped") and german.said.property("role") == "good"
    assert german.get.text() == "Go on…" and german.get.hasFocus()
    assert "of the download is here" in german.facts.text()
    server.holds.clear()
    ask_to_download(qtbot, german)
    qtbot.waitUntil(lambda: german.row.state is ModelState.INSTALLED)
    whole, rest = server.asked
    assert whole == "" and int(rest.removeprefix("bytes=").removesuffix("-")) >= len(server.content) // 2


def test_half_a_download_can_be_dropped(qtbot: QtBot, german: ModelLine, server: ModelServer) -> None:
    server.holds.set()
    ask_to_download(qtbot, german)
    qtbot.waitUntil(lambda: some_came(server))
    pressed(qtbot)
    server.go_on.set()
    qtbot.waitUntil(lambda: german.row.partly > 0)
    press(qtbot, german.remove)
    assert german._question is not None
    press(qtbot, german._question.buttons[0])
    qtbot.waitUntil(lambda: german.row.partly == 0)
    assert german.get.text() == "Download…"


def test_what_is_not_what_was_published_is_said_and_nothing_stays(
    qtbot: QtBot, german: ModelLine, server: ModelServer
) -> None:
    server.content = bytes(len(server.content))
    ask_to_download(qtbot, german)
    qtbot.waitUntil(lambda: german.said.property("role") == "bad")
    assert "not the file that its publisher made" in german.said.text()
    assert not installed() and german.row.partly == 0 and german.get.isVisible()


def test_removing_asks_first_and_says_what_goes_with_it(
    qtbot: QtBot, card: ModelsCard, german: ModelLine, workspace: Workspace
) -> None:
    downloaded(qtbot, card)
    press(qtbot, german.remove)
    question = german._question
    assert question is not None and "German calls are heard with it now" in question.text.text()
    assert question.buttons[1].hasFocus()
    pressed(qtbot)
    assert installed() and german.remove.hasFocus()
    press(qtbot, german.remove)
    assert german._question is not None
    press(qtbot, german._question.buttons[0])
    qtbot.waitUntil(lambda: german.row.state is ModelState.AVAILABLE)
    assert not installed() and "no model for German" in card.hears.text()


def test_a_model_comes_from_a_stick_without_a_connection(
    qtbot: QtBot, card: ModelsCard, server: ModelServer, tmp_path: Path
) -> None:
    stick = tmp_path / f"{NAME}.zip"
    stick.write_bytes(server.content)
    press(qtbot, card.open_bring)
    assert card.bring.place.hasFocus()
    qtbot.keyClicks(card.bring.place, str(stick))
    qtbot.keyClick(card.bring.place, Qt.Key.Key_Return)

    qtbot.waitUntil(lambda: NAME in card.lines)
    line = card.lines[NAME]
    assert card.code == "de" and line.row.state is ModelState.INSTALLED and not line.used.isHidden()
    assert card.bring.said.text() == f"Installed: {TITLE}."
    assert server.asked == []


def test_a_model_nobody_published_a_sum_for_shows_its_own(qtbot: QtBot, card: ModelsCard, tmp_path: Path) -> None:
    stick = tmp_path / "vosk-model-small-fr-9.zip"
    stick.write_bytes(packed("vosk-model-small-fr-9"))
    press(qtbot, card.open_bring)
    qtbot.keyClicks(card.bring.place, str(stick))
    press(qtbot, card.bring.go)
    qtbot.waitUntil(lambda: card.code == "fr" and len(card.lines) == 1)
    (line,) = card.lines.values()
    assert "not checked against a published sum" in line.facts.text()
    shown = line.more.text().rpartition(": ")[2].replace(" ", "")
    assert shown == hashlib.sha256(stick.read_bytes()).hexdigest()


@pytest.mark.parametrize("kind", ["escape", "cut", "no model", "nothing"])
def test_a_file_that_is_no_good_is_refused_in_words(qtbot: QtBot, card: ModelsCard, tmp_path: Path, kind: str) -> None:
    bad = tmp_path / "brought.zip"
    if kind == "escape":
        with zipfile.ZipFile(bad, "w") as archive:
            for name, content in {**PARTS, "../../outside.txt": b"x"}.items():
                archive.writestr(f"{NAME}/{name}", content)
    elif kind == "cut":
        bad.write_bytes(packed()[:-2000])
    elif kind == "no model":
        with zipfile.ZipFile(bad, "w") as archive:
            archive.writestr("letter.txt", "hello")
    bring = card.bring
    press(qtbot, card.open_bring)
    qtbot.keyClicks(bring.place, str(bad))
    press(qtbot, bring.go)
    qtbot.waitUntil(bring.said.isVisible)
    assert bring.said.property("role") == "bad" and len(bring.said.text()) > 30
    assert bring.progress.isHidden() and bring.go.isEnabled()
    assert [place for place in paths.models().rglob("*") if place.is_file() and place.suffix in (".mdl", ".fst")] == []
    assert not any(place.name == "outside.txt" for place in tmp_path.parent.rglob("outside.txt"))


def test_a_session_stops_a_download(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, server: ModelServer
) -> None:
    server.holds.set()
    ask_to_download(qtbot, german_in(qtbot, window))
    page = window.page_of("settings")
    assert isinstance(page, SettingsPage)
    qtbot.waitUntil(lambda: some_came(server))
    live = window.start(workspace.sit_down(SitDown(rep="Maria L.", kit=Kit.NOTES)))
    server.go_on.set()
    qtbot.waitUntil(lambda: not page.models.work.running)
    assert not installed() and window.page is live
    qtbot.waitUntil(live.box.hasFocus)
    window.show_models("de")
    assert window.page is live


def test_closing_the_window_does_not_wait_for_a_download(qtbot: QtBot, window: MainWindow, server: ModelServer) -> None:
    server.holds.set()
    ask_to_download(qtbot, german_in(qtbot, window))
    qtbot.waitUntil(lambda: some_came(server))
    with qtbot.waitSignal(window.closed):
        window.close()
    assert not window.isVisible() and not server.go_on.is_set()


def test_every_button_of_the_list_has_a_name_of_its_own_and_tab_goes_through_it(
    card: ModelsCard, german: ModelLine
) -> None:
    names = [made.accessibleName() for line in card.lines.values() for made in line.stops]
    assert names and all(names) and len(set(names)) == len(names)
    card.language.setFocus()
    reached = []
    for _ in range(len(names) + 1):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        assert isinstance(focused, QPushButton)
        reached.append(focused.accessibleName() or focused.text())
    assert reached == [*names, "Install from a file…"]
