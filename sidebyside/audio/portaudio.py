"""The door to PortAudio: loaded on first use, started anew only while no stream is open."""

from __future__ import annotations

import threading
from typing import Any

from sidebyside.errors import DeviceFailed

_lock = threading.Lock()
_open_streams = 0


def portaudio() -> Any:
    """The `sounddevice` module, loaded now if it was not: it starts PortAudio, which takes some 50 ms.

    Raises:
        DeviceFailed: the PortAudio library is missing or does not start.
    """
    try:
        import sounddevice
    except (ImportError, OSError) as error:
        raise DeviceFailed(
            f"Sound input does not work on this computer: the PortAudio library could not be loaded ({error}). "
            "Install it (on Debian and Ubuntu: the package libportaudio2), or sit down with notes only."
        ) from error
    except Exception as error:  # PortAudioError, whose class only exists once the import has worked
        raise DeviceFailed(
            f"The sound system of this computer does not start ({error}). "
            "Start the computer anew, or sit down with notes only."
        ) from error
    return sounddevice


def stream_opened() -> None:
    """Counts a stream in, so that `refresh` leaves it alone."""
    global _open_streams
    with _lock:
        _open_streams += 1


def stream_closed() -> None:
    """Counts a stream out."""
    global _open_streams
    with _lock:
        _open_streams -= 1


def refresh() -> bool:
    """Looks for devices that were plugged in or out; False, and nothing done, while a stream is open.

    PortAudio reads the list of devices only when it starts, and starting it anew would kill open streams.

    Raises:
        DeviceFailed: PortAudio is missing or does not start.
    """
    sounddevice = portaudio()
    with _lock:
        if _open_streams:
            return False
        try:
            sounddevice._terminate()
            sounddevice._initialize()
        except sounddevice.PortAudioError as error:
            raise DeviceFailed(
                f"The sound system of this computer does not answer ({error}). What was heard so far is kept. "
                "Plug the headset in again, or go on with notes only."
            ) from error
    return True
