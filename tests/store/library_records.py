"""Records to fill a library with; every id is new."""

from __future__ import annotations

import secrets
from typing import Any

from sidebyside.model import (
    Answer,
    Contact,
    Flag,
    FollowUp,
    Gap,
    GapReason,
    Note,
    Session,
    Side,
    Stage,
    Utterance,
)


def new_id() -> str:
    return secrets.token_hex(16)


def a_session(started: str = "2026-03-02T09:00:00+00:00", **more: Any) -> Session:
    return Session(
        **({"id": new_id(), "started": started, "zone": "Europe/Paris", "offset": 3600, "rep": "Maria"} | more)
    )


def a_contact(session: Session, number: int = 1, **more: Any) -> Contact:
    return Contact(**({"id": new_id(), "session_id": session.id, "number": number, "start": 10.0 * number} | more))


def an_utterance(contact: Contact, text: str, start: float = 11.0, **more: Any) -> Utterance:
    fields = {
        "id": new_id(),
        "session_id": contact.session_id,
        "contact_id": contact.id,
        "side": Side.CUSTOMER,
        "start": start,
        "end": start + 2.0,
        "text": text,
        "stage": Stage.FINAL,
    }
    return Utterance(**(fields | more))


def a_note(session: Session, text: str, at: float = 20.0, **more: Any) -> Note:
    return Note(**({"id": new_id(), "session_id": session.id, "contact_id": None, "at": at, "text": text} | more))


def a_flag(session: Session, kind: str = "code-red", at: float = 15.0, **more: Any) -> Flag:
    fields = {"id": new_id(), "session_id": session.id, "contact_id": None, "kind": kind, "at": at, "struck_at": at + 2}
    return Flag(**(fields | more))


def a_gap(session: Session, start: float = 5.0, end: float | None = 7.0) -> Gap:
    return Gap(id=new_id(), session_id=session.id, start=start, end=end, reason=GapReason.PAUSED)


def an_answer(session: Session, **more: Any) -> Answer:
    return Answer(**({"id": new_id(), "session_id": session.id, "question": "how-many", "asked": "How many?"} | more))


def a_follow_up(session: Session, **more: Any) -> FollowUp:
    return FollowUp(**({"id": new_id(), "session_id": session.id, "rep": session.rep, "text": "ring back"} | more))
