"""Devices and level meters for the Sit-down page: everything slow on one thread of its own, in order."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal, SignalInstance
from shiboken6 import isValid

from sidebyside.audio.devices import refresh
from sidebyside.errors import SideBySideError

if TYPE_CHECKING:
    from sidebyside.session.plan import SitDown
    from sidebyside.session.workspace import Workspace


class Closeable(Protocol):
    def close(self) -> None: ...


class Metering(QObject):
    """Runs at most one meter at a time; all signals arrive on the Qt thread."""

    found = Signal(tuple)
    """The input devices."""
    none_found = Signal(str)
    """Why there are none, in a person's words."""
    levels = Signal(tuple)
    """dBFS of each side, a few times a second."""
    trouble = Signal(str)
    stopped = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._steps = ThreadPoolExecutor(1, "ui-meter")
        self._running: Closeable | None = None
        self._wanted = 0
        self._closed = False

    def find_devices(self) -> None:
        """Look for input devices anew; the meter pauses meanwhile."""
        self._wanted += 1
        self._submit(self._find)

    def listen(self, plan: SitDown) -> None:
        """Show levels of this plan's device, in place of the one before."""
        self._wanted += 1
        wanted = self._wanted
        self._submit(lambda: self._open(plan, wanted))

    def stop(self) -> None:
        """Let go of the device; `stopped` follows when it is free."""
        self._wanted += 1
        self._submit(self._stop)

    def close(self) -> None:
        """Let go of the device and of the thread."""
        self._wanted += 1
        self._submit(self._release)
        self._closed = True
        self._steps.shutdown(wait=False)

    def _submit(self, step: Callable[[], None]) -> None:
        if not self._closed:
            self._steps.submit(step)

    def _find(self) -> None:
        self._release()
        try:
            # PortAudio knows what was plugged in only when it starts anew, so this page's own stream ends first.
            refresh()
            devices = tuple(self._workspace.input_devices())
        except SideBySideError as error:
            self._emit(self.none_found, str(error))
            return
        if devices:
            self._emit(self.found, devices)
        else:
            self._emit(self.none_found, "There is no sound input on this laptop. Plug one in and look again.")

    def _open(self, plan: SitDown, wanted: int) -> None:
        self._release()
        if wanted != self._wanted:
            return
        try:
            self._running = self._workspace.meter(
                plan,
                lambda levels: self._emit(self.levels, tuple(levels)),
                lambda message: self._emit(self.trouble, message),
            )
        except SideBySideError as error:
            self._emit(self.trouble, str(error))

    def _stop(self) -> None:
        self._release()
        self._emit(self.stopped)

    def _release(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            running.close()

    def _emit(self, signal: SignalInstance, *values: object) -> None:
        # A last level may come while the window is being taken down.
        if isValid(self):
            signal.emit(*values)
