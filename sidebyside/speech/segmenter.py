"""Cuts a side's sound into utterances at the speaker's own pauses."""

from __future__ import annotations

from collections import deque

import msgspec
import numpy as np

from sidebyside.speech.gate import FRAME, Gate
from sidebyside.speech.recogniser import RATE, Sound
from sidebyside.speech.shaping import Shaper, Voiced

ONSET_FRAMES = 4
"""Voiced frames within `ONSET_WITHIN` that begin an utterance: a click is shorter."""
ONSET_WITHIN = 10
LOOK_BACK, NOISY_LOOK_BACK, FIRST_LOOK_BACK = 0.30, 0.50, 3.0
"""Seconds before the onset that may belong to the utterance: soft first consonants; more before a side's first speech,
which takes longer to be believed."""
WITHIN_PEAK = 20.0
"""dB under its loudest frame at which a first utterance is taken to have begun."""
SHORT_PAUSE = 0.28
"""Seconds of quiet that may settle what was said."""
END_PAUSE = 0.55
"""Seconds of quiet that end an utterance."""
LONG, VERY_LONG, LONGEST = 9.0, 14.0, 20.0
"""Seconds after which a shorter pause ends it, then hardly any, then none is needed."""
JUMP = 0.1
"""Seconds by which sound may arrive off its expected time before it counts as a new stretch."""


class Begin(msgspec.Struct, frozen=True):
    """An utterance begins at this session time; sound from before the onset follows as the first `More`."""

    at: float


class More(msgspec.Struct, frozen=True):
    """Sound of the utterance under way."""

    sound: Sound
    voiced: bool


class Pause(msgspec.Struct, frozen=True):
    """A short pause within it."""


class End(msgspec.Struct, frozen=True):
    """The utterance ended; `at` is the last moment the speaker was heard."""

    at: float


Act = Begin | More | Pause | End


class Segmenter:
    """The utterances of one side. Feed blocks in order of time."""

    def __init__(self) -> None:
        self._gate = Gate()
        self._shaper = Shaper()
        self._before: deque[Sound] = deque()
        self._before_voiced: deque[Voiced] = deque()
        self._before_samples = 0
        self._onset: deque[bool] = deque(maxlen=ONSET_WITHIN)
        self._now: float | None = None
        self._start: float | None = None
        self._last_voice = 0.0
        self._paused = False

    @property
    def talking(self) -> bool:
        """Whether an utterance is under way."""
        return self._start is not None

    @property
    def heard_until(self) -> float:
        """Session time up to which sound was fed."""
        return self._now or 0.0

    def push(self, at: float, sound: Sound) -> list[Act]:
        """Take one block that begins at session time `at`."""
        acts: list[Act] = []
        if self._now is not None and abs(at - self._now) > JUMP:
            acts += self.flush()
            self._forget()
        if self._now is None or abs(at - self._now) > JUMP:
            self._now = at
        look_back = FIRST_LOOK_BACK if self._gate.speech_level is None else LOOK_BACK
        voiced = self._gate.frames(sound)
        block_start = self._now
        self._now += len(sound) / RATE
        if self._start is None:
            if self._gate.noisy:
                # Only what is surely the speaker opens an utterance; softer sounds of theirs are looked back for.
                acts += self._wait(block_start, sound, voiced, self._gate.loud, NOISY_LOOK_BACK)
            else:
                acts += self._wait(block_start, sound, voiced, voiced, look_back)
        else:
            acts += self._go_on(block_start, sound, voiced)
        return acts

    def learn(self, at: float, sound: Sound) -> None:
        """Take sound whose words are known already: only how loud this side is, and where it has come to."""
        self._gate.frames(sound)
        self._now = at + len(sound) / RATE

    def _wait(self, at: float, sound: Sound, voiced: Voiced, opening: Voiced, look_back: float) -> list[Act]:
        self._before.append(sound)
        self._before_voiced.append(voiced)
        self._before_samples += len(sound)
        while self._before_samples - len(self._before[0]) >= look_back * RATE + len(sound):
            self._before_samples -= len(self._before.popleft())
            self._before_voiced.popleft()
        self._onset.extend(bool(frame) for frame in opening)
        if sum(self._onset) < ONSET_FRAMES:
            return []
        first = np.concatenate(list(self._before))
        frames = np.concatenate(list(self._before_voiced))
        if look_back == FIRST_LOOK_BACK:
            first, frames = _from_first_word(first, frames)
        self._start = self._now_or(at) - len(first) / RATE
        self._last_voice = self._now_or(at)
        self._paused = False
        self._clear_before()
        shaped = self._shaper.push(first, frames, noisy=self._gate.noisy)
        return [Begin(self._start), *(More(part, True) for part in shaped)]

    def _now_or(self, at: float) -> float:
        return at if self._now is None else self._now

    def _go_on(self, at: float, sound: Sound, voiced: Voiced) -> list[Act]:
        assert self._start is not None and self._now is not None
        hits = np.flatnonzero(voiced)
        # One stray frame is a click or a breath: it does not keep an utterance open.
        if len(hits) >= 2:
            self._last_voice = min(at + (int(hits[-1]) + 1) * FRAME / RATE, self._now)
            self._paused = False
        shaped = self._shaper.push(sound, voiced, noisy=self._gate.noisy)
        acts: list[Act] = [More(part, len(hits) >= 2) for part in shaped]
        quiet = self._now - self._last_voice
        if quiet >= self._needed() or self._now - self._start >= LONGEST:
            return acts + self.flush()
        if quiet >= SHORT_PAUSE and not self._paused:
            self._paused = True
            acts.append(Pause())
        return acts

    def _needed(self) -> float:
        assert self._start is not None and self._now is not None
        length = self._now - self._start
        if length >= VERY_LONG:
            return 0.10
        return SHORT_PAUSE if length >= LONG else END_PAUSE

    def flush(self) -> list[Act]:
        """End the utterance under way, if any."""
        if self._start is None:
            return []
        self._start = None
        self._onset.clear()
        self._clear_before()
        rest: list[Act] = [More(part, False) for part in self._shaper.flush()]
        return [*rest, End(self._last_voice)]

    def _forget(self) -> None:
        self._onset.clear()
        self._clear_before()

    def _clear_before(self) -> None:
        self._before.clear()
        self._before_voiced.clear()
        self._before_samples = 0


def _from_first_word(sound: Sound, voiced: Voiced) -> tuple[Sound, Voiced]:
    """Drop what lies well before the first loud frame."""
    frames = np.diff(sound[: len(sound) // FRAME * FRAME], prepend=sound[:1]).reshape(-1, FRAME)
    levels = 10 * np.log10((frames.astype(np.float64) ** 2).mean(axis=1) + 1e-10)
    first = max(0, int(np.argmax(levels >= levels.max() - WITHIN_PEAK)) - round(LOOK_BACK * RATE / FRAME))
    return sound[first * FRAME :], voiced[first:]
