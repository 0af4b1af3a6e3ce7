"""Sound to masked utterances: joins a source, the speech process and redaction for one session."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Sequence
from typing import Protocol

import msgspec

from sidebyside import paths
from sidebyside.audio.source import SoundBlock
from sidebyside.model import Side, SpeechState, Stage
from sidebyside.privacy.redaction import Redactor, Revision, redact
from sidebyside.speech.messages import Aside, FromChild, Gone, Plan, Refined, State, Words
from sidebyside.speech.process import SpeechProcess

AHEAD = 20.0
"""Seconds that a file may be ahead of the recogniser before it waits."""
DROPPED_BY_PAUSE = 15.0
"""Seconds before a pause whose words are dropped with it."""


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """An utterance as far as speech and redaction know it."""

    id: str
    side: Side
    start: float
    end: float
    text: str
    stage: Stage


class Hears(Protocol):
    """Who is told what was heard. Called on the speech reader's or the session's pulse thread."""

    def partial(self, text: Text) -> None:
        """Words under way; empty text withdraws them."""

    def settled(self, texts: Sequence[Text]) -> None:
        """Final, refined, or revised words."""

    def gone(self, text: Text) -> None:
        """Words that were settled were the other side's, overheard: they go."""

    def left_out(self, text: Text) -> None:
        """What was left out, on request: for the eye alone."""

    def speech(self, state: SpeechState, message: str, engine: str) -> None:
        """The speech process changed its state."""


class Hearing:
    """Feeds blocks to speech and masks what comes back. Keeps the masked utterances of the session in memory."""

    def __init__(self, plan: Plan, tell: Hears) -> None:
        self._tell = tell
        self._redactor = Redactor()
        self._lock = threading.RLock()
        # Held while texts are settled and told, so that of two versions of a text the newer is told last. It is taken
        # before `_lock` and by nobody who holds the conductor's lock.
        self._in_order = threading.RLock()
        self._texts: dict[str, Text] = {}
        self._partials: dict[str, float] = {}
        self._struck: tuple[tuple[float, float], ...] = ()
        self._gone: set[str] = set()
        self._left_out_asked = False
        self._left_out: set[str] = set()
        self._left_out_until: dict[Side, float] = {}
        self._resumed_at: float | None = None
        self.state = SpeechState.OFF
        self.last_words = 0.0
        self.last_sound = -10.0
        self.levels: tuple[float, ...] = ()
        self.speech = SpeechProcess(plan, self._message, paths.logs() / "speech-native.log")

    def start(self) -> None:
        """Begin loading the engines."""
        self.speech.start()

    def block(self, block: SoundBlock, sides: Sequence[Side]) -> None:
        """Take one block of sound. Never waits."""
        for side, sound in zip(sides, block.sides, strict=True):
            self.speech.hear(side, block.at, sound)

    def wait_for_room(self) -> None:
        """Hold a file that is too far ahead of the recogniser."""
        self.speech.wait_for_room(AHEAD)

    def note_levels(self, block: SoundBlock) -> None:
        """Remember how loud it is, also while nothing is decoded."""
        self.levels = tuple(round(level.rms, 1) for level in block.levels)
        self.last_sound = time.monotonic()

    def flush(self, timeout: float, before: float) -> bool:
        """Wait for all words of a call that ended at `before`; then keep no sound of it."""
        done = self.speech.flush(timeout)
        self.speech.forget(before)
        return done

    def drop(self, now: float, floor: float) -> tuple[tuple[str, ...], float]:
        """Do not listen: forget what is under way and the last 15 s, back to `floor` at most.

        Returns:
            The ids that are gone, and from when on nothing is left.
        """
        with self._lock:
            self.speech.drop()
            self._redactor.forget()
            since = max(floor, now - DROPPED_BY_PAUSE)
            recent = [text for text in self._texts.values() if text.end > since]
            ids = (*(text.id for text in recent), *self._partials, *self.withdraw_left_out())
            self._gone.update(ids)
            self._partials.clear()
            for text in recent:
                del self._texts[text.id]
            return ids, min([since, *(text.start for text in recent)])

    def strike(self, since: float, until: float, *, under_way: bool) -> tuple[str, ...]:
        """A call from `since` to before `until` is struck out: forget its words, and let none of it come later.

        Returns:
            The ids that are gone.
        """
        with self._lock:
            self._struck = (*self._struck, (since, until))
            if under_way:
                self.speech.drop()
                self._redactor.forget()
            else:
                self.speech.forget(until)
            texts = [text.id for text in self._texts.values() if self._is_struck(text.start)]
            partials = [one for one, start in self._partials.items() if under_way or self._is_struck(start)]
            asides = self.withdraw_left_out() if under_way else ()
            self._gone.update(texts, partials)
            for one in texts:
                del self._texts[one]
            for one in partials:
                del self._partials[one]
            return (*texts, *partials, *asides)

    def _is_struck(self, at: float) -> bool:
        return any(since <= at < until for since, until in self._struck)

    def resumed(self, now: float) -> None:
        """Listening goes on after a pause: short numbers stay masked for a while."""
        with self._lock:
            self._redactor.after_pause(now)
            self._resumed_at = now

    def tick(self, now: float) -> None:
        """Reveal numbers that time has shown to be harmless."""
        with self._in_order:
            with self._lock:
                revised = self._revised(self._redactor.tick(now))
            if revised:
                self._tell.settled(revised)

    def reveal_rest(self) -> None:
        """The sound is over: short numbers that nothing made suspicious are shown."""
        self.tick(float("inf"))

    def begin_anew(self) -> None:
        """Forget everything: another file follows."""
        with self._lock:
            self.speech.drop()
            self._redactor.forget()
            self._texts.clear()
            self._partials.clear()
            self._left_out_until.clear()
            self._struck = ()

    def show_left_out(self, on: bool) -> None:
        """Hear also what is too quiet to be this call's, or no longer: then it is not even decoded."""
        with self._lock:
            self._left_out_asked = on
            self.speech.show_left_out(on)

    def withdraw_left_out(self) -> tuple[str, ...]:
        """The ids of all that was shown of it, which is gone from now on."""
        with self._lock:
            ids = tuple(self._left_out)
            self._left_out.clear()
            self._gone.update(ids)
            return ids

    def is_gone(self, utterance_id: str) -> bool:
        """Whether a pause or strike-out dropped it: late results must not bring it back."""
        return utterance_id in self._gone

    def texts(self) -> list[Text]:
        """All utterances so far, in order of time."""
        with self._lock:
            return sorted(self._texts.values(), key=lambda text: text.start)

    def stop(self) -> None:
        """End the speech process."""
        self.speech.stop()
        self.state = SpeechState.OFF

    # --- on the speech reader's thread ---

    def _message(self, message: FromChild) -> None:
        match message:
            case Words(stage=Stage.FINAL):
                self._final(message)
            case Words():
                self._partial(message)
            case Gone():
                self._overheard(message)
            case Refined():
                self._refined(message)
            case Aside():
                self._aside(message)
            case State(state=state, message=text, engine=engine):
                self._set_state(state, text, engine)

    def _set_state(self, state: SpeechState, message: str, engine: str) -> None:
        self.state = state
        self._tell.speech(state, message, engine)

    def _partial(self, words: Words) -> None:
        with self._lock:
            if words.epoch != self.speech.epoch or self._is_struck(words.start):
                return
            masked = words.text and self._redactor.partial(words.side, words.id, words.text, words.start, words.end)
            if masked:
                self._partials[words.id] = words.start
            else:
                self._partials.pop(words.id, None)
            self.last_words = time.monotonic()
        self._tell.partial(
            Text(id=words.id, side=words.side, start=words.start, end=words.end, text=masked or "", stage=Stage.PARTIAL)
        )

    def _final(self, words: Words) -> None:
        with self._in_order:
            with self._lock:
                if words.epoch != self.speech.epoch or self._is_struck(words.start):
                    return
                self._partials.pop(words.id, None)
                self.last_words = time.monotonic()
                self._texts[words.id] = Text(
                    id=words.id, side=words.side, start=words.start, end=words.end, text="", stage=Stage.FINAL
                )
                settled = self._revised(self._redactor.final(words.side, words.id, words.text, words.start, words.end))
            self._tell.settled(settled)

    def _overheard(self, gone: Gone) -> None:
        with self._in_order:
            with self._lock:
                text = self._texts.pop(gone.id, None) if gone.epoch == self.speech.epoch else None
                self._gone.add(gone.id)
            if text is not None:
                self._tell.gone(text)

    def _refined(self, refined: Refined) -> None:
        with self._in_order:
            with self._lock:
                if refined.epoch != self.speech.epoch:
                    # What the redaction knew of these words was dropped with them.
                    return
                known = [piece for piece in refined.pieces if piece.id in self._texts]
                for piece in known:
                    self._texts[piece.id] = msgspec.structs.replace(self._texts[piece.id], stage=Stage.REFINED)
                pieces = [(piece.id, piece.text, piece.start, piece.end) for piece in known]
                settled = self._revised(self._redactor.refined(refined.side, pieces))
            if settled:
                self._tell.settled(settled)

    def _aside(self, aside: Aside) -> None:
        with self._lock:
            asked = self._left_out_asked and aside.epoch == self.speech.epoch
            # A speech process that was started again hears some of it twice.
            known = aside.end <= self._left_out_until.get(aside.side, -1.0)
            if not asked or known or self._is_struck(aside.start):
                return
            self._left_out_until[aside.side] = aside.end
            shown = Text(
                id=uuid.uuid4().hex,
                side=aside.side,
                start=aside.start,
                end=aside.end,
                text=self._masked_alone(aside),
                stage=Stage.PARTIAL,
            )
            self._left_out.add(shown.id)
        self._tell.left_out(shown)

    def _masked_alone(self, aside: Aside) -> str:
        # It must not count as the call's words, so a redactor of its own hides what could be a part of a long number.
        alone = Redactor()
        if self._resumed_at is not None:
            alone.after_pause(self._resumed_at)
        return redact(alone.partial(aside.side, "", aside.text, aside.start, aside.end)).text

    def _revised(self, revisions: Sequence[Revision]) -> list[Text]:
        changed = []
        for revision in revisions:
            known = self._texts.get(revision.utterance_id)
            if known is not None:
                self._texts[known.id] = msgspec.structs.replace(known, text=revision.text)
                changed.append(self._texts[known.id])
        return changed
