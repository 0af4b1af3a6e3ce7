"""A believable session as a record: two calls and a struck one, flags, notes, gaps, answers, masked numbers."""

from __future__ import annotations

import msgspec

from sidebyside.model import (
    Agreement,
    Answer,
    Contact,
    Flag,
    FollowUp,
    Gap,
    GapReason,
    Kit,
    Layout,
    Note,
    Session,
    SessionRecord,
    SessionState,
    Side,
    Stage,
    Utterance,
)

SESSION = "5e5510" + "0" * 25 + "1"
CALL_1, CALL_2, CALL_3 = (f"ca11{number:028x}" for number in (1, 2, 3))
CODE_RED, REPEAT, DELIGHT, PROMISE, ASK = (f"f1a6{number:028x}" for number in (1, 2, 3, 4, 5))

_TALK_1 = (
    (6.0, 9.5, Side.REP, "Thanks for calling, you're through to Maria. What can I do for you?"),
    (
        10.0,
        17.5,
        Side.CUSTOMER,
        "Hello. I'm trying to settle my bill on your website, and it turns my card down. Your own card!",
    ),
    (19.0, 23.0, Side.REP, "Oh, I'm sorry. I can take the payment here. Would you read me the number?"),
    (24.0, 33.0, Side.CUSTOMER, "It's [card number], and on the back [security code]."),
    (52.0, 57.0, Side.REP, "That went through. You'll get a message in a few minutes."),
    (58.0, 64.0, Side.CUSTOMER, "This is the third month I've had to ring about it. Can nobody fix that page?"),
    (65.0, 70.0, Side.REP, "We've told them since the spring. I'll pass it on once more."),
    (71.0, 74.5, Side.CUSTOMER, "You were lovely, at least. Thank you, Maria."),
)
_TALK_2 = (
    (142.0, 145.0, Side.REP, "Thanks for calling, this is Maria."),
    (146.0, 154.0, Side.CUSTOMER, "I've had a letter that says I owe £42.50, but I paid that on the third of March."),
    (156.0, 160.0, Side.REP, "Let me look. One moment, the other system has to load."),
    (176.0, 181.0, Side.REP, "You're right, it was paid. The letter went out the day before."),
    (182.0, 188.5, Side.CUSTOMER, "So I waited forty minutes for a letter I should never have got?"),
    (189.0, 194.0, Side.REP, "Yes. I'm afraid those letters cannot be called back once they are printed."),
)  # fmt: skip


def _utterance(number: int, contact: str, line: tuple[float, float, Side, str]) -> Utterance:
    start, end, side, text = line
    stage = Stage.REFINED if number % 3 else Stage.FINAL
    return Utterance(
        id=f"{number:032x}",
        session_id=SESSION,
        contact_id=contact,
        side=side,
        start=start,
        end=end,
        text=text,
        stage=stage,
    )


def _note(
    number: int, contact: str | None, at: float, text: str, *, private: bool = False, flag: str | None = None
) -> Note:
    return Note(
        id=f"707e{number:028x}", session_id=SESSION, contact_id=contact, at=at, text=text, private=private, flag_id=flag
    )


def _flag(identity: str, contact: str, kind: str, at: float, struck_at: float) -> Flag:
    return Flag(id=identity, session_id=SESSION, contact_id=contact, kind=kind, at=at, struck_at=struck_at)


def _answer(number: int, question: str, asked: str, text: str, /, **about: object) -> Answer:
    fields = {
        "id": f"a5{number:030x}",
        "session_id": SESSION,
        "question": question,
        "asked": asked,
        "text": text,
        **about,
    }
    return msgspec.convert(fields, Answer)


def example_record() -> SessionRecord:
    """Four minutes beside Maria L. in Billing on 12 November 2026, at 10:05 in Paris; all names are invented."""
    session = Session(
        id=SESSION,
        started="2026-11-12T09:05:00+00:00",
        zone="Europe/Paris",
        offset=3600,
        rep="Maria L.",
        queue="Billing",
        kit=Kit.CORD,
        layout=Layout.STEREO,
        agreed=Agreement.TEXT,
        agreed_at="2026-11-12T09:04:20+00:00",
        notice="Your call may be listened to so that we get better.",
        engine="moonshine + whisper",
        state=SessionState.ENDED,
        duration=262.0,
    )
    talk = [(CALL_1, line) for line in _TALK_1] + [(CALL_2, line) for line in _TALK_2]
    return SessionRecord(
        session=session,
        contacts=(
            Contact(id=CALL_1, session_id=SESSION, number=1, start=5.0, end=78.0, reason="pay-how"),
            Contact(id=CALL_2, session_id=SESSION, number=2, start=140.0, end=198.0, reason="why-this-letter"),
            Contact(id=CALL_3, session_id=SESSION, number=3, start=210.0, end=240.0, struck=True),
        ),
        utterances=tuple(_utterance(number, contact, line) for number, (contact, line) in enumerate(talk, start=1)),
        notes=(
            _note(1, CALL_1, 21.0, "Own store card refused on the web. Known since spring?", flag=CODE_RED),
            _note(2, CALL_1, 55.0, "Third workaround already: five windows open."),
            _note(3, CALL_1, 68.0, "Maria sounds tired of saying this. Ask her manager about breaks.", private=True),
            _note(4, None, 100.0, "Break: the whole row has a paper list of workarounds."),
            _note(5, CALL_2, 185.0, "Letters are printed a day before payments are booked!", flag=ASK),
            _note(6, CALL_2, 197.0, "Check the print schedule with Finance.", flag=PROMISE),
        ),
        flags=(
            _flag(CODE_RED, CALL_1, "code-red", 10.0, 18.2),
            _flag(REPEAT, CALL_1, "repeat", 58.0, 64.4),
            _flag(DELIGHT, CALL_1, "delight", 71.0, 75.0),
            _flag(ASK, CALL_2, "ask", 182.0, 186.0),
            _flag(PROMISE, CALL_2, "follow-up", 189.0, 195.0),
        ),
        gaps=(
            Gap(id=f"6a9{1:029x}", session_id=SESSION, start=33.5, end=51.0, reason=GapReason.PAUSED),
            Gap(id=f"6a9{2:029x}", session_id=SESSION, start=78.0, end=140.0, reason=GapReason.BETWEEN_CALLS),
            Gap(id=f"6a9{3:029x}", session_id=SESSION, start=198.0, end=210.0, reason=GapReason.BETWEEN_CALLS),
        ),
        answers=(
            _answer(
                1, "always-happens", "Does that always happen?", "Every day since the new card came out.",
                reason="pay-how",
            ),
            _answer(
                2, "how-many", "How many calls (or emails) a day are like this?", "about ten", reason="pay-how",
                number=10.0, unit="a day",
            ),
            _answer(
                3, "better-way", "Isn't there a better way for customers to do this?",
                "Let the page take the card. It is our own.", reason="pay-how",
            ),
            _answer(
                4, "customer-input", "What would you normally do with this customer input?", "", reason="pay-how",
                skipped=True,
            ),
            _answer(
                5, "code-red", "Where was this reported, and what came back?",
                "In the tool, four times.\nNothing came back.", flag_id=CODE_RED,
            ),
            _answer(
                6, "stop-one", "If we could stop one kind of call, which should it be?",
                "Letters that cross with a payment.",
            ),
        ),
        follow_ups=(
            FollowUp(
                id=f"f0110{1:027x}", session_id=SESSION, rep="Maria L.", text="Ask IT for a date for the store card",
                owner="me", due="2026-11-20",
            ),
            FollowUp(
                id=f"f0110{2:027x}", session_id=SESSION, rep="Maria L.", text="Find out who prints the letters",
                owner="Finance", due="2026-11-16", done="2026-11-16", outcome="It is a nightly job; moved to noon.",
            ),
        ),
    )  # fmt: skip


def long_record(utterances: int = 2_000) -> SessionRecord:
    """The example stretched to so many utterances, 4 s apart: 2 000 take over two hours."""
    record = example_record()
    end = 10.0 + utterances * 4.0
    contact = msgspec.structs.replace(record.contacts[0], end=end)
    lines = (
        (
            10.0 + n * 4.0,
            13.5 + n * 4.0,
            Side.CUSTOMER if n % 2 else Side.REP,
            f"Sentence {n} of a long talk about the bill.",
        )
        for n in range(utterances)
    )
    session = msgspec.structs.replace(record.session, duration=end)
    return msgspec.structs.replace(
        record,
        session=session,
        contacts=(contact,),
        utterances=tuple(_utterance(number, CALL_1, line) for number, line in enumerate(lines, start=1)),
        notes=tuple(_note(n, CALL_1, 12.0 + n * 40.0, f"Note {n}") for n in range(utterances // 10)),
        flags=tuple(
            _flag(f"f1a6{n:028x}", CALL_1, "effort", 10.0 + n * 80.0, 12.0 + n * 80.0) for n in range(utterances // 20)
        ),
        gaps=(),
        answers=(),
        follow_ups=(),
    )
