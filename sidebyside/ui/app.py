"""The door to the windows: starts Qt, opens the library (asking for a passphrase if it must), and runs until closed."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from sidebyside import log, paths, settings
from sidebyside import model as m
from sidebyside.errors import BadContent, KeyUnavailable, SideBySideError, WrongKey
from sidebyside.session.autopilot import Autopilot
from sidebyside.session.workspace import Workspace
from sidebyside.settings import Settings
from sidebyside.store.keys import has_passphrase, key_state
from sidebyside.ui import theme
from sidebyside.ui.bridge import Bridge
from sidebyside.ui.unlock import NewPassphrasePage, RecoverPage, TroublePage, UnlockPage
from sidebyside.ui.window import MainWindow

_log = log.logger("ui")


def run(
    argv: Sequence[str],
    *,
    demo: bool = False,
    autopilot: bool = False,
    speed: float = 1.0,
    out: Path | None = None,
) -> int:
    """Open the window and run until it is closed; returns the exit code.

    Args:
        argv: the program's name and what is meant for Qt.
        demo: open on the demo call playing.
        autopilot: strike the demo's flags, answer its questions, export, and leave by itself.
        speed: of the demo, as a multiple of the pace of time.
        out: where the demo's exports go.
    """
    log.to_file()
    app = QApplication.instance() or QApplication(list(argv))
    assert isinstance(app, QApplication)
    app.setApplicationName("Side by Side")
    app.setQuitOnLastWindowClosed(False)
    _dress(app)
    _report_errors()
    door = Door(app, demo=demo, autopilot=autopilot, speed=speed, out=out)
    door.open()
    code = app.exec()
    door.close()
    return code


def _dress(app: QApplication) -> None:
    try:
        chosen = settings.load()
    except BadContent:
        # The window says what is wrong with the file; it must be readable for that.
        chosen = Settings()
    theme.apply(app, chosen.theme, chosen.text_size)


def _report_errors() -> None:
    """Errors nobody caught go to the log, without their text, and the window goes on."""

    def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.exit(130)
            return
        _log.error("an error nobody caught", exc_info=(kind, error, trace))
        print(f"Side by Side: an error was written to the log ({kind.__name__}).", file=sys.stderr)

    sys.excepthook = report
    threading.excepthook = lambda args: report(args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback)


class Door:
    """Opens the library and then the window; in between, the pages that ask or explain."""

    def __init__(
        self, app: QApplication, *, demo: bool = False, autopilot: bool = False, speed: float = 1.0, out: Path | None
    ) -> None:
        self._app, self._bridge = app, Bridge()
        self._demo, self._autopilot, self._speed, self._out = demo, autopilot, speed, out
        self._workspace: Workspace | None = None
        self.front: QMainWindow | None = None
        """What is on screen: the main window, or one with a single page before it."""

    def open(self, passphrase: str | None = None) -> None:
        """Try to open the library; the window or a page follows."""
        way: Callable[[str | None], Workspace] = Workspace.for_demo if self._demo else Workspace.open
        self._bridge.in_background(lambda: way(passphrase), self._opened, self._shut)

    def close(self) -> None:
        """Close the library."""
        self._bridge.close()
        if self._workspace is not None:
            self._workspace.close()

    def _opened(self, workspace: Workspace) -> None:
        self._workspace = workspace
        window = MainWindow(workspace, self._bridge)
        window.closed.connect(lambda: self._app.exit(0))
        self._show(window)
        if self._demo and self._autopilot:
            self._fly(window, workspace)
        elif self._demo:
            window.start(workspace.demo(self._speed))

    def _shut(self, error: Exception) -> None:
        page = self._page
        if isinstance(error, WrongKey) and isinstance(page, UnlockPage | RecoverPage):
            page.show_wrong()
        elif isinstance(error, KeyUnavailable | WrongKey) and key_state(paths.data()) == "keyring":
            # Typing helps only where there is a passphrase as well.
            ways = [("&Try again", self.open), ("I have a &recovery code", self._ask_code)]
            if has_passphrase(paths.data()):
                ways.insert(0, ("Type the &passphrase", self._ask_passphrase))
            self._show_page(TroublePage(error, *ways, ("&Close", lambda: self._app.exit(1))))
        elif isinstance(error, KeyUnavailable | WrongKey):
            self._ask_passphrase()
        elif isinstance(error, SideBySideError):
            self._show_page(TroublePage(error, ("&Try again", self.open), ("&Close", lambda: self._app.exit(1))))
        else:
            raise error

    def _ask_passphrase(self) -> None:
        page = UnlockPage(first=key_state(paths.data()) == "new")
        page.given.connect(self.open)
        page.recovery_wanted.connect(self._ask_code)
        self._show_page(page)

    # --- with the recovery code ---

    def _ask_code(self) -> None:
        page = RecoverPage()
        page.given.connect(self._recover)
        page.back_wanted.connect(self.open)
        self._show_page(page)

    def _recover(self, code: str) -> None:
        self._bridge.in_background(lambda: Workspace.open(recovery_code=code), self._recovered, self._shut)

    def _recovered(self, workspace: Workspace) -> None:
        self._workspace = workspace
        page = NewPassphrasePage()
        page.given.connect(lambda phrase: self._renew(workspace, page, phrase))
        self._show_page(page)

    def _renew(self, workspace: Workspace, page: NewPassphrasePage, phrase: str) -> None:
        self._bridge.in_background(
            lambda: workspace.set_passphrase(phrase),
            lambda _nothing: self._opened(workspace),
            lambda error: page.show_wrong(str(error)),
            page,
        )

    @property
    def _page(self) -> QWidget | None:
        return self.front.centralWidget() if self.front is not None else None

    def _show_page(self, page: QWidget) -> None:
        window = _Before(lambda: self._app.exit(1))
        window.setCentralWidget(page)
        window.resize(900, 640)
        self._show(window)

    def _show(self, window: QMainWindow) -> None:
        before, self.front = self.front, window
        window.setWindowTitle("Side by Side")
        window.show()
        if isinstance(before, _Before):
            before.put_away()

    # --- the demo that runs by itself ---

    def _fly(self, window: MainWindow, workspace: Workspace) -> None:
        conductor = workspace.demo(self._speed)
        pilot = Autopilot(workspace, conductor)
        window.start(conductor, begin=pilot.start)
        self._bridge.in_background(pilot.result, lambda ended: self._landed(window, ended), _fail)

    def _landed(self, window: MainWindow, session: m.Session) -> None:
        out = self._out
        if out is None:
            window.close()
            return
        self._bridge.in_background(
            lambda: window.workspace.export(session.id, out), lambda _files: window.close(), _fail
        )


def _fail(error: Exception) -> None:
    print(str(error), file=sys.stderr)
    QApplication.exit(1)


class _Before(QMainWindow):
    """A window with one page, before there is a library; closing it by hand ends the app."""

    def __init__(self, closed: Callable[[], object]) -> None:
        super().__init__()
        self._closed: Callable[[], object] | None = closed

    def put_away(self) -> None:
        """Close without ending the app."""
        self._closed = None
        self.close()
        self.deleteLater()

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        if self._closed is not None:
            self._closed()
