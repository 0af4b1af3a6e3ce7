"""What of a session may leave the library, decided in one place before any format sees it."""

from __future__ import annotations

import msgspec

from sidebyside.model import Agreement, SessionRecord, Stage


def leaving(record: SessionRecord, *, private: bool = False) -> SessionRecord:
    """The record as it may leave: of a struck call only that it was struck, and no private note.

    Words that were only shown, and words of a session in which the rep agreed to listening only, are not stored to
    begin with; should they be there, they stop here.

    Args:
        record: all that is kept of the session.
        private: keep private notes; only for what goes to the owner's own screen.
    """
    struck = [contact for contact in record.contacts if contact.struck]
    of_struck = {contact.id for contact in struck}
    gone = {flag.id for flag in record.flags if flag.contact_id in of_struck}
    words = () if record.session.agreed is Agreement.LISTEN else record.utterances
    return msgspec.structs.replace(
        record,
        contacts=tuple(
            msgspec.structs.replace(contact, reason=None) if contact.struck else contact for contact in record.contacts
        ),
        utterances=tuple(u for u in words if u.contact_id not in of_struck and u.stage is not Stage.PARTIAL),
        notes=tuple(
            note
            for note in record.notes
            if note.contact_id not in of_struck and note.flag_id not in gone and (private or not note.private)
        ),
        flags=tuple(flag for flag in record.flags if flag.id not in gone),
        gaps=tuple(
            gap
            for gap in record.gaps
            if not any(call.start <= gap.start and (call.end is None or gap.start < call.end) for call in struck)
        ),
        answers=tuple(answer for answer in record.answers if answer.flag_id is None or answer.flag_id not in gone),
    )
