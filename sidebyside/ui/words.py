"""The words on screen for what the records hold: times, sides, states."""

from __future__ import annotations

import re

from sidebyside.model import GapReason, Kit, Listening, Side

WHO = {Side.REP: "Rep", Side.CUSTOMER: "Customer", Side.MIXED: "Both"}

KITS = {
    Kit.CORD: "Headset cord",
    Kit.COMPUTER: "This computer's sound",
    Kit.MICROPHONE: "Microphone",
    Kit.NOTES: "Notes only",
}

STATES = {
    Listening.LISTENING: "Listening",
    Listening.PAUSED: "Not listening",
    Listening.BETWEEN_CALLS: "Between calls",
    Listening.NOTES_ONLY: "Notes only",
    Listening.DEVICE_LOST: "No sound",
    Listening.ENDED: "Ended",
}

GAPS = {
    GapReason.PAUSED: "paused",
    GapReason.BETWEEN_CALLS: "between calls",
    GapReason.DEVICE_LOST: "sound input lost",
    GapReason.OVERRUN: "sound dropped",
    GapReason.SPEECH_LOST: "speech stopped",
}

MASK = re.compile(r"\[([a-z][a-z ]*)\]")
"""What stands in the text for something that was masked, e.g. `[card number]`."""


def clock(seconds: float) -> str:
    """Session or call time as `mm:ss`, from an hour on as `h:mm:ss`."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes:02}:{left:02}"


def long_clock(seconds: float) -> str:
    """Session time as `hh:mm:ss`, always with its hours."""
    whole = max(0, int(seconds))
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


def length(seconds: float) -> str:
    """A duration as `m:ss`, from an hour on as `h:mm:ss`."""
    shown = clock(seconds)
    return shown[1:] if shown[0] == "0" else shown


def spoken(seconds: float) -> str:
    """A time for the ear: `1 minute 12 seconds`."""
    minutes, left = divmod(max(0, int(seconds)), 60)
    said = f"{left} second{'' if left == 1 else 's'}"
    return f"{minutes} minute{'' if minutes == 1 else 's'} {said}" if minutes else said


def first_name(rep: str) -> str:
    """How a rep is addressed on screen: the first word of the name as typed."""
    return rep.split()[0] if rep.split() else ""
