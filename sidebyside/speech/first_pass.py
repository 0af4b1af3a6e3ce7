"""The first pass: words while they are spoken, both sides by turns, on one engine."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable

import msgspec
import numpy as np

from sidebyside.model import Side, Stage
from sidebyside.speech.doubles import Said, without_doubles
from sidebyside.speech.left_out import Stretch
from sidebyside.speech.messages import Aside, Gone, Words
from sidebyside.speech.preparing import Preparation, Verdict
from sidebyside.speech.recogniser import RATE, Recogniser, Sound, UtteranceStream
from sidebyside.speech.segmenter import Act, Begin, Cancel, End, More, Pause, Segmenter

FIRST_PARTIAL = 0.40
"""Seconds of an utterance before its first words are shown."""
EVERY = 0.40
"""Seconds of new sound between two decodings of an utterance under way."""
REST = 2.5
"""An engine that took long for a partial rests this many times as long before the next."""
NEIGHBOUR_UNDER, UNSURE = 10.0, -0.25
"""Where there are neighbours: an utterance so many dB below the side's own speech, which the engine is not sure of (by
the mean logarithm of the probability a token), is one of theirs."""
LATELY = 12.0
"""Seconds for which an utterance is kept to be compared with the other side's."""
SHORTLY = 4.0
"""Seconds within which what was said before is of use to what follows."""
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

    def __init__(self, side: Side, verdict: Verdict) -> None:
        self.side = side
        self.segmenter = Segmenter(verdict)
        self.last: UtteranceStream | None = None
        self.ended = -SHORTLY
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
        say: Callable[[Words | Aside | Gone], None],
        hand_on: Callable[[Spoken], None],
        *,
        live: bool = True,
    ) -> None:
        self._engine = engine
        self._live = live
        self._say = say
        self._hand_on = hand_on
        self._sides = sides
        self._begin_anew()
        self._left_out = False
        self.epoch = 0

    def hear(self, side: Side, at: float, sound: Sound) -> None:
        """Take one block that begins at session time `at`."""
        ear = self._ears[side]
        prepared = self._preparation.push(side, sound)
        for act in ear.segmenter.push(at, prepared.sound, prepared.allowed, prepared.revoked):
            self._act(ear, act)

    def pass_over(self, side: Side, at: float, sound: Sound) -> None:
        """Take a block whose words are known already: without it, what follows would be weighed by no level at all."""
        prepared = self._preparation.push(side, sound)
        self._ears[side].segmenter.learn(at, prepared.sound, prepared.allowed)

    def _begin_anew(self) -> None:
        self._preparation = Preparation(self._sides)
        self._lately: list[Said] = []
        self._ears = {side: _Ear(side, self._preparation.verdict(side)) for side in self._sides}

    def show_left_out(self, on: bool) -> None:
        """Say also what is left out, as `Aside`, or no longer."""
        self._left_out = on
        for ear in self._ears.values():
            ear.segmenter.show_left_out(on)

    def _left_out_stretch(self, side: Side, stretch: Stretch) -> None:
        stream = self._engine.open()
        stream.feed(stretch.sound, voiced=True)
        self._aside(side, stretch.start, stretch.end, stream.final())

    def _aside(self, side: Side, start: float, end: float, text: str) -> None:
        if self._left_out and text:
            self._say(Aside(epoch=self.epoch, side=side, start=start, end=end, text=text))

    def _act(self, ear: _Ear, act: Act) -> None:
        match act:
            case Begin(at):
                after = ear.last if at - ear.ended < SHORTLY else None
                ear.reset()
                ear.stream, ear.id, ear.start = self._engine.open(after), uuid.uuid4().hex, at
            case More(sound, clear, voiced) if ear.stream:
                ear.stream.feed(sound, voiced=voiced)
                ear.blocks.append(clear)
                ear.fed += len(sound) / RATE
                # Quiet adds no words: partials wait for voice.
                ear.fresh += len(sound) / RATE if voiced else 0.0
            case Pause() if ear.stream and self._live:
                ear.stream.pause()
                self._show(ear)
            case End():
                self._finish(ear, act)
            case Cancel():
                self._withdraw(ear)
            case Stretch():
                self._left_out_stretch(ear.side, act)

    def _finish(self, ear: _Ear, act: End) -> None:
        if ear.stream is None:
            return
        end, text = act.at, ear.stream.final()
        if act.under >= NEIGHBOUR_UNDER and ear.stream.confidence < UNSURE:
            self._aside(ear.side, ear.start, end, text)
            text = ""
        elif text and len(self._sides) > 1:
            text = self._once(Said(id=ear.id, side=ear.side, start=ear.start, end=end, text=text, level=act.level))
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
            ear.last, ear.ended = ear.stream, end
            ear.reset()
        else:
            self._withdraw(ear)

    def _once(self, said: Said) -> str:
        """What is left of a text where the other side said the same; where that was the copy, it goes instead."""
        self._lately = [*(one for one in self._lately if one.end > said.start - LATELY), said]
        changed = without_doubles(self._lately)
        for one in self._lately[:-1]:
            if changed.get(one.id) == "":
                self._say(Gone(epoch=self.epoch, id=one.id))
        self._lately = [one for one in self._lately if changed.get(one.id) != ""]
        return changed.get(said.id, said.text)

    def _withdraw(self, ear: _Ear) -> None:
        if ear.shown:
            self._say(self._words(ear, ear.start + ear.fed, "", Stage.PARTIAL))
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
            # The next call is another matter.
            ear.last = None

    def drop(self, epoch: int) -> None:
        """Forget the utterances under way and begin anew in this epoch."""
        self.epoch = epoch
        self._begin_anew()
        self.show_left_out(self._left_out)

    def heard_until(self, side: Side) -> float:
        """Session time up to which this side was fed."""
        return self._ears[side].segmenter.heard_until

    def needed_from(self, side: Side) -> float:
        """Session time from which this side's sound is needed again, should the process die."""
        ear = self._ears[side]
        return ear.start if ear.stream else max(0.0, ear.segmenter.heard_until - 0.5)
