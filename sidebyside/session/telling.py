"""What was heard, on its way to disk and screen: stored first, then shown, and never after a pause dropped it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from sidebyside.model import (
    Agreement,
    LeftOutGone,
    LeftOutHeard,
    Listening,
    PartialHeard,
    Session,
    SpeechState,
    Utterance,
    UtteranceSaved,
    UtterancesRemoved,
)
from sidebyside.session.announcing import Announcer
from sidebyside.session.course import EARLY, Course
from sidebyside.session.hearing import Hearing, Text
from sidebyside.store.library import Library


class Telling:
    """`Hears` of one session. Called on the speech reader's, the pulse's or the writer's thread."""

    def __init__(
        self,
        session: Session,
        library: Library,
        announcer: Announcer,
        course: Course,
        on_speech: Callable[[SpeechState, str, str], None],
        listening: Callable[[], Listening],
    ) -> None:
        self._session = session
        self._library = library
        self._announcer = announcer
        self._course = course
        self._on_speech = on_speech
        self._listening = listening
        self.hearing: Hearing | None = None
        """Where it comes from."""

    def partial(self, text: Text) -> None:
        """Show words under way; they are never stored."""
        utterance = self._utterance(text)
        self._announcer.say(PartialHeard(at=text.end, utterance=utterance))
        if self._is_gone(text.id):
            # A pause came between: its own word that this is gone may have come first.
            self._announcer.say(PartialHeard(at=text.end, utterance=msgspec.structs.replace(utterance, text="")))

    def settled(self, texts: Sequence[Text]) -> None:
        """Store words, then show them; where the rep agreed to listening only, just show them."""
        utterances = [self._utterance(text) for text in texts]
        if self._session.agreed is not Agreement.TEXT:
            self._show(utterances)
            return
        self._announcer.saved(self._library.save_utterances(utterances), self._show)

    def gone(self, text: Text) -> None:
        """Take words that were the other side's off the disk and the screen."""
        self.removed((text.id,), text.end)

    def removed(self, ids: tuple[str, ...], now: float) -> None:
        """Take words off the disk and the screen."""
        if self._session.agreed is Agreement.TEXT:
            self._announcer.saved(self._library.remove_utterances(ids))
        self._announcer.say(UtterancesRemoved(at=now, ids=ids))

    def left_out(self, text: Text) -> None:
        """Show what was left out of the call that is listened to; it is never stored."""
        contact = self._course.contact
        if contact is None or text.start < contact.start - EARLY or self._listening() is not Listening.LISTENING:
            return
        shown = LeftOutHeard(
            at=text.end,
            id=text.id,
            contact_id=contact.id,
            side=text.side,
            start=round(text.start, 3),
            end=round(text.end, 3),
            text=text.text,
        )
        self._announcer.say(shown)
        if self._is_gone(text.id):
            # It was withdrawn meanwhile, maybe before it was shown.
            self._announcer.say(LeftOutGone(at=text.end, ids=(text.id,)))

    def left_out_gone(self, now: float) -> None:
        """Take what was left out off the screen."""
        ids = self.hearing.withdraw_left_out() if self.hearing else ()
        if ids:
            self._announcer.say(LeftOutGone(at=now, ids=ids))

    def speech(self, state: SpeechState, message: str, engine: str) -> None:
        """Pass on the state of the speech process."""
        self._on_speech(state, message, engine)

    def _is_gone(self, text_id: str) -> bool:
        return self.hearing is not None and self.hearing.is_gone(text_id)

    def _show(self, utterances: Sequence[Utterance]) -> None:
        for utterance in utterances:
            if self._is_gone(utterance.id):
                continue
            self._announcer.say(UtteranceSaved(at=utterance.end, utterance=utterance))
            if self._is_gone(utterance.id):
                self._announcer.say(UtterancesRemoved(at=utterance.end, ids=(utterance.id,)))

    def _utterance(self, text: Text) -> Utterance:
        contact = self._course.contact_at(text.start)
        return Utterance(
            id=text.id,
            session_id=self._session.id,
            contact_id=contact.id if contact else "",
            side=text.side,
            start=round(text.start, 3),
            end=round(text.end, 3),
            text=text.text,
            stage=text.stage,
        )
