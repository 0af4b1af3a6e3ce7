"""What to ask the rep now: the agenda of questions, each with the moment it is about and what was answered."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from sidebyside.content import reason_of
from sidebyside.debrief.moments import Moment, moments
from sidebyside.model import (
    Answer,
    Contact,
    Flag,
    FlagKind,
    Question,
    QuestionBank,
    Reason,
    SessionRecord,
    Utterance,
)

__all__ = ["Kind", "Moment", "Prompt", "agenda", "moments", "needs_break"]

CODE_RED = "code-red"
"""The flag that, with those to ask about, is talked about in the two-minute version too."""
THESE_CALLS = "These calls"
"""Heading of the questions about calls that nobody gave a reason."""
AT_THE_END = "At the end"


class Kind(StrEnum):
    """What a prompt is about."""

    REASON = "reason"
    FLAG = "flag"
    END = "end"


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """One question to ask now, with what it is about and what was answered."""

    key: str
    """Unlike any other in the agenda, and the same each time."""
    kind: Kind
    question: Question
    heading: str
    """The reason's or the flag's name, or a word for the rest."""
    reason: Reason | None = None
    """For kind `reason`; None for calls without one."""
    moment: Moment | None = None
    """The flagged moment to quote; for kind `flag`, the one that is asked about."""
    contacts: int = 0
    """How many calls it is about: those of the reason; one for a flag; none at the end."""
    answered: Answer | None = None
    """The latest answer, which may be `skipped`."""
    same_as_before: Answer | None = None
    """An earlier answer to the same question, to be confirmed in one key."""

    @property
    def about(self) -> str:
        """Key of the reason (empty without one), id of the flag, or `end`."""
        if self.kind is Kind.END:
            return "end"
        return self.flag_id or self.reason_key or ""

    @property
    def reason_key(self) -> str | None:
        """What an answer to this prompt carries as its reason."""
        return self.reason.key if self.kind is Kind.REASON and self.reason else None

    @property
    def flag_id(self) -> str | None:
        """What an answer to this prompt carries as its flag."""
        return self.moment.flag.id if self.kind is Kind.FLAG and self.moment else None

    @property
    def quote(self) -> Utterance | None:
        """The sentence to read out above the question."""
        return self.moment.quote if self.moment else None


def needs_break(record: SessionRecord, flags: Sequence[FlagKind]) -> bool:
    """Whether the latest call was a rough one: look after the rep, and ask nothing."""
    latest = _latest(record)
    return latest is not None and latest.id in _rough(record, flags)


def agenda(
    record: SessionRecord,
    bank: QuestionBank,
    flags: Sequence[FlagKind],
    reasons: Sequence[Reason],
    *,
    short: bool = False,
    before: Sequence[Answer] = (),
) -> tuple[Prompt, ...]:
    """The questions in the order to ask them.

    Price's four come first, once for each reason, calls of the same reason together; then the flags' questions, each
    under its moment; then what else there is to ask about a reason; then the end of the session. Nothing is asked about
    a call that was struck out or a rough one. The reason that most calls had comes first, calls without one last.

    The short version is for between calls: Price's four on the latest call's reason, then the flags to ask about and
    the code reds. It is empty when the latest call was a rough one.

    `before` holds answers of earlier debriefs, of this session or another beside this rep. One to the same question
    about the same reason is offered as "same as before?" instead of standing as answered. So is, within the session, an
    answer about another flag of the same kind on the same reason.
    """
    if short and needs_break(record, flags):
        return ()
    rough = _rough(record, flags)
    open_moments = [m for m in moments(record, flags) if m.contact is None or m.contact.id not in rough]
    answers = _Answers(record, before)
    if short:
        latest = _latest(record)
        pools = [pool for pool in _pools(record, rough, reasons) if latest is None or latest in pool.contacts]
        urgent = [m for m in open_moments if m.kind.ask or m.kind.key == CODE_RED]
        return (
            *_about_reasons(pools, bank.per_reason[: bank.core], open_moments, answers),
            *_about_flags(urgent, bank, answers),
        )
    pools = _pools(record, rough, reasons)
    return (
        *_about_reasons(pools, bank.per_reason[: bank.core], open_moments, answers),
        *_about_flags(open_moments, bank, answers),
        *_about_reasons(pools, bank.per_reason[bank.core :], open_moments, answers),
        *_at_end(bank, answers),
    )


class _Pool(msgspec.Struct, frozen=True, kw_only=True):
    """Calls of one reason."""

    reason: Reason | None
    contacts: tuple[Contact, ...]


class _Answers:
    """The answers of this debrief and of those before it, each the latest of its kind."""

    def __init__(self, record: SessionRecord, before: Sequence[Answer]) -> None:
        earlier = {answer.id for answer in before}
        contacts = {contact.id: contact for contact in record.contacts}
        self._topics = {flag.id: _topic(contacts.get(flag.contact_id or "")) for flag in record.flags}
        self._now = [answer for answer in record.answers if answer.id not in earlier]
        self._before = [answer for answer in before if not answer.skipped]

    def given(self, question: str, reason: str | None, flag_id: str | None) -> Answer | None:
        """What this debrief has on it."""
        return _last(self._now, question, reason, flag_id)

    def same(self, question: str, reason: str | None) -> Answer | None:
        """An earlier debrief's answer about the same reason."""
        return _last(self._before, question, reason, None) if reason else None

    def same_topic(self, question: str, flag: Flag) -> Answer | None:
        """An answer about another flag of this session, of the same kind and on the same reason."""
        told = [*self._before, *(answer for answer in self._now if not answer.skipped)]
        about = (a for a in reversed(told) if a.question == question and a.flag_id not in (None, flag.id))
        topic = self._topics.get(flag.id)
        return next((a for a in about if topic and self._topics.get(a.flag_id or "") == topic), None)


def _last(answers: Sequence[Answer], question: str, reason: str | None, flag_id: str | None) -> Answer | None:
    about = (question, reason, flag_id)
    return next((a for a in reversed(answers) if (a.question, a.reason, a.flag_id) == about), None)


def _topic(contact: Contact | None) -> str | None:
    """What a call is about; without a reason it is like itself only."""
    return (contact.reason or contact.id) if contact else None


def _about_reasons(
    pools: Sequence[_Pool], questions: Sequence[Question], found: Sequence[Moment], answers: _Answers
) -> list[Prompt]:
    prompts = []
    for pool in pools:
        key = pool.reason.key if pool.reason else None
        ids = {contact.id for contact in pool.contacts}
        moment = next((m for m in found if m.contact is not None and m.contact.id in ids), None)
        for question in questions:
            answered = answers.given(question.key, key, None)
            prompts.append(
                Prompt(
                    key=f"reason:{key or ''}:{question.key}",
                    kind=Kind.REASON,
                    question=question,
                    heading=pool.reason.name if pool.reason else THESE_CALLS,
                    reason=pool.reason,
                    moment=moment,
                    contacts=len(pool.contacts),
                    answered=answered,
                    same_as_before=None if answered else answers.same(question.key, key),
                )
            )
    return prompts


def _about_flags(found: Sequence[Moment], bank: QuestionBank, answers: _Answers) -> list[Prompt]:
    prompts = []
    for moment in found:
        for question in () if moment.kind.care else bank.by_flag.get(moment.kind.key, ()):
            answered = answers.given(question.key, None, moment.flag.id)
            prompts.append(
                Prompt(
                    key=f"flag:{moment.flag.id}:{question.key}",
                    kind=Kind.FLAG,
                    question=question,
                    heading=moment.kind.name,
                    moment=moment,
                    contacts=1 if moment.contact else 0,
                    answered=answered,
                    same_as_before=None if answered else answers.same_topic(question.key, moment.flag),
                )
            )
    return prompts


def _at_end(bank: QuestionBank, answers: _Answers) -> list[Prompt]:
    prompts = []
    for question in bank.at_end:
        answered = answers.given(question.key, None, None)
        prompts.append(
            Prompt(key=f"end:{question.key}", kind=Kind.END, question=question, heading=AT_THE_END, answered=answered)
        )
    return prompts


def _pools(record: SessionRecord, rough: set[str], reasons: Sequence[Reason]) -> list[_Pool]:
    """Calls by reason, the most frequent first, then the earliest; those without a reason last."""
    if not record.contacts:
        return [_Pool(reason=None, contacts=())]
    by_reason: dict[str | None, list[Contact]] = {}
    for contact in sorted(record.contacts, key=lambda c: c.start):
        if not contact.struck and contact.id not in rough:
            by_reason.setdefault(contact.reason, []).append(contact)
    pools = [
        _Pool(reason=reason_of(key, reasons) if key else None, contacts=tuple(contacts))
        for key, contacts in by_reason.items()
    ]
    return sorted(pools, key=lambda pool: (pool.reason is None, -len(pool.contacts)))


def _latest(record: SessionRecord) -> Contact | None:
    """The last call that was not struck out."""
    return max((c for c in record.contacts if not c.struck), key=lambda c: (c.start, c.number), default=None)


def _rough(record: SessionRecord, flags: Sequence[FlagKind]) -> set[str]:
    """Ids of the calls that were flagged as rough."""
    care = {kind.key for kind in flags if kind.care}
    return {flag.contact_id for flag in record.flags if flag.kind in care and flag.contact_id is not None}
