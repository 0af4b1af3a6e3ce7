"""Cuts a side's sound into utterances at the speaker's own pauses."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import msgspec
import numpy as np

from sidebyside.speech.denoise import DELAY, Denoiser
from sidebyside.speech.gate import FRAME, Gate, Levels
from sidebyside.speech.left_out import LeftOut, Stretch
from sidebyside.speech.preparing import Verdict
from sidebyside.speech.recogniser import RATE, Sound
from sidebyside.speech.shaping import Pair, Shaper, Voiced

ONSET_FRAMES = 4
"""Voiced frames within `ONSET_WITHIN` that begin an utterance: a click is shorter."""
ONSET_WITHIN = 10
LOOK_BACK, NOISY_LOOK_BACK, FIRST_LOOK_BACK = 0.30, 0.50, 5.0
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
LATE_FRAMES = -(-DELAY // FRAME)
"""Frames by which the gate hears later than the front end."""
MAY_BE_SPEECH = 0.35
"""An utterance of whose loud frames a smaller share may be speech is none."""
TARGET, MOST_GAIN = -32.0, 30.0
"""dB: quieter speech is raised to this level, by this much at most; engines make no sense of a whisper."""
JUMP = 0.1
"""Seconds by which sound may arrive off its expected time before it counts as a new stretch."""


class Begin(msgspec.Struct, frozen=True):
    """An utterance begins at this session time; sound from before the onset follows as the first `More`."""

    at: float


class More(msgspec.Struct, frozen=True):
    """Sound of the utterance under way: as it came, and for the second pass with the noise turned down."""

    sound: Sound
    clear: Sound
    voiced: bool


class Pause(msgspec.Struct, frozen=True):
    """A short pause within it."""


class End(msgspec.Struct, frozen=True):
    """The utterance ended; `at` is the last moment the speaker was heard."""

    at: float
    level: float = 0.0
    """dB of its loud moments, as they came in."""
    under: float = 0.0
    """dB by which its loud moments stayed below the side's own speech, where neighbours can be heard; else 0."""


class Cancel(msgspec.Struct, frozen=True):
    """The utterance under way was no speech of this side after all."""


Act = Begin | More | Pause | End | Cancel | Stretch


class Segmenter:
    """The utterances of one side. Feed blocks in order of time."""

    def __init__(self, verdict: Verdict | None = None) -> None:
        self._verdict = verdict
        self._allowed: deque[bool] = deque([True] * LATE_FRAMES)
        self._gain = 1.0
        self._gate = Gate()
        self._denoiser = Denoiser()
        self._shaper = Shaper()
        self._before: deque[tuple[Pair, Voiced, Levels]] = deque()
        self._before_samples = 0
        self._onset: deque[bool] = deque(maxlen=ONSET_WITHIN)
        self._now: float | None = None
        self._start: float | None = None
        self._began = 0.0
        self._levels: list[Levels] = []
        self._own_level: float | None = None
        self._left_out: LeftOut | None = None
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

    def push(self, at: float, sound: Sound, allowed: Voiced | None = None, revoked: int = 0) -> list[Act]:
        """Take one block that begins at session time `at`, with what the front end says of it."""
        acts: list[Act] = []
        expected = None if self._now is None else self._now + self._denoiser.behind
        if expected is None or abs(at - expected) > JUMP:
            acts += self.flush()
            self._forget()
            self._began, self._now = at, at - self._denoiser.behind
        assert self._now is not None
        raw, clear = self._denoiser.push(sound)
        look_back = FIRST_LOOK_BACK if self._gate.speech_level is None else LOOK_BACK
        self._allowed.extend(np.ones(len(sound) // FRAME + 1, dtype=np.bool_) if allowed is None else allowed)
        voiced = self._gate.frames(raw, self._allowed if allowed is not None else None, revoked)
        pair = np.stack([raw, clear if self._gate.murmuring else raw])
        block_start = self._now
        self._now += len(raw) / RATE
        if self._start is None:
            if self._gate.noisy:
                # Only what is surely the speaker opens an utterance; softer sounds of theirs are looked back for.
                acts += self._wait(block_start, pair, voiced, self._gate.loud, NOISY_LOOK_BACK)
            else:
                acts += self._wait(block_start, pair, voiced, voiced, look_back)
        elif revoked and not self._may_be_speech(self._start):
            acts += self._cancel()
        else:
            acts += self._go_on(block_start, pair, voiced)
        if self._left_out:
            stretch = self._left_out.push(block_start, raw, self._gate.levels, self._gate.floor, since=self._start)
            acts += [stretch] if stretch and self._may_be_speech(stretch.start) else []
        return acts

    def show_left_out(self, on: bool) -> None:
        """From now on also give the stretches that the gate leaves out, or no longer."""
        self._left_out = LeftOut() if on else None

    def learn(self, at: float, sound: Sound, allowed: Voiced | None = None) -> None:
        """Take sound whose words are known already: only how loud this side is, and where it has come to."""
        raw, _ = self._denoiser.push(sound)
        self._allowed.extend(() if allowed is None else allowed)
        self._gate.frames(raw, self._allowed if allowed is not None else None)
        self._now = at + len(sound) / RATE - self._denoiser.behind

    def _wait(self, at: float, pair: Pair, voiced: Voiced, opening: Voiced, look_back: float) -> list[Act]:
        self._before.append((pair, voiced, self._gate.levels))
        self._before_samples += pair.shape[1]
        while self._before_samples - self._before[0][0].shape[1] >= look_back * RATE + pair.shape[1]:
            self._before_samples -= self._before.popleft()[0].shape[1]
        self._onset.extend(bool(frame) for frame in opening)
        if sum(self._onset) < ONSET_FRAMES:
            return []
        first, frames, levels = (np.concatenate(parts, axis=-1) for parts in zip(*self._before, strict=True))
        first, frames = self._since_barred(first, frames)
        if look_back == FIRST_LOOK_BACK:
            first, frames = _from_first_word(first, frames)
        own = self._gate.speech_level
        self._gain = 10 ** (min(max(TARGET - own, 0.0), MOST_GAIN) / 20) if own is not None else 1.0
        self._start = max(self._began, self._now_or(at) - first.shape[1] / RATE)
        self._last_voice = self._now_or(at)
        self._paused = False
        self._levels = [levels]
        self._own_level = own
        self._clear_before()
        shaped = self._shaper.push(first, frames, noisy=self._gate.noisy)
        return [Begin(self._start), *self._more(shaped, True)]

    def _more(self, shaped: Sequence[Pair], voiced: bool) -> list[Act]:
        raised = [part if self._gain == 1.0 else np.clip(part * np.float32(self._gain), -1.0, 1.0) for part in shaped]
        return [More(part[0], part[1], voiced) for part in raised]

    def _since_barred(self, pair: Pair, voiced: Voiced) -> tuple[Pair, Voiced]:
        """Drop what lies before the last frame that is no speech of this side."""
        if self._verdict is None:
            return pair, voiced
        barred = np.flatnonzero(~self._verdict.last(len(voiced) + LATE_FRAMES)[: len(voiced)])
        first = min(int(barred[-1]) + 1, len(voiced) - 1) if len(barred) else 0
        return pair[:, first * FRAME :], voiced[first:]

    def _may_be_speech(self, since: float) -> bool:
        if self._verdict is None or self._now is None:
            return True
        return self._verdict.share(round((self._now - since) * RATE / FRAME) + LATE_FRAMES) >= MAY_BE_SPEECH

    def _cancel(self) -> list[Act]:
        self._start = None
        self._onset.clear()
        self._clear_before()
        self._shaper.flush()
        return [Cancel()]

    def _now_or(self, at: float) -> float:
        return at if self._now is None else self._now

    def _go_on(self, at: float, pair: Pair, voiced: Voiced) -> list[Act]:
        assert self._start is not None and self._now is not None
        self._levels.append(self._gate.levels)
        hits = np.flatnonzero(voiced)
        # One stray frame is a click or a breath: it does not keep an utterance open.
        if len(hits) >= 2:
            self._last_voice = min(at + (int(hits[-1]) + 1) * FRAME / RATE, self._now)
            self._paused = False
        shaped = self._shaper.push(pair, voiced, noisy=self._gate.noisy)
        acts = self._more(shaped, len(hits) >= 2)
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
        if not self._may_be_speech(self._start):
            return self._cancel()
        self._start = None
        self._onset.clear()
        self._clear_before()
        rest = self._more(self._shaper.flush(), False)
        level = float(np.percentile(np.concatenate(self._levels), 90))
        neighbours = self._gate.murmuring and self._own_level is not None
        under = max(0.0, self._own_level - level) if neighbours and self._own_level is not None else 0.0
        return [*rest, End(self._last_voice, level, under)]

    def _forget(self) -> None:
        self._onset.clear()
        self._clear_before()

    def _clear_before(self) -> None:
        self._before.clear()
        self._before_samples = 0


def _from_first_word(pair: Pair, voiced: Voiced) -> tuple[Pair, Voiced]:
    """Drop what lies well before the first loud frame."""
    sound = pair[0]
    frames = np.diff(sound[: len(sound) // FRAME * FRAME], prepend=sound[:1]).reshape(-1, FRAME)
    levels = 10 * np.log10((frames.astype(np.float64) ** 2).mean(axis=1) + 1e-10)
    first = max(0, int(np.argmax(levels >= levels.max() - WITHIN_PEAK)) - round(LOOK_BACK * RATE / FRAME))
    return pair[:, first * FRAME :], voiced[first:]
