"""The one door from the terminal to the windows; what is behind it is loaded only when it opens."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import sys
from pathlib import Path

from sidebyside.errors import NoScreen


def has_screen() -> bool:
    """Whether a window can be opened here."""
    if sys.platform in ("win32", "darwin"):
        return True
    if os.environ.get("QT_QPA_PLATFORM", "").split(":")[0] in ("offscreen", "minimal", "vnc", "linuxfb", "eglfs"):
        return True
    if os.environ.get("WAYLAND_DISPLAY"):
        return True
    return bool(os.environ.get("DISPLAY")) and _x_answers()


def _x_answers() -> bool:
    """Whether the X server that is named is there; Qt would abort the process on a stale name."""
    library = ctypes.util.find_library("xcb")
    if library is None:
        return True
    xcb = ctypes.CDLL(library)
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    try:
        return int(xcb.xcb_connection_has_error(connection)) == 0
    finally:
        xcb.xcb_disconnect(connection)


def open_window(*, demo: bool = False, speed: float = 1.0, out: Path | None = None) -> int:
    """Open the window, on the demo call if asked for.

    Raises:
        NoScreen: there is none.
    """
    if not has_screen():
        raise NoScreen("There is no screen to open a window on. Try `sidebyside demo` or `sidebyside listen` instead.")
    from sidebyside.ui.app import run

    return run(sys.argv[:1], demo=demo, speed=speed, out=out)
