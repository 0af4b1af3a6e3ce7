"""Which flag key was pressed, by its place on the keyboard, so that every layout strikes the same flags."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent

PRESSES = "1234567890-="
"""The top row from left to right, by the characters of a US keyboard."""

# X11 and Wayland give evdev's code plus 8; Windows gives scan codes of set 1; macOS gives virtual key codes only.
_EVDEV = {10 + place: press for place, press in enumerate(PRESSES)}
_SET_1 = {2 + place: press for place, press in enumerate(PRESSES)}
_MAC = dict(zip((18, 19, 20, 21, 23, 22, 26, 28, 25, 29, 27, 24), PRESSES, strict=True))
_PLATFORMS = {"xcb": _EVDEV, "wayland": _EVDEV, "windows": _SET_1}


def press_of(event: QKeyEvent, platform: str = "") -> str:
    """The key of the top row that this is, as one of `PRESSES`, or nothing.

    On AZERTY the key that gives `é` is the second of the row, so it is `2`; with Shift, which types a digit there,
    the caller sees the modifier. A digit on the number pad counts as itself. Where the system tells no position,
    the character decides.
    """
    platform = platform or QGuiApplication.platformName()
    text = event.text()
    if event.modifiers() & Qt.KeyboardModifier.KeypadModifier:
        return text if text.isdigit() and text in PRESSES else ""
    if platform == "cocoa":
        return _MAC.get(event.nativeVirtualKey(), "")
    by_place = _PLATFORMS.get(platform)
    if by_place is not None and event.nativeScanCode():
        return by_place.get(event.nativeScanCode(), "")
    key = event.key()
    return chr(key) if 0x20 < key < 0x7F and chr(key) in PRESSES else ""
