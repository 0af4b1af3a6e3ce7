"""The answers of a debrief while they are given: kept as they are typed, one record a question."""

from __future__ import annotations

import math

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from sidebyside.debrief import sums
from sidebyside.debrief.estimates import A_DAY, OF_TEN, parse_estimate
from sidebyside.debrief.prompts import Prompt
from sidebyside.model import Answer, Session, SessionRecord, SessionSummary
from sidebyside.session.plan import new_id
from sidebyside.session.workspace import Workspace
from sidebyside.store.library import Library
from sidebyside.ui.bridge import Bridge

REST = 500
"""Milliseconds without a key before what was typed is saved."""
UNITS = (A_DAY, OF_TEN)


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the fields of one question."""

    number: str = ""
    """The number field as typed; may be words."""
    unit: str = A_DAY
    words: str = ""
    skipped: bool = False


def is_answered(answer: Answer | None) -> bool:
    """Whether there is something in the answer, not merely a skip."""
    return answer is not None and not answer.skipped and bool(answer.text or answer.number is not None)


def shown_number(number: float | None) -> str:
    """A number without needless decimals."""
    if number is None:
        return ""
    return str(int(number)) if float(number).is_integer() else f"{number:.2f}".rstrip("0").rstrip(".")


def given_of(answer: Answer | None) -> Given:
    """What to put in the fields for a stored answer."""
    if answer is None or answer.skipped:
        return Given(skipped=answer is not None)
    return Given(number=shown_number(answer.number), unit=answer.unit or A_DAY, words=answer.text)


def understood(number: str, unit: str) -> tuple[float, str] | None:
    """The number in a field and its unit, or None where it is not clear; words for a share change the unit."""
    estimate = parse_estimate(number) if number.strip() else None
    if estimate is None or not math.isfinite(estimate.number):
        return None
    if estimate.unit == OF_TEN:
        return estimate.number, OF_TEN
    if unit == OF_TEN and estimate.number > sums.TEN:
        return None
    return estimate.number, unit


def words_of(given: Given) -> str:
    """The text of an answer: what was typed as words, and as a number where the number alone does not say it."""
    found = understood(given.number, given.unit)
    typed, words = given.number.strip(), given.words.strip()
    if typed and (found is None or typed != shown_number(found[0])) and typed not in words.splitlines():
        return f"{typed}\n{words}".strip()
    return words


def answer_of(prompt: Prompt, given: Given, session: Session, answer_id: str) -> Answer:
    """The record of what was given. Words in the number field are kept as words, so nothing typed is lost."""
    found = understood(given.number, given.unit)
    return Answer(
        id=answer_id,
        session_id=session.id,
        question=prompt.question.key,
        asked=prompt.question.text,
        reason=prompt.reason_key,
        flag_id=prompt.flag_id,
        text="" if given.skipped else words_of(given),
        number=None if given.skipped or found is None else found[0],
        unit="" if given.skipped or found is None else found[1],
        skipped=given.skipped,
    )


class Answers(QObject):
    """Keeps what is typed for each prompt and has it saved after a rest, on leaving, and before anything else.

    An answer has one id from its first letter on; saving it again makes a new version of it.
    """

    saved = Signal(str, object)
    """The prompt's key, and the answer as it was stored: masked."""
    failed = Signal(str)

    def __init__(self, workspace: Workspace, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace, self._bridge = workspace, bridge
        self._session: Session | None = None
        self._ids: dict[str, str] = {}
        self._latest: dict[str, Answer] = {}
        self._dirty: dict[str, tuple[Prompt, Given]] = {}
        self._rest = QTimer(self, interval=REST, singleShot=True)
        self._rest.timeout.connect(self.flush)

    def begin(self, session: Session) -> None:
        """Start with the answers of this session."""
        self.flush()
        self._session = session
        self._ids, self._latest = {}, {}

    @property
    def unsaved(self) -> bool:
        """Whether something was typed that the library has not been handed yet."""
        return bool(self._dirty)

    def latest(self, prompt: Prompt) -> Answer | None:
        """The newest answer to a prompt, stored or on its way."""
        return self._latest.get(prompt.key, prompt.answered)

    def all(self) -> tuple[Answer, ...]:
        """What was answered since `begin`, newest version each."""
        return tuple(self._latest.values())

    def give(self, prompt: Prompt, given: Given, *, now: bool = False) -> None:
        """Take what stands in the fields; it is saved after a rest, or `now`."""
        self._dirty[prompt.key] = (prompt, given)
        if now:
            self.flush()
        else:
            self._rest.start()

    def flush(self) -> None:
        """Hand everything typed to the library."""
        self._rest.stop()
        dirty, self._dirty = self._dirty, {}
        for prompt, given in dirty.values():
            self._save(prompt, given)

    def _save(self, prompt: Prompt, given: Given) -> None:
        if self._session is None:
            return
        before = self.latest(prompt)
        answer_id = self._ids.setdefault(prompt.key, before.id if before else new_id())
        answer = answer_of(prompt, given, self._session, answer_id)
        empty = not answer.skipped and not is_answered(answer)
        if answer == before or (empty and before is None):
            return
        self._latest[prompt.key] = answer
        try:
            future = self._workspace.save_answer(answer)
        except Exception as error:
            self._not_saved(prompt, given, error)
            return
        self._bridge.when_done(
            future,
            lambda stored: self._stored(prompt.key, answer, stored),
            lambda error: self._not_saved(prompt, given, error),
            self,
        )

    def _stored(self, key: str, sent: Answer, stored: Answer) -> None:
        if self._latest.get(key) == sent:
            self._latest[key] = stored
        self.saved.emit(key, stored)

    def _not_saved(self, prompt: Prompt, given: Given, error: Exception) -> None:
        """Keep it, and try again with the next change or on leaving."""
        self._dirty.setdefault(prompt.key, (prompt, given))
        if self._latest.get(prompt.key) != prompt.answered:
            self._latest.pop(prompt.key, None)
        self.failed.emit(
            f"This answer is not saved yet ({error}). It stays here and is tried again with the next change."
        )


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """What the library knows for a debrief: the session, and what was answered in others."""

    record: SessionRecord
    before: tuple[Answer, ...]
    """Earlier answers of this rep, oldest first."""
    others: dict[tuple[str, str | None], tuple[Answer, ...]]
    """Other sessions' number answers by question and reason, oldest first."""
    reps: dict[str, str]
    """Session id to rep."""


def read_past(library: Library, record: SessionRecord, asked: set[tuple[str, str | None]]) -> Past:
    """Read what others said to these questions (question, reason); off the Qt thread."""
    summaries: tuple[SessionSummary, ...] = tuple(library.sessions())
    reps = {summary.session.id: summary.session.rep for summary in summaries}
    age = {summary.session.id: summary.session.started for summary in summaries}
    here = record.session
    others: dict[tuple[str, str | None], tuple[Answer, ...]] = {}
    before: list[Answer] = []
    for question, reason in sorted(asked, key=str):
        found = [a for a in library.answers_for(question, reason) if a.session_id != here.id and not a.skipped]
        found.sort(key=lambda answer: age.get(answer.session_id, ""))
        others[question, reason] = tuple(answer for answer in found if answer.number is not None)
        before += [answer for answer in found if reps.get(answer.session_id) == here.rep]
    return Past(record=record, before=tuple(before), others=others, reps=reps)


def said_by_others(answer: Answer | None, others: tuple[Answer, ...], reps: dict[str, str]) -> str:
    """One line on what other reps said in the same unit, each rep's newest; empty until this one answered."""
    if answer is None or answer.number is None or not is_answered(answer):
        return ""
    newest: dict[str, float] = {}
    for other in others:
        if other.unit == answer.unit and other.number is not None:
            newest[reps.get(other.session_id, other.session_id)] = other.number
    newest.pop(reps.get(answer.session_id, answer.session_id), None)
    pooled = sums.pool(tuple(newest.values()))
    if pooled is None:
        return ""
    if pooled.n == 1:
        return f"1 rep says {shown_number(pooled.median)} {answer.unit}"
    low, middle, high = (shown_number(number) for number in (pooled.smallest, pooled.median, pooled.largest))
    return f"{pooled.n} reps say {low} to {high} {answer.unit}, median {middle}"
