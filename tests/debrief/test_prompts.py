"""What is asked now: Price's four once a reason, each flag under its moment, nothing after a rough call."""

from __future__ import annotations

from collections.abc import Sequence

from example_record import ASK, CALL_1, CALL_2, CALL_3, CODE_RED, DELIGHT, PROMISE, REPEAT, SESSION, example_record
from msgspec.structs import replace

from sidebyside import content
from sidebyside.debrief.prompts import Kind, Prompt, agenda, moments, needs_break
from sidebyside.model import Answer, Contact, Flag, SessionRecord, Side

CONTENT = content.load()
PRICE = list(content.PRICE)
THEN = ["beyond-the-screen", "upstream"]
END = ["should-have-asked", "hardest-call", "stop-one", "unanswered", "missed", "put-differently"]


def ask(record: SessionRecord, *, short: bool = False, before: Sequence[Answer] = ()) -> tuple[Prompt, ...]:
    return agenda(record, CONTENT.questions, CONTENT.flags, CONTENT.reasons, short=short, before=before)


def with_flag(
    record: SessionRecord, kind: str, contact: str | None, at: float, identity: str = "e" * 32
) -> SessionRecord:
    flag = Flag(id=identity, session_id=SESSION, contact_id=contact, kind=kind, at=at, struck_at=at)
    return replace(record, flags=(*record.flags, flag))


def answer(question: str, text: str, **about: str) -> Answer:
    return Answer(
        id=(question + text).ljust(32, "0"), session_id=SESSION, question=question, asked="?", text=text, **about
    )


def called(record: SessionRecord, *reasons: str | None) -> SessionRecord:
    """The record with calls of these reasons instead, a minute each, without flags."""
    contacts = tuple(
        Contact(id=f"{n:032x}", session_id=SESSION, number=n, start=n * 60.0, end=n * 60.0 + 50, reason=reason)
        for n, reason in enumerate(reasons, start=1)
    )
    return replace(record, contacts=contacts, utterances=(), notes=(), flags=(), gaps=(), answers=())


def test_moments_stand_in_rank_with_call_and_time() -> None:
    found = moments(example_record(), CONTENT.flags)
    assert [moment.kind.key for moment in found] == ["ask", "code-red", "repeat", "delight", "follow-up"]
    code_red = found[1]
    assert (code_red.contact and code_red.contact.number, code_red.at) == (1, 5.0)


def test_a_moment_brings_its_words_its_notes_and_the_nearest_sentence() -> None:
    code_red = moments(example_record(), CONTENT.flags)[1]
    assert [utterance.start for utterance in code_red.evidence] == [6.0, 10.0, 19.0, 24.0]
    assert [note.text for note in code_red.notes] == ["Own store card refused on the web. Known since spring?"]
    assert code_red.quote is not None
    assert code_red.quote.text.startswith("Hello. I'm trying to settle my bill")


def test_private_notes_stand_apart() -> None:
    repeat = moments(example_record(), CONTENT.flags)[2]
    assert [note.text for note in repeat.notes] == ["Third workaround already: five windows open."]
    assert [note.private for note in repeat.private_notes] == [True]


def test_a_flag_nudged_onto_the_rep_quotes_the_rep() -> None:
    record = example_record()
    nudged = replace(record, flags=(replace(record.flags[0], at=20.0),))
    quote = moments(nudged, CONTENT.flags)[0].quote
    assert quote is not None
    assert (quote.side, quote.start) == (Side.REP, 19.0)


def test_where_both_speak_the_customer_is_quoted() -> None:
    record = example_record()
    over = replace(record.utterances[0], id="d" * 32, start=9.0, end=12.0, text="Of course.")
    quote = moments(replace(record, utterances=(over, *record.utterances)), CONTENT.flags)[1].quote
    assert quote is not None
    assert quote.side is Side.CUSTOMER


def test_a_moment_between_calls_has_session_time_and_no_words() -> None:
    moment = moments(with_flag(example_record(), "policy", None, 100.0), CONTENT.flags)[3]
    assert (moment.kind.key, moment.contact, moment.at, moment.evidence, moment.quote) == (
        "policy",
        None,
        100.0,
        (),
        None,
    )
    assert [note.text for note in moment.notes] == ["Break: the whole row has a paper list of workarounds."]


def test_struck_calls_have_no_moments_and_no_questions() -> None:
    record = with_flag(example_record(), "code-red", CALL_3, 215.0)
    assert all(moment.flag.contact_id != CALL_3 for moment in moments(record, CONTENT.flags))
    assert all(prompt.moment is None or prompt.moment.flag.contact_id != CALL_3 for prompt in ask(record))


def test_the_order_is_price_then_flags_then_the_rest_then_the_end() -> None:
    prompts = ask(replace(example_record(), answers=()))
    keys = [prompt.question.key for prompt in prompts]
    flags = ["ask", "code-red", "repeat", "delight", "follow-up"]
    assert keys == [*PRICE, *PRICE, *flags, *THEN, *THEN, *END]
    assert [prompt.about for prompt in prompts[:8]] == ["pay-how"] * 4 + ["why-this-letter"] * 4
    assert [prompt.about for prompt in prompts[8:13]] == [ASK, CODE_RED, REPEAT, DELIGHT, PROMISE]
    assert {prompt.about for prompt in prompts[-6:]} == {"end"}
    assert len({prompt.key for prompt in prompts}) == len(prompts)


def test_a_reason_quotes_its_highest_flag_and_a_flag_its_own() -> None:
    prompts = ask(example_record())
    by_key = {(prompt.question.key, prompt.about): prompt for prompt in prompts}
    always, delight = by_key["always-happens", "pay-how"], by_key["delight", DELIGHT]
    assert (always.heading, always.contacts, always.flag_id) == ("How do I pay?", 1, None)
    assert always.quote is not None and always.quote.start == 10.0
    assert delight.quote is not None and delight.quote.text == "You were lovely, at least. Thank you, Maria."
    assert (delight.heading, delight.flag_id, delight.reason_key) == ("Delight", DELIGHT, None)


def test_calls_of_one_reason_are_asked_about_once_the_most_frequent_first() -> None:
    record = called(example_record(), "return", None, "outage", "outage", None, None)
    pools = [(prompt.heading, prompt.contacts) for prompt in ask(record) if prompt.question.key == "always-happens"]
    assert pools == [("Is there an outage?", 2), ("I want to return it", 1), ("These calls", 3)]


def test_a_sitting_without_calls_still_gets_prices_four() -> None:
    prompts = ask(called(example_record()))
    assert [prompt.question.key for prompt in prompts] == [*PRICE, *THEN, *END]
    assert prompts[0].heading == "These calls" and prompts[0].about == "" and prompts[0].contacts == 0


def test_answers_are_found_again() -> None:
    by_key = {(prompt.question.key, prompt.about): prompt for prompt in ask(example_record())}
    number = by_key["how-many", "pay-how"].answered
    assert number is not None and number.number == 10.0
    assert by_key["how-many", "why-this-letter"].answered is None
    assert (skipped := by_key["customer-input", "pay-how"].answered) is not None and skipped.skipped
    assert by_key["code-red", CODE_RED].answered is not None
    assert by_key["stop-one", "end"].answered is not None


def test_the_latest_of_two_answers_counts() -> None:
    record = example_record()
    again = answer("always-happens", "Only on Mondays.", reason="pay-how")
    prompts = ask(replace(record, answers=(*record.answers, again)))
    assert prompts[0].answered == again


def test_an_answer_from_before_is_offered_not_taken() -> None:
    record = example_record()
    earlier = record.answers
    prompts = {(prompt.question.key, prompt.about): prompt for prompt in ask(record, before=earlier)}
    always = prompts["always-happens", "pay-how"]
    assert (always.answered, always.same_as_before) == (None, earlier[0])
    assert prompts["customer-input", "pay-how"].same_as_before is None, "a skipped question has no answer to repeat"
    assert prompts["always-happens", "why-this-letter"].same_as_before is None


def test_a_second_flag_of_a_kind_on_the_same_reason_offers_the_first_answer() -> None:
    record = with_flag(example_record(), "code-red", CALL_1, 60.0)
    prompts = {prompt.about: prompt for prompt in ask(record) if prompt.question.key == "code-red"}
    assert prompts["e" * 32].answered is None
    assert prompts["e" * 32].same_as_before == prompts[CODE_RED].answered
    other = with_flag(example_record(), "code-red", CALL_2, 150.0)
    assert {p.about: p.same_as_before for p in ask(other) if p.question.key == "code-red"}["e" * 32] is None


def test_nothing_is_asked_about_a_rough_call() -> None:
    record = with_flag(example_record(), "rough-call", CALL_1, 60.0)
    prompts = ask(record)
    assert all(prompt.about != "pay-how" for prompt in prompts)
    assert all(prompt.moment is None or prompt.moment.flag.contact_id != CALL_1 for prompt in prompts)
    assert {prompt.about for prompt in prompts if prompt.kind is Kind.FLAG} == {ASK, PROMISE}


def test_a_rough_call_leaves_other_calls_of_its_reason() -> None:
    record = called(example_record(), "outage", "outage")
    prompts = ask(with_flag(record, "rough-call", record.contacts[0].id, 70.0))
    assert (prompts[0].heading, prompts[0].contacts, prompts[0].moment) == ("Is there an outage?", 1, None)


def test_after_a_rough_call_comes_a_break() -> None:
    record = with_flag(example_record(), "rough-call", CALL_2, 150.0)
    assert needs_break(record, CONTENT.flags)
    assert ask(record, short=True) == ()
    assert not needs_break(example_record(), CONTENT.flags)


def test_the_short_version_is_the_latest_calls_reason_and_the_urgent_flags() -> None:
    prompts = ask(example_record(), short=True)
    assert [prompt.question.key for prompt in prompts] == [*PRICE, "ask", "code-red"]
    assert {prompt.about for prompt in prompts[:4]} == {"why-this-letter"}, (
        "call 3 was struck out, so call 2 is the latest"
    )


def test_flags_of_a_kind_that_is_gone_have_a_moment_but_no_question() -> None:
    record = with_flag(example_record(), "old-kind", CALL_1, 12.0)
    assert moments(record, CONTENT.flags)[-1].kind.name == "Old kind"
    assert all(prompt.about != "e" * 32 for prompt in ask(record))
