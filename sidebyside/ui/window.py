"""The main window: the bar at its top, its pages, and the session that fills it while it runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QButtonGroup,
    QFrame,
    QMainWindow,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from sidebyside import model as m
from sidebyside.errors import SideBySideError
from sidebyside.settings import Settings
from sidebyside.ui import dates, pages, theme
from sidebyside.ui.bridge import Bridge
from sidebyside.ui.flow import Flow
from sidebyside.ui.live import LivePage
from sidebyside.ui.sitdown import SitDownPage
from sidebyside.ui.unlock import RecoveryCodePage
from sidebyside.ui.widgets import Banners, button, label
from sidebyside.ui.words import first_name

if TYPE_CHECKING:
    from sidebyside.session.conductor import Conductor
    from sidebyside.session.plan import SitDown
    from sidebyside.session.workspace import Workspace

NAV = (("sitdown", "Sit down"), ("library", "Library"), ("settings", "Settings"), ("help", "Help"))
GOES_ON = "The session goes on."
PARKED = "The session goes on. Between calls nothing is heard."
SMALLEST, USUAL, LARGEST = 12, 15, 28


class MainWindow(QMainWindow):
    """Shows one page at a time; while a session runs, Live fills the window."""

    closed = Signal()

    def __init__(self, workspace: Workspace, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace, self.bridge = workspace, bridge
        self.setWindowTitle("Side by Side")
        self.resize(1280, 800)
        self.setMinimumSize(640, 480)
        self.live: LivePage | None = None
        self._closing = False
        self._pages: dict[str, QWidget] = {}
        self._nav = QButtonGroup(self)
        self.nav: dict[str, QPushButton] = {}
        self.bar, self.banners, self.stack = QFrame(), Banners(), QStackedWidget()
        self._lay_out()
        self._shortcuts()
        self._saved_soon = QTimer(self)
        self._saved_soon.setSingleShot(True)
        self._saved_soon.setInterval(400)
        self._saved_soon.timeout.connect(self._save_settings)
        QGuiApplication.styleHints().colorSchemeChanged.connect(lambda _scheme: self.dress())
        self.sitdown = SitDownPage(workspace, bridge)
        self.sitdown.agreed.connect(self._sit_down)
        self.sitdown.models_wanted.connect(self.show_models)
        self._add("sitdown", self.sitdown)
        self.dress()
        if workspace.recovery_code is not None:
            self._show_code(workspace.recovery_code)
        else:
            self.show_page("sitdown")
        self._tell_recovered()

    def _lay_out(self) -> None:
        self.bar.setProperty("role", "bar")
        bar = Flow(gap=4, push=1)
        bar.setContentsMargins(20, 6, 12, 6)
        bar.addWidget(label("Side by Side", "strong"))
        for key, text in NAV:
            made = button(text, "nav")
            made.clicked.connect(lambda _checked=False, key=key: self.show_page(key))
            made.setCheckable(True)
            self._nav.addButton(made)
            self.nav[key] = made
            bar.addWidget(made)
        self.bar.setLayout(bar)
        inner = QWidget()
        inner.setProperty("role", "page")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.banners)
        column.addWidget(self.stack, 1)
        self.setCentralWidget(inner)

    def _shortcuts(self) -> None:
        keys: tuple[tuple[tuple[str, ...], Callable[[], object]], ...] = (
            (("Ctrl++", "Ctrl+="), lambda: self.set_text_size(self.workspace.settings.text_size + 1)),
            (("Ctrl+-",), lambda: self.set_text_size(self.workspace.settings.text_size - 1)),
            (("Ctrl+0",), lambda: self.set_text_size(USUAL)),
            (("F1",), self.help),
        )
        for names, does in keys:
            for name in names:
                made = QShortcut(QKeySequence(name), self)
                made.setContext(Qt.ShortcutContext.WindowShortcut)
                made.activated.connect(does)

    # --- pages ---

    @property
    def page(self) -> QWidget | None:
        """The page that is shown."""
        return self.stack.currentWidget()

    def _add(self, key: str, page: QWidget) -> QWidget:
        self._pages[key] = page
        self.stack.addWidget(page)
        return page

    def page_of(self, key: str) -> QWidget:
        """One of the pages, made when it is first wanted."""
        if key not in self._pages:
            self._add(key, pages.make(key, self))
        return self._pages[key]

    def show_page(self, key: str) -> None:
        """Go to a page; not while a session runs, which has the window to itself but for Help."""
        if self.live is not None and key != "help":
            return
        self._leave(self.page)
        if key in self.nav:
            self.nav[key].setChecked(True)
        self.bar.show()
        page = self.page_of(key)
        self.stack.setCurrentWidget(page)
        pages.refresh(page)

    def show_models(self, language: str) -> None:
        """Go to the models for calls in a language."""
        if self.live is None:
            self.show_page("settings")
            pages.open_models(self.page_of("settings"), language)

    def show_help(self, topic: str) -> None:
        """Go to one topic of Help."""
        self.show_page("help")
        pages.open_topic(self.page_of("help"), topic)

    def show_session(self, session_id: str, item_id: str = "") -> None:
        """Read one stored session, at one of its utterances or marks if named."""
        if self.live is None:
            self._leave(self.page)
            pages.open_session(self.page_of("session"), session_id, item_id)
            self._show_stored("session")

    def show_debrief(self, session_id: str) -> None:
        """Ask the questions about one stored session."""
        if self.live is None:
            self._leave(self.page)
            pages.open_debrief(self.page_of("debrief"), session_id)
            self._show_stored("debrief")

    def _show_stored(self, key: str) -> None:
        self.nav["library"].setChecked(True)
        self.bar.show()
        self.stack.setCurrentWidget(self.page_of(key))
        self.page_of(key).setFocus()

    def help(self) -> None:
        """Help, and from there back to the session if one runs."""
        if self.live is not None and self.page is self.page_of("help"):
            self.back_to_live()
            return
        if self.live is not None:
            self.banners.say(GOES_ON, ("Back to it  F1", self.back_to_live), close=False)
        self.show_page("help")
        self.bar.setVisible(self.live is None)

    def two_minutes(self) -> None:
        """The short debrief between two calls; the session goes on."""
        if self.live is not None:
            page = self.page_of("debrief")
            pages.open_debrief(page, self.live.conductor.session.id, short=True)
            actions = (("Next call  F2", self.next_call), ("Back", self.back_to_live))
            self.banners.say(PARKED, *actions, close=False)
            self.stack.setCurrentWidget(page)
            page.setFocus()

    def next_call(self) -> None:
        """From the short debrief back to the session, where the next call begins."""
        if self.live is not None:
            self.back_to_live()
            self.live.start_call()

    def debriefed(self, session_id: str) -> None:
        """A debrief was finished: back to the session that goes on, or to the one it was about."""
        if self.live is not None:
            self.back_to_live()
        else:
            self.show_session(session_id)

    def back_to_live(self) -> None:
        """From Help or the short debrief back to the session."""
        self._unsay_running()
        if self.live is not None:
            self._leave(self.page)
            self.bar.hide()
            self.stack.setCurrentWidget(self.live)
            self.live.box.setFocus()

    def _unsay_running(self) -> None:
        for text in (GOES_ON, PARKED):
            self.banners.unsay(text)

    def _close_down(self, key: str) -> None:
        close_down = getattr(self._pages.get(key), "close_down", None)
        if callable(close_down):
            close_down()

    def _leave(self, page: QWidget | None) -> None:
        leave = getattr(page, "leave", None)
        if callable(leave):
            leave()

    # --- sessions ---

    def _sit_down(self, plan: SitDown) -> None:
        try:
            self.start(self.workspace.sit_down(plan))
        except SideBySideError as error:
            self.banners.say(str(error), warning=True)
            self.sitdown.refresh()

    def start(self, conductor: Conductor, *, begin: Callable[[], None] | None = None) -> LivePage:
        """Begin a session (with `begin`, in another's way); Live fills the window until it ends."""
        self.banners.clear()
        # Nothing is fetched or unpacked while someone listens.
        self._close_down("settings")
        self.live = LivePage(conductor, self.workspace.content, self.bridge)
        self.live.ended.connect(self._ended)
        self.live.two_minutes_wanted.connect(self.two_minutes)
        self.bridge.follow(conductor)
        self._add("live", self.live)
        self.bar.hide()
        self.stack.setCurrentWidget(self.live)
        (begin or conductor.start)()
        self.live.box.setFocus()
        return self.live

    def _ended(self, session: m.Session, debrief: bool) -> None:
        live, self.live = self.live, None
        self._unsay_running()
        if self._closing:
            self.close()
            return
        self.sitdown.clear()
        self.bar.show()
        try:
            if debrief:
                self.show_debrief(session.id)
            else:
                self.show_page("sitdown")
        finally:
            # Whatever becomes of the next page, the ended session does not stay in the window.
            if live is not None:
                self._pages.pop("live", None)
                self.stack.removeWidget(live)
                live.deleteLater()

    # --- what is told at the start ---

    def _show_code(self, code: str) -> None:
        self.bar.hide()
        page = RecoveryCodePage(code, self._code_written)
        self.stack.setCurrentWidget(self._add("code", page))
        page.done.setFocus()

    def _code_written(self) -> None:
        page = self._pages.pop("code", None)
        self.show_page("sitdown")
        if page is not None:
            self.stack.removeWidget(page)
            page.deleteLater()

    def _tell_recovered(self) -> None:
        for session in self.workspace.recovered:
            self.bridge.in_background(
                lambda session=session: self.workspace.library.record(session.id),  # type: ignore[misc]
                self._recovered,
                owner=self,
            )

    def _recovered(self, record: m.SessionRecord) -> None:
        session, count = record.session, len(record.notes) + len(record.flags)
        kept = "1 note or flag" if count == 1 else f"{count} notes and flags"
        self.banners.say(
            f"Your session with {first_name(session.rep)}, {dates.local(session):%H:%M}, was cut short and has been "
            f"recovered: {kept}.",
            ("&Open", lambda: self.show_session(session.id)),
            ("&Debrief", lambda: self.show_debrief(session.id)),
        )

    # --- appearance ---

    def dress(self) -> None:
        """Show the appearance and text size that the settings ask for."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app, self.workspace.settings.theme, self.workspace.settings.text_size)

    def set_text_size(self, size: int) -> None:
        """Larger or smaller text everywhere, 12 to 28; kept in the settings."""
        size = max(SMALLEST, min(LARGEST, size))
        if size != self.workspace.settings.text_size:
            self.workspace.settings = msgspec.structs.replace(self.workspace.settings, text_size=size)
            self.dress()
            self._saved_soon.start()

    def settings_changed(self, _settings: Settings) -> None:
        """Options were changed on their page."""
        self.dress()

    def _save_settings(self) -> None:
        settings = self.workspace.settings
        self.bridge.in_background(lambda: self.workspace.save_settings(settings), owner=self)

    # --- the end ---

    def closeEvent(self, event: QCloseEvent) -> None:
        """A running session ends properly first: its last words are saved, then the window goes."""
        if self.live is not None and not self._closing:
            self._closing = True
            event.ignore()
            self.back_to_live()
            self.live.finish()
            return
        # Closed a second time while the last words are saved: what was typed is safe, the rest is recovered next time.
        self._leave(self.page)
        if self._saved_soon.isActive():
            self._saved_soon.stop()
            self.workspace.save_settings(self.workspace.settings)
        for key in self._pages:
            self._close_down(key)
        self.bridge.close()
        super().closeEvent(event)
        self.closed.emit()
