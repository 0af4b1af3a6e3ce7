"""How the window comes by its pages: each made when it is first wanted, and joined to the others by its signals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from sidebyside.ui.window import MainWindow


def make(key: str, window: MainWindow) -> QWidget:
    """A page by its key: library, session, debrief, settings or help."""
    return _MAKERS[key](window)


def refresh(page: QWidget) -> None:
    """Let a page that shows stored things read them anew."""
    again = getattr(page, "refresh", None)
    if callable(again) and not page.isVisible():
        again()


def open_session(page: QWidget, session_id: str, item_id: str = "") -> None:
    """Show a stored session on the session page, at one of its utterances or marks if named."""
    _any(page).open(session_id, item_id)


def open_debrief(page: QWidget, session_id: str, *, short: bool = False) -> None:
    """Begin or go on with a debrief on the debrief page."""
    _any(page).open(session_id, short=short)


def open_models(page: QWidget, language: str) -> None:
    """Show the models for one language on the settings page."""
    _any(page).show_models(language)


def open_topic(page: QWidget, topic: str) -> None:
    """Show one topic on the help page."""
    _any(page).show_topic(topic)


def _any(page: QWidget) -> Any:
    return page


def _library(window: MainWindow) -> QWidget:
    from sidebyside.ui.library import LibraryPage

    page = LibraryPage(window.workspace, window.bridge)
    page.open_wanted.connect(window.show_session)
    page.sit_down_wanted.connect(lambda: window.show_page("sitdown"))
    return page


def _session(window: MainWindow) -> QWidget:
    from sidebyside.ui.session_view import SessionPage

    page = SessionPage(window.workspace, window.bridge)
    page.debrief_wanted.connect(window.show_debrief)
    page.back_wanted.connect(lambda: window.show_page("library"))
    page.deleted.connect(lambda _session_id: window.show_page("library"))
    return page


def _debrief(window: MainWindow) -> QWidget:
    from sidebyside.ui.debrief import DebriefPage

    page = DebriefPage(window.workspace, window.bridge)
    page.finished.connect(window.debriefed)
    next_call = QShortcut(QKeySequence("F2"), page)
    next_call.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    next_call.activated.connect(window.next_call)
    return page


def _settings(window: MainWindow) -> QWidget:
    from sidebyside.ui.settings_page import SettingsPage

    page = SettingsPage(window.workspace, window.bridge)
    page.changed.connect(window.settings_changed)
    page.help_wanted.connect(window.show_help)
    return page


def _help(_window: MainWindow) -> QWidget:
    from sidebyside.ui.help import HelpPage

    return HelpPage()


_MAKERS = {"library": _library, "session": _session, "debrief": _debrief, "settings": _settings, "help": _help}
