"""The list of inputs."""

from __future__ import annotations

from sidebyside.audio.devices import default_device, input_devices


def run() -> int:
    """Print each input on a line; the one that is listened to by default is marked."""
    chosen = default_device()
    for device in input_devices():
        mark = "*" if device.index == chosen.index else " "
        channels = "1 channel" if device.channels == 1 else f"{device.channels} channels"
        print(f"{mark} {device.name}  ({channels}, {device.rate} Hz, {device.host})")
    print("\n* is listened to unless you name another with --device.")
    return 0
