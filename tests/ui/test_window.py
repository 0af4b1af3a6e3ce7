"""The main window: from Sit down through a session to its end, pages, text size, and what is told at the start."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from sidebyside import model as m
from sidebyside import settings
from sidebyside.errors import LibraryBusy, NotAllowed, WrongKey
from sidebyside.session.plan import SitDown, begin_session
from sidebyside.session.workspace import Workspace
from sidebyside.ui.app import Door
from sidebyside.ui.bridge import Bridge
from sidebyside.ui.debrief import DebriefPage
from sidebyside.ui.transcript import RowKind
from sidebyside.ui.unlock import NewPassphrasePage, RecoverPage, RecoveryCodePage, TroublePage, UnlockPage
from sidebyside.ui.window import MainWindow

CTRL = Qt.KeyboardModifier.ControlModifier
Open = Callable[[Workspace], MainWindow]


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with Workspace.throw_away() as made:
        yield made


@pytest.fixture
def open_window(qtbot: QtBot) -> Iterator[Open]:
    windows: list[MainWindow] = []

    def open_it(workspace: Workspace) -> MainWindow:
        window = MainWindow(workspace, Bridge())
        qtbot.addWidget(window)
        window.show()
        qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
        windows.append(window)
        return window

    yield open_it
    for window in windows:
        if window.isVisible():
            window.close()
            qtbot.waitUntil(lambda window=window: not window.isVisible(), timeout=20_000)


def sit_down(qtbot: QtBot, window: MainWindow) -> None:
    form = window.sitdown.form
    qtbot.waitUntil(lambda: form.says.isVisible() or form.device.count() > 0)
    form.kit.choose("notes")
    form.kit.chosen.emit("notes")
    edit = form.rep.lineEdit()
    assert edit is not None
    qtbot.keyClicks(edit, "Maria L.")
    qtbot.mouseClick(window.sitdown.text_fine, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.live is not None and window.live.model.rowCount() > 0)


def test_a_whole_sitting_by_keyboard(qtbot: QtBot, workspace: Workspace, open_window: Open) -> None:
    window = open_window(workspace)
    sit_down(qtbot, window)
    live = window.live
    assert live is not None and window.page is live and not window.bar.isVisible()
    qtbot.waitUntil(lambda: live.box.hasFocus())
    qtbot.keyClick(live.box, Qt.Key.Key_2)
    qtbot.keyClicks(live.box, "third time this week")
    qtbot.keyClick(live.box, Qt.Key.Key_Return)
    qtbot.keyClick(live.box, Qt.Key.Key_F2)
    qtbot.keyClick(live.box, Qt.Key.Key_D, CTRL)
    qtbot.waitUntil(lambda: window.live is None, timeout=20_000)
    (summary,) = workspace.library.sessions()
    assert (summary.session.rep, summary.session.state) == ("Maria L.", m.SessionState.ENDED)
    assert (summary.flags, summary.notes) == (1, 1)
    assert window.bar.isVisible() and window.page is window.page_of("debrief")


class Opened(QObject):
    """Notes every window that is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() is QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.names.append(type(watched).__name__)
        return False


def test_no_part_of_a_page_ever_opens_as_a_window_of_its_own(
    qtbot: QtBot, qapp: QApplication, workspace: Workspace, open_window: Open
) -> None:
    opened = Opened()
    qapp.installEventFilter(opened)
    window = open_window(workspace)
    sit_down(qtbot, window)
    assert window.live is not None
    qtbot.keyClick(window.live.box, Qt.Key.Key_1)
    qtbot.keyClick(window.live.box, Qt.Key.Key_D, CTRL)
    qtbot.waitUntil(lambda: window.live is None, timeout=20_000)
    for key in window.nav:
        window.show_page(key)
    qapp.removeEventFilter(opened)
    assert opened.names == ["MainWindow"]


def test_closing_the_window_ends_the_session_first(qtbot: QtBot, workspace: Workspace, open_window: Open) -> None:
    window = open_window(workspace)
    sit_down(qtbot, window)
    assert window.live is not None
    qtbot.keyClicks(window.live.box, "typed, not yet saved")
    with qtbot.waitSignal(window.closed, timeout=20_000):
        window.close()
        assert window.isVisible()
    (summary,) = workspace.library.sessions()
    assert summary.session.state is m.SessionState.ENDED
    assert workspace.library.record(summary.session.id).notes[0].text == "typed, not yet saved"


def test_help_opens_over_a_session_and_leads_back(qtbot: QtBot, workspace: Workspace, open_window: Open) -> None:
    window = open_window(workspace)
    sit_down(qtbot, window)
    live = window.live
    assert live is not None
    qtbot.keyClick(live.box, Qt.Key.Key_F1)
    assert window.page is window.page_of("help") and not window.bar.isVisible()
    assert window.banners.texts == ("The session goes on.",)
    qtbot.keyClick(window, Qt.Key.Key_F1)
    assert window.page is live and live.box.hasFocus() and window.banners.texts == ()


def test_two_minutes_between_calls_and_the_next_call(qtbot: QtBot, workspace: Workspace, open_window: Open) -> None:
    window = open_window(workspace)
    sit_down(qtbot, window)
    live = window.live
    assert live is not None
    live.conductor.set_reason("pay-how")
    qtbot.keyClick(live.box, Qt.Key.Key_F2)
    qtbot.waitUntil(lambda: live.strip.offer.isVisible())
    qtbot.keyClick(live.box, Qt.Key.Key_F4)
    page = window.page_of("debrief")
    assert isinstance(page, DebriefPage) and window.page is page and not window.bar.isVisible()
    qtbot.waitUntil(lambda: page.current is not None)
    assert page.how_long.value == "short" and window.banners.texts != ()
    qtbot.keyClicks(page.pane.words, "every day")
    qtbot.keyClick(page.pane.words, Qt.Key.Key_F2)
    assert window.live is live and window.page is live and window.banners.texts == ()
    session_id = live.conductor.session.id
    qtbot.waitUntil(lambda: [c.end is None for c in workspace.library.record(session_id).contacts] == [False, True])
    qtbot.waitUntil(lambda: [a.text for a in workspace.library.record(session_id).answers] == ["every day"])
    qtbot.keyClick(live.box, Qt.Key.Key_F2)
    qtbot.waitUntil(lambda: live.strip.offer.isVisible())
    window.two_minutes()
    page.finish()
    assert window.page is live and live.box.hasFocus()


@pytest.mark.parametrize("key", ["library", "settings", "help", "sitdown"])
def test_the_bar_leads_to_every_page(qtbot: QtBot, workspace: Workspace, open_window: Open, key: str) -> None:
    window = open_window(workspace)
    qtbot.mouseClick(window.nav[key], Qt.MouseButton.LeftButton)
    assert window.page is window.page_of(key)
    assert window.nav[key].isChecked()


def test_text_grows_and_shrinks_by_key_and_is_remembered(qtbot: QtBot, workspace: Workspace, open_window: Open) -> None:
    window = open_window(workspace)
    before = workspace.settings.text_size
    qtbot.keyClick(window, Qt.Key.Key_Plus, CTRL)
    assert QApplication.font().pixelSize() == before + 1
    qtbot.waitUntil(lambda: settings.load().text_size == before + 1)
    for near, key, limit in ((27, Qt.Key.Key_Plus, 28), (13, Qt.Key.Key_Minus, 12)):
        window.set_text_size(near)
        for _ in range(3):
            qtbot.keyClick(window, key, CTRL)
        assert workspace.settings.text_size == limit
    qtbot.keyClick(window, Qt.Key.Key_0, CTRL)
    assert workspace.settings.text_size == 15


def test_a_session_cut_short_is_told_with_what_was_kept(qtbot: QtBot, workspace: Workspace, open_window: Open) -> None:
    conductor = workspace.sit_down(SitDown(rep="Maria L.", kit=m.Kit.NOTES))
    conductor.start()
    conductor.flag("repeat")
    conductor.note("again")
    session = conductor.end().result(20)
    workspace.recovered = (session,)
    window = open_window(workspace)
    qtbot.waitUntil(lambda: window.banners.texts != ())
    (text,) = window.banners.texts
    assert text.startswith("Your session with Maria, ") and text.endswith("recovered: 2 notes and flags.")


def test_the_recovery_code_is_shown_once(qtbot: QtBot, workspace: Workspace, open_window: Open) -> None:
    workspace.recovery_code = "ABCD-EFGH"
    window = open_window(workspace)
    page = window.page
    assert isinstance(page, RecoveryCodePage) and page.code.text() == "ABCD-EFGH"
    qtbot.waitUntil(page.done.hasFocus)
    qtbot.keyClick(page.done, Qt.Key.Key_Return)
    assert window.page is window.sitdown


# --- before there is a library ---


@pytest.fixture
def door(qtbot: QtBot, qapp: QApplication) -> Iterator[Door]:
    made = Door(qapp, out=None)
    yield made
    if made.front is not None:
        made.front.hide()
    if isinstance(made.front, MainWindow):
        made.front.sitdown.close_down()
    made.close()


def front(door: Door) -> QWidget | None:
    return door.front.centralWidget() if door.front is not None else None


def ask(qtbot: QtBot, door: Door) -> UnlockPage:
    qtbot.waitUntil(lambda: door.front is not None and isinstance(door.front.centralWidget(), UnlockPage))
    assert door.front is not None
    page = door.front.centralWidget()
    assert isinstance(page, UnlockPage)
    return page


def test_without_a_keyring_a_passphrase_is_chosen_twice_and_the_code_is_shown(qtbot: QtBot, door: Door) -> None:
    door.open()
    page = ask(qtbot, door)
    assert page.first
    qtbot.keyClicks(page.phrase, "short")
    qtbot.keyClick(page.phrase, Qt.Key.Key_Return)
    qtbot.keyClick(page.again, Qt.Key.Key_Return)
    assert page.says.isVisible() and "at least" in page.says.text()
    page.phrase.setText("four calm words here")
    qtbot.keyClicks(page.again, "four calm words her")
    qtbot.keyClick(page.again, Qt.Key.Key_Return)
    assert "not the same" in page.says.text()
    qtbot.keyClicks(page.again, "four calm words here")
    qtbot.keyClick(page.again, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: isinstance(door.front, MainWindow), timeout=20_000)
    assert isinstance(door.front, MainWindow)
    assert isinstance(door.front.page, RecoveryCodePage) and door.front.page.code.text()


def test_a_wrong_passphrase_says_so_and_the_right_one_opens(qtbot: QtBot, door: Door) -> None:
    Workspace.open("four calm words here").close()
    door.open()
    page = ask(qtbot, door)
    assert not page.first
    qtbot.keyClicks(page.phrase, "something else")
    qtbot.keyClick(page.phrase, Qt.Key.Key_Return)
    qtbot.waitUntil(page.says.isVisible, timeout=20_000)
    assert "Nothing was changed" in page.says.text() and page.phrase.text() == ""
    qtbot.keyClicks(page.phrase, "four calm words here")
    qtbot.keyClick(page.phrase, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: isinstance(door.front, MainWindow), timeout=20_000)


def test_the_recovery_code_opens_the_library_and_a_new_passphrase_follows(qtbot: QtBot, door: Door) -> None:
    with Workspace.open("four calm words here") as made:
        code = made.recovery_code
        made.library.start_session(begin_session(SitDown(rep="Maria L."))).result(10)
    assert code is not None
    door.open()
    qtbot.mouseClick(ask(qtbot, door).recovery, Qt.MouseButton.LeftButton)
    page = front(door)
    assert isinstance(page, RecoverPage)
    qtbot.keyClicks(page.code, "0000-" + code[5:])
    qtbot.keyClick(page.code, Qt.Key.Key_Return)
    qtbot.waitUntil(page.says.isVisible, timeout=20_000)
    assert "Nothing was changed" in page.says.text() and page.isEnabled()
    page.code.setText(code.lower().replace("-", " "))
    qtbot.mouseClick(page.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(front(door), NewPassphrasePage), timeout=20_000)
    new = front(door)
    assert isinstance(new, NewPassphrasePage) and not new.recovery.isVisible()
    new.phrase.setText("other calm words here")
    new.again.setText("other calm words here")
    qtbot.mouseClick(new.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(door.front, MainWindow), timeout=20_000)
    assert isinstance(door.front, MainWindow)
    door.front.sitdown.close_down()
    door.close()
    with pytest.raises(WrongKey, match="open the window, where the recovery code"):
        Workspace.open("four calm words here")
    with Workspace.open("other calm words here") as again:
        assert [one.session.rep for one in again.library.sessions()] == ["Maria L."]
        with pytest.raises(NotAllowed):
            again.set_passphrase("anything else")


def test_a_library_in_use_is_told_with_a_way_to_try_again(qtbot: QtBot) -> None:
    tried: list[bool] = []
    page = TroublePage(LibraryBusy("It is open in another window."), ("&Try again", lambda: tried.append(True)))
    qtbot.addWidget(page)
    page.show()
    assert page.title.text() == "Side by Side is open already"
    qtbot.mouseClick(page.buttons[0], Qt.MouseButton.LeftButton)
    assert tried == [True]


def test_notes_and_flags_of_a_running_session_are_rows(qtbot: QtBot, workspace: Workspace, open_window: Open) -> None:
    window = open_window(workspace)
    sit_down(qtbot, window)
    assert window.live is not None
    model = window.live.model
    assert [model.row(place).kind for place in range(model.rowCount())] == [RowKind.CALL]
