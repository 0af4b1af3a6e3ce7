"""The first pass: words while they are spoken, both sides by turns, on one engine."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable

import msgspec
import numpy as np

from sidebyside.model import Side, Stage
from sidebyside.speech.messages import Words
from sidebyside.speech.recogniser import RATE, Recogniser, Sound, UtteranceStream
from sidebyside.speech.segmenter import Begin, End, More, Pause, Segmenter

FIRST_PARTIAL = 0.40
"""Seconds of an utterance before its first words are shown."""
EVERY = 0.30
"""Seconds of new sound between two decodings of an utterance under way."""
REST = 2.5
"""An engine that took long for a partial rests this many times as long before the next."""
TOO_FAR_BEHIND = 1.5
"""Seconds behind from which the second pass holds back until the first has caught up."""


class Spoken(msgspec.Struct, frozen=True, kw_only=True):
    """A finished utterance with its sound, on its way to the second pass."""

    epoch: int
    side: Side
    id: str
    start: float
    end: float
    text: str
    sound: Sound


class _Ear:
    """One side: its segmenter and the utterance under way."""

    def __init__(self, side: Side) -> None:
        self.side = side
        self.segmenter = Segmenter()
        self.reset()

    def reset(self) -> None:
        self.stream: UtteranceStream | None = None
        self.id = ""
        self.start = 0.0
        self.blocks: list[Sound] = []
        self.fresh = 0.0
        self.fed = 0.0
        self.shown = ""
        self.wait = FIRST_PARTIAL


class FirstPass:
    """Owns one stream a side. Not thread-safe: one thread feeds it and takes its partials."""

    def __init__(
        self,
        engine: Recogniser,
        sides: tuple[Side, ...],
        say: Callable[[Words], None],
        hand_on: Callable[[Spoken], None],
        *,
        live: bool = True,
    ) -> None:
        self._engine = engine
        self._live = live
        self._say = say
        self._hand_on = hand_on
        self._ears = {side: _Ear(side) for side in sides}
        self.epoch = 0

    def hear(self, side: Side, at: float, sound: Sound) -> None:
        """Take one block that begins at session time `at`."""
        ear = self._ears[side]
        for act in ear.segmenter.push(at, sound):
            self._act(ear, act)

    def pass_over(self, side: Side, at: float, sound: Sound) -> None:
        """Take a block whose words are known already: without it, what follows would be weighed by no level at all."""
        self._ears[side].segmenter.learn(at, sound)

    def _act(self, ear: _Ear, act: Begin | More | Pause | End) -> None:
        match act:
            case Begin(at):
                ear.reset()
                ear.stream, ear.id, ear.start = self._engine.open(), uuid.uuid4().hex, at
            case More(sound, voiced) if ear.stream:
                ear.stream.feed(sound, voiced=voiced)
                ear.blocks.append(sound)
                ear.fed += len(sound) / RATE
                # Quiet adds no words: partials wait for voice.
                ear.fresh += len(sound) / RATE if voiced else 0.0
            case Pause() if ear.stream and self._live:
                ear.stream.pause()
                self._show(ear)
            case End(at):
                self._finish(ear, at)

    def _finish(self, ear: _Ear, end: float) -> None:
        if ear.stream is None:
            return
        text = ear.stream.final()
        if text:
            self._say(self._words(ear, end, text, Stage.FINAL))
            self._hand_on(
                Spoken(
                    epoch=self.epoch,
                    side=ear.side,
                    id=ear.id,
                    start=ear.start,
                    end=end,
                    text=text,
                    sound=np.concatenate(ear.blocks),
                )
            )
        elif ear.shown:
            self._say(self._words(ear, end, "", Stage.PARTIAL))
        ear.reset()

    def _words(self, ear: _Ear, end: float, text: str, stage: Stage) -> Words:
        return Words(epoch=self.epoch, side=ear.side, id=ear.id, start=ear.start, end=end, text=text, stage=stage)

    def show_next(self) -> bool:
        """Decode one partial if one is due; whether it did."""
        due = [ear for ear in self._ears.values() if ear.stream and ear.fresh >= ear.wait]
        if not due:
            return False
        self._show(max(due, key=lambda ear: ear.fresh))
        return True

    def _show(self, ear: _Ear) -> None:
        if ear.stream is None:
            return
        began = time.monotonic()
        text = ear.stream.partial()
        ear.fresh = 0.0
        ear.wait = max(EVERY, REST * (time.monotonic() - began))
        if text and text != ear.shown:
            ear.shown = text
            self._say(self._words(ear, ear.start + ear.fed, text, Stage.PARTIAL))

    def flush(self) -> None:
        """End all utterances under way: their finals are said before this returns."""
        for ear in self._ears.values():
            for act in ear.segmenter.flush():
                self._act(ear, act)

    def drop(self, epoch: int) -> None:
        """Forget the utterances under way and begin anew in this epoch."""
        self.epoch = epoch
        self._ears = {side: _Ear(side) for side in self._ears}

    def heard_until(self, side: Side) -> float:
        """Session time up to which this side was fed."""
        return self._ears[side].segmenter.heard_until

    def needed_from(self, side: Side) -> float:
        """Session time from which this side's sound is needed again, should the process die."""
        ear = self._ears[side]
        return ear.start if ear.stream else max(0.0, ear.segmenter.heard_until - 0.5)
