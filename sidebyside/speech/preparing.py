"""What happens to the sound of all sides before words are looked for: each side's front end, and who overhears whom."""

from __future__ import annotations

import msgspec
import numpy as np

from sidebyside.model import Side
from sidebyside.speech.bleed import Bleed
from sidebyside.speech.front_end import FrontEnd
from sidebyside.speech.recogniser import Sound
from sidebyside.speech.shaping import Voiced


class Prepared(msgspec.Struct, frozen=True):
    """One block of one side."""

    sound: Sound
    """As long as what came in, without what lies below the voice."""
    allowed: Voiced
    """Of each frame of 10 ms that became whole: may it be this side's speech?"""
    revoked: int = 0
    """Frames before this block that are only now known to have been a tone, music, or the other side."""


class Verdict:
    """What is known by now of one side's last half minute."""

    def __init__(self, front: FrontEnd, bleed: Bleed | None, side: Side) -> None:
        self._front, self._bleed, self._side = front, bleed, side

    def last(self, frames: int) -> Voiced:
        """Of the last so many frames: may they be speech?"""
        allowed = self._front.verdicts.last(frames)
        return allowed & self._bleed.verdicts(self._side).last(frames) if self._bleed else allowed

    def share(self, frames: int) -> float:
        """Of the loud ones among the last so many frames, the share that may be speech."""
        share = self._front.verdicts.share(frames)
        return min(share, self._bleed.verdicts(self._side).share(frames)) if self._bleed else share


class Preparation:
    """The front ends of all sides of a call. Feed each side's blocks in order, side by side."""

    def __init__(self, sides: tuple[Side, ...]) -> None:
        self._fronts = {side: FrontEnd() for side in sides}
        two = tuple(side for side in sides if side is not Side.MIXED)
        self._bleed = Bleed(two) if len(two) == 2 else None

    def verdict(self, side: Side) -> Verdict:
        """What is known of a side, now and later."""
        return Verdict(self._fronts[side], self._bleed if side is not Side.MIXED else None, side)

    def push(self, side: Side, sound: Sound) -> Prepared:
        """Take the next block of a side."""
        conditioned = self._fronts[side].push(sound)
        if self._bleed is None or side is Side.MIXED:
            return Prepared(conditioned.sound, conditioned.allowed, conditioned.revoked)
        overheard = self._bleed.push(side, conditioned.sound)
        allowed = np.logical_and(conditioned.allowed, overheard.allowed)
        return Prepared(overheard.sound, allowed, max(conditioned.revoked, overheard.revoked))
