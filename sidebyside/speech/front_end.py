"""What is done to one side's sound before anybody listens for words: rumble taken out, tones and music told apart."""

from __future__ import annotations

import functools

import msgspec
import numpy as np
import numpy.typing as npt

from sidebyside.speech.music import MusicEar
from sidebyside.speech.recogniser import RATE, Sound
from sidebyside.speech.shaping import Voiced
from sidebyside.speech.tones import ToneEar
from sidebyside.speech.verdicts import FRAME, Verdicts

CUT = 80.0
"""Hertz below which there is no voice but offset, rumble and hum."""
STEEPNESS = (0.541, 1.307)
"""Quality of the two sections of a fourth-order Butterworth filter: 24 dB an octave."""
PIECE = 64
"""Samples the filter takes in one multiplication."""


class Conditioned(msgspec.Struct, frozen=True):
    """A block as the passes should hear it."""

    sound: Sound
    """As long as what was pushed, without delay."""
    allowed: Voiced
    """Of each frame that became whole: may it be speech?"""
    revoked: int = 0
    """Frames before this block that are only now known not to have been speech."""
    granted: int = 0
    """Frames before this block, not allowed at the time, that may have been speech after all."""


class FrontEnd:
    """The front end of one side. Feed it in order; it counts frames as the gate does."""

    def __init__(self) -> None:
        self._filter = HighPass()
        self._tones = ToneEar()
        self._music = MusicEar()
        self._rest: Sound = np.zeros(0, dtype=np.float32)
        self.verdicts = Verdicts()
        """What is known by now of the frames of the last half minute."""

    def push(self, sound: Sound) -> Conditioned:
        """Take the next block, of any length."""
        sound = self._filter.run(sound)
        joined = np.concatenate([self._rest, sound])
        whole = len(joined) // FRAME * FRAME
        self._rest = joined[whole:]
        frames = joined[:whole]
        tones, tone_before = self._tones.hear(frames)
        sounding = len(tones) > 0 and bool(tones.mean() > 0.5)
        since = -(-self._music.hear(sound, tone=sounding) // FRAME)
        music_before = max(0, since - len(tones))
        allowed = ~tones
        revoked, granted = tone_before, 0
        if self._music.music:
            allowed[:] = False
            revoked = max(revoked, music_before)
        elif since:
            granted = music_before
        self.verdicts.add(frames, allowed, for_good=tones)
        self.verdicts.revoke(len(allowed), tone_before, for_good=True)
        self.verdicts.grant(len(allowed), granted)
        self.verdicts.revoke(len(allowed), revoked)
        return Conditioned(sound, allowed, revoked, granted)


class HighPass:
    """Takes out what lies below the voice, block by block without seams."""

    def __init__(self) -> None:
        self._states = [np.zeros(2), np.zeros(2)]

    def run(self, sound: Sound) -> Sound:
        """Filter the next block; as long as what was given."""
        filtered: npt.NDArray[np.float64] = sound.astype(np.float64)
        for number, quality in enumerate(STEEPNESS):
            filtered, self._states[number] = _section(filtered, self._states[number], quality)
        return filtered.astype(np.float32)


Matrix = npt.NDArray[np.float64]


def _section(sound: Matrix, state: Matrix, quality: float) -> tuple[Matrix, Matrix]:
    """One section of the filter over a block: a few products of matrices instead of a step for each sample."""
    full = len(sound) // PIECE
    parts = []
    if full:
        filtered, state = _pieces(sound[: full * PIECE].reshape(full, PIECE), state, quality)
        parts.append(filtered.reshape(-1))
    if len(sound) % PIECE:
        rest = sound[full * PIECE :]
        filtered, state = _pieces(rest[None], state, quality)
        parts.append(filtered.reshape(-1))
    return (np.concatenate(parts) if parts else sound), state


def _pieces(pieces: Matrix, state: Matrix, quality: float) -> tuple[Matrix, Matrix]:
    from_sound, from_state, to_state, over = _matrices(pieces.shape[1], quality)
    enters = pieces @ to_state.T
    states = []
    for one in enters:
        states.append(state)
        state = over @ state + one
    return pieces @ from_sound.T + np.array(states) @ from_state.T, state


@functools.lru_cache(maxsize=256)
def _matrices(length: int, quality: float) -> tuple[Matrix, Matrix, Matrix, Matrix]:
    """The section as matrices over a piece: output from sound and from state, state from sound and from state.

    The section is the bilinear transform of the analogue high-pass, in transposed direct form II.
    """
    angle = 2 * np.pi * CUT / RATE
    alpha, cosine = np.sin(angle) / (2 * quality), np.cos(angle)
    scale = 1 + alpha
    b0, b1, b2 = (1 + cosine) / 2 / scale, -(1 + cosine) / scale, (1 + cosine) / 2 / scale
    a1, a2 = -2 * cosine / scale, (1 - alpha) / scale
    step = np.array([[-a1, 1.0], [-a2, 0.0]])
    enter = np.array([b1 - a1 * b0, b2 - a2 * b0])
    powers = [np.eye(2)]
    for _ in range(length):
        powers.append(step @ powers[-1])
    response = np.array([b0] + [float((powers[k] @ enter)[0]) for k in range(length - 1)])
    from_sound = np.array([[response[n - m] if n >= m else 0.0 for m in range(length)] for n in range(length)])
    from_state = np.array([powers[n][0] for n in range(length)])
    to_state = np.array([powers[length - 1 - m] @ enter for m in range(length)]).T
    return from_sound, from_state, to_state, powers[length]
