"""Knows when one side's sound is only a quieter copy of the other's, through the air or the wires between them.

The two sides are laid over each other at every delay up to 0.3 s. A copy fits at one delay and nowhere else; two people
fit nowhere. From a fit follow the delay and the loss of the path between the sides, which stay what they are while
nobody moves a cable; from those, how loud the copy must be in each frame. What is hardly louder than that is the copy,
what is louder is somebody speaking.
"""

from __future__ import annotations

from collections import deque

import msgspec
import numpy as np
import numpy.typing as npt

from sidebyside.model import Side
from sidebyside.speech.recogniser import RATE, Sound
from sidebyside.speech.shaping import Voiced
from sidebyside.speech.verdicts import FRAME, Verdicts

HALF = RATE // 2
"""Samples a second at which delays are looked for: half the rate has all that matters."""
SPAN, LONGEST = 6144, 2560
"""Samples at that rate that are laid over each other, and the longest delay: 0.77 and 0.32 s."""
LOOKED = 2 * 1024
"""Samples between two looks."""
FITS = 0.5
"""Correlation, after half whitening, from which it is a copy. Two people talking stayed under 0.4 over five minutes, a
copy over a telephone line was over 0.7 in three looks of four."""
FAINT, AUDIBLE = 1e-8, 1e-6
"""Mean square, after the difference, below which the copy, and the louder side, have nothing to compare."""
ALIKE = 4.0
"""dB within which the later one is the copy; beyond, the quieter one."""
LATER = 0.5
"""Frames by which it must be later."""
LOUDER = 4.0
"""dB over the copy's level from which a frame is somebody speaking."""
SPREAD = 3
"""Frames by which a copy is smeared: echoes come late, and frames of the two sides do not begin together."""
LEARNS = 0.3
"""How fast a known path follows a new measurement of its loss."""
DOUBTED = 12
"""Looks in which a copy should have been and was not, after which the path is forgotten."""
UNKNOWN = 7
"""Frames of the other side, at most, that come only after this side's of the same moment."""
RISES = 4.0
"""dB by which those may be louder than the ones before."""
SETTLED = 12
"""Frames of nothing but the copy after which it is turned down too, so that it is not written into the words around."""
TURNED_DOWN = 0.05
KEPT = 400
"""Frames whose levels are kept."""
SILENCE = -100.0

Floats = npt.NDArray[np.float64]


class Path(msgspec.Struct):
    """How one side gets into the other."""

    frames: float
    """Delay in frames."""
    loss: float
    """dB from the source to the copy; below 0, it is quieter there."""
    doubts: int = 0


class Overheard(msgspec.Struct, frozen=True):
    """What is known of a block of one side."""

    sound: Sound
    """The block, with the copy turned down where nobody speaks over it."""
    allowed: Voiced
    """Of each frame that became whole: is it more than a copy?"""
    revoked: int = 0
    """Frames before this block that are only now known to have been a copy."""


class _Ear:
    def __init__(self) -> None:
        self.rest: Sound = np.zeros(0, dtype=np.float32)
        self.last = 0.0
        self.recent: Sound = np.zeros(0, dtype=np.float32)
        self.levels: deque[float] = deque(maxlen=KEPT)
        self.frames = 0
        self.samples = 0
        self.gain = 1.0
        self.verdicts = Verdicts()


class Bleed:
    """Watches two sides of one call. Feed each side's blocks in order, side by side."""

    def __init__(self, sides: tuple[Side, ...]) -> None:
        self._ears = {side: _Ear() for side in sides}
        self._sides = sides
        self._looked = 0
        self._paths: dict[Side, Path] = {}

    @property
    def paths(self) -> dict[Side, Path]:
        """For each side that hears the other: how."""
        return dict(self._paths)

    def verdicts(self, side: Side) -> Verdicts:
        """What is known by now of the last half minute of a side."""
        return self._ears[side].verdicts

    def push(self, side: Side, sound: Sound) -> Overheard:
        """Take the next block of one side."""
        ear = self._ears[side]
        frames, levels = _frames(ear, sound)
        ear.levels.extend(levels)
        ear.frames += len(levels)
        ear.verdicts.add(frames, np.ones(len(levels), dtype=np.bool_))
        learned = self._look()
        # The other side's sound of the same moment may not have come yet: a little is judged again next time.
        again = KEPT if learned else len(levels) + 2 * 1024 // FRAME + 1
        revoked = self._judge(side, len(levels), min(again, ear.frames))
        allowed = ear.verdicts.last(len(levels))
        return Overheard(_turned_down(ear, sound, len(levels)), allowed, revoked)

    def _judge(self, side: Side, newest: int, count: int) -> int:
        """Decide on the last `count` frames of a side; how many before the newest ones changed to no speech."""
        path = self._paths.get(side)
        if path is None or not count:
            return 0
        ear, source = self._ears[side], self._ears[self._other(side)]
        first = ear.frames - count
        copies = _copies(np.array(ear.levels)[-count:], np.array(source.levels), first - source.frames, path)
        before = ear.verdicts.last(count)
        ear.verdicts.settle(~copies)
        changed = np.flatnonzero(before & copies)
        return max(0, count - newest - int(changed[0])) if len(changed) else 0

    def _other(self, side: Side) -> Side:
        first, second = self._sides
        return second if side == first else first

    def _look(self) -> bool:
        """Lay the sides over each other if it is time; whether a path was learned that was not known."""
        first, second = (self._ears[side] for side in self._sides)
        until = min(first.samples, second.samples)
        if until - self._looked < LOOKED:
            return False
        self._looked = until
        one, two = _until(first, until), _until(second, until)
        if len(one) < SPAN or len(two) < SPAN:
            return False
        powers = float(np.dot(one, one)) / SPAN, float(np.dot(two, two)) / SPAN
        if min(powers) < FAINT or max(powers) < AUDIBLE:
            return False
        delay, fit = _delay(one, two)
        loss = 10 * float(np.log10(powers[1] / powers[0]))
        copy, frames, loss = self._direction(delay * RATE / HALF / FRAME, loss)
        if fit < FITS:
            self._doubt(copy, loss)
            return False
        return self._learn(copy, frames, loss)

    def _direction(self, frames: float, loss: float) -> tuple[Side, float, float]:
        """Which side is the copy, by how many frames it is later, and its loss; from the second side's view of both."""
        first, second = self._sides
        if abs(loss) < ALIKE:
            # So alike that words at its end can turn the scale: what is known stays, else the later one is the copy.
            into_second = second in self._paths or (first not in self._paths and frames > -LATER)
        else:
            into_second = loss < 0
        return (second, frames, loss) if into_second else (first, -frames, -loss)

    def _learn(self, copy: Side, frames: float, loss: float) -> bool:
        known = self._paths.get(copy)
        if known is not None and abs(known.frames - frames) < 1.5:
            known.loss += LEARNS * (loss - known.loss)
            known.doubts = 0
            return False
        self._paths[copy] = Path(frames, loss)
        return True

    def _doubt(self, copy: Side, loss: float) -> None:
        """No copy was there: strange only if nothing else was either."""
        path = self._paths.get(copy)
        if path is None or loss > path.loss + LOUDER:
            return
        path.doubts += 1
        if path.doubts >= DOUBTED:
            del self._paths[copy]


def _turned_down(ear: _Ear, sound: Sound, newest: int) -> Sound:
    settled = ear.verdicts.last(SETTLED + newest)
    gains = [1.0 if settled[frame + 1 : frame + 1 + SETTLED].any() else TURNED_DOWN for frame in range(newest)]
    before, ear.gain = ear.gain, (gains or [ear.gain])[-1]
    if min(gains, default=1.0) == before == 1.0:
        return sound
    # The first of these frames may have begun in the block before, and a rest of this block belongs to none yet.
    ends = len(sound) - len(ear.rest) - FRAME * np.arange(len(gains) - 1, -1, -1)
    places = np.concatenate([[min(0, ends[0] - FRAME) - 1] if gains else [-1], ends - FRAME // 2, [len(sound)]])
    steps = np.concatenate([[before], gains, [ear.gain]])
    return np.asarray(sound * np.interp(np.arange(len(sound)), places, steps), dtype=np.float32)


def _frames(ear: _Ear, sound: Sound) -> tuple[Sound, Floats]:
    """Whole frames after the difference, and their levels in dB; keeps what looking back needs."""
    difference = np.diff(sound, prepend=np.float32(ear.last))
    if len(sound):
        ear.last = float(sound[-1])
    joined = np.concatenate([ear.rest, difference])
    whole = len(joined) // FRAME * FRAME
    ear.rest = joined[whole:]
    ear.samples += len(sound)
    ear.recent = np.concatenate([ear.recent, difference])[-(2 * SPAN + 16_384) :]
    frames = joined[:whole]
    power = (frames.reshape(-1, FRAME).astype(np.float64) ** 2).mean(axis=1)
    return frames, 10 * np.log10(power + 1e-10)


def _until(ear: _Ear, until: int) -> Sound:
    """The last stretch of a side before a sample both sides have reached, at half the rate."""
    end = len(ear.recent) - (ear.samples - until)
    part = ear.recent[max(0, end - 2 * SPAN) : end]
    return np.asarray((part[0::2] + part[1::2]) / 2) if len(part) == 2 * SPAN else part[:0]


_PADDED = 12_288


def _delay(one: Sound, two: Sound) -> tuple[int, float]:
    """By how many samples `two` is later than `one` where they fit best, and how well they do, 0 to 1."""
    left, right = _half_white(one), _half_white(two)
    fits = np.fft.irfft(left.conj() * right, _PADDED)
    scale = np.sqrt(np.fft.irfft(np.abs(left) ** 2, _PADDED)[0] * np.fft.irfft(np.abs(right) ** 2, _PADDED)[0])
    delays = np.concatenate([np.arange(LONGEST), np.arange(-LONGEST, 0)])
    # At a delay, less of the two stretches lies over each other.
    corrected = np.abs(fits[delays]) / max(float(scale), 1e-20) / (1 - np.abs(delays) / SPAN)
    best = int(corrected.argmax())
    return int(delays[best]), float(corrected[best])


def _half_white(sound: Sound) -> npt.NDArray[np.complex128]:
    spectrum = np.fft.rfft(sound.astype(np.float64), _PADDED)
    return np.asarray(spectrum / np.sqrt(np.abs(spectrum) + 1e-12))


def _copies(levels: Floats, source: Floats, offset: int, path: Path) -> Voiced:
    """Which frames are hardly louder than the copy would be.

    Args:
        levels: of the frames in question, in dB.
        source: levels of the other side, the newest last.
        offset: of the first frame in question from the end of `source`, in frames.
        path: between them.
    """
    ready = len(source) + offset + np.arange(len(levels)) - round(path.frames)
    # The loudest of the last known frames stands for those that have not come yet.
    known = np.append(source, source[-UNKNOWN:].max(initial=SILENCE) + RISES)
    expected = np.full(len(levels), SILENCE)
    for smeared in range(-1, SPREAD + 1):
        index = np.minimum(ready - smeared, len(source))
        expected = np.where(index >= 0, np.maximum(expected, known[np.maximum(index, 0)]), expected)
    return np.asarray(levels <= expected + path.loss + LOUDER)
