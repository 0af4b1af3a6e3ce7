"""The input devices of this computer, and which one to listen to."""

from __future__ import annotations

from typing import Any

import msgspec

from sidebyside.audio.portaudio import portaudio, refresh
from sidebyside.errors import DeviceFailed, NoDevice

__all__ = ["InputDevice", "default_device", "find_device", "input_devices", "refresh"]

_HEADSET = (
    *("headset", "headphone", "splitter", "usb", "hands-free", "handsfree", "jabra", "plantronics", "poly "),
    *("sennheiser", "epos", "yealink", "logitech h", "blackwire", "voyager"),
)
_BUILT_IN = ("built-in", "builtin", "internal", "microphone array", "macbook", "imac", "integrated", "realtek", "hda ")
_CAMERA = ("camera", "webcam", "facetime")


class InputDevice(msgspec.Struct, frozen=True, kw_only=True):
    """A device that sound can be heard from."""

    index: int
    """PortAudio's number for it: good until `refresh`."""
    name: str
    channels: int
    """At most; a sound server may promise more than the plug has."""
    rate: int
    """Samples a second, as the device prefers it."""
    is_default: bool
    """The one that the system names first."""
    host: str
    """The sound system it is reached through, e.g. `ALSA` or `Core Audio`."""


def input_devices() -> tuple[InputDevice, ...]:
    """All input devices, each once, in the system's order; empty where there is none.

    On Windows PortAudio lists a device once for each of four sound systems; only WASAPI's list is given.

    Raises:
        DeviceFailed: the sound system is missing or does not answer.
    """
    sounddevice = portaudio()
    try:
        hosts = sounddevice.query_hostapis()
        devices = sounddevice.query_devices()
    except sounddevice.PortAudioError as error:
        raise DeviceFailed(
            f"The list of microphones could not be read ({error}). "
            "Plug the headset in again and look once more, or sit down with notes only."
        ) from error
    wanted = _preferred_hosts(hosts, devices)
    default = _default_index(hosts, wanted, devices)
    return tuple(
        InputDevice(
            index=index,
            name=str(device["name"]),
            channels=int(device["max_input_channels"]),
            rate=round(device["default_samplerate"]),
            is_default=index == default,
            host=str(hosts[device["hostapi"]]["name"]),
        )
        for index, device in enumerate(devices)
        if device["max_input_channels"] > 0 and device["hostapi"] in wanted
    )


def default_device() -> InputDevice:
    """The device to listen to unless the user names one.

    It is the system's default, with one exception: if that is the laptop's own microphone (or a camera's) and exactly
    one device looks like a headset, a USB plug or a splitter cord, it is that one. With two such devices nobody can
    know which, so the system's word stands.

    Raises:
        NoDevice: there is no input device.
        DeviceFailed: the sound system is missing or does not answer.
    """
    return choose(input_devices())


def choose(devices: tuple[InputDevice, ...]) -> InputDevice:
    """The rule of `default_device`, on a given list."""
    if not devices:
        raise NoDevice(
            "There is no microphone or headset input on this computer. Plug one in and look again. "
            "You can sit down with notes only."
        )
    system = next((device for device in devices if device.is_default), devices[0])
    headsets = [device for device in devices if _like_headset(device.name)]
    if _like_built_in(system.name) and len(headsets) == 1:
        return headsets[0]
    return system


def find_device(name: str | None) -> InputDevice:
    """The device of that name: exactly, else the first whose name contains it in any case; None or empty: the default.

    Raises:
        NoDevice: there is none of that name; the text lists those that there are.
        DeviceFailed: the sound system is missing or does not answer.
    """
    devices = input_devices()
    if not name or not devices:
        return choose(devices)
    part = name.casefold()
    for device in devices:
        if device.name == name:
            return device
    for device in devices:
        if part in device.name.casefold():
            return device
    there = ", ".join(f"“{device.name}”" for device in devices)
    raise NoDevice(
        f"There is no input device called “{name}”. This computer has {there}. "
        "Choose one of these, plug the other in and look again, or sit down with notes only."
    )


def _like_headset(name: str) -> bool:
    plain = name.casefold()
    return any(word in plain for word in _HEADSET) and not any(word in plain for word in _CAMERA)


def _like_built_in(name: str) -> bool:
    plain = name.casefold()
    return any(word in plain for word in (*_BUILT_IN, *_CAMERA)) and not _like_headset(name)


def _preferred_hosts(hosts: Any, devices: Any) -> set[int]:
    """The sound systems whose devices are listed: WASAPI alone where it has inputs, else all."""
    every = set(range(len(hosts)))
    wasapi = {number for number in every if "WASAPI" in hosts[number]["name"]}
    heard = any(device["hostapi"] in wasapi and device["max_input_channels"] > 0 for device in devices)
    return wasapi if heard else every


def _default_index(hosts: Any, wanted: set[int], devices: Any) -> int:
    """The number of the system's default input, or -1: PortAudio's own, else that of the listed sound system."""
    own = int(portaudio().default.device[0])
    if own >= 0 and devices[own]["hostapi"] in wanted:
        return own
    defaults = (int(hosts[number]["default_input_device"]) for number in sorted(wanted))
    return next((index for index in defaults if index >= 0), -1)
