"""Which lines stand on the left of a debrief: from the agenda and the moments to headings, rows and choosers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sidebyside.debrief.prompts import Kind, Moment, Prompt
from sidebyside.model import Answer, SessionRecord
from sidebyside.ui.dates import count
from sidebyside.ui.debrief_answers import is_answered, shown_number
from sidebyside.ui.debrief_list import Entry, Look
from sidebyside.ui.words import clock

Latest = Callable[[Prompt], Answer | None]
NO_REASON = "Why were they calling?"


def entries(
    record: SessionRecord, prompts: Sequence[Prompt], moments: Sequence[Moment], latest: Latest
) -> tuple[Entry, ...]:
    """Moments by rank, then each reason with its questions, then the end."""
    return (*_moments(prompts, moments, latest), *_reasons(record, prompts, latest), *_end(prompts, latest))


def state_of(prompt: Prompt, answer: Answer | None) -> tuple[str | None, bool, bool]:
    """What a prompt's line says of its answer: the detail (None: leave it), ticked, skipped."""
    done, skipped = is_answered(answer), answer is not None and answer.skipped
    if prompt.kind is Kind.FLAG:
        return None, done, skipped
    return (shown_number(answer.number) if done and answer is not None else ""), done, skipped


def _row(prompt: Prompt, latest: Latest) -> Entry:
    detail, done, skipped = state_of(prompt, latest(prompt))
    title = prompt.question.short or prompt.question.text
    return Entry(key=prompt.key, title=title, detail=detail or "", done=done, skipped=skipped)


def _moments(prompts: Sequence[Prompt], moments: Sequence[Moment], latest: Latest) -> list[Entry]:
    rows: list[Entry] = []
    for moment in moments:
        about = [prompt for prompt in prompts if prompt.flag_id == moment.flag.id]
        if not about and not moment.kind.care:
            continue
        where = f"call {moment.contact.number} · {clock(moment.at)}" if moment.contact else clock(moment.at)
        first = about[0] if about else None
        answer = latest(first) if first else None
        rows.append(
            Entry(
                key=first.key if first else rough_key(moment),
                look=Look.MOMENT,
                title=moment.kind.name,
                detail=where,
                done=is_answered(answer),
                skipped=answer is not None and answer.skipped,
            )
        )
        rows += [_row(prompt, latest) for prompt in about[1:]]
    return [Entry(look=Look.HEADING, title="Moments"), *rows] if rows else []


def rough_key(moment: Moment) -> str:
    """Key of the line for a moment about which nothing is asked."""
    return f"rough:{moment.flag.id}"


def _reasons(record: SessionRecord, prompts: Sequence[Prompt], latest: Latest) -> list[Entry]:
    groups: dict[str | None, list[Prompt]] = {}
    for prompt in prompts:
        if prompt.kind is Kind.REASON:
            groups.setdefault(prompt.reason_key, []).append(prompt)
    rows: list[Entry] = []
    for key, about in groups.items():
        calls = count(about[0].contacts, "call") if about[0].contacts else ""
        rows.append(Entry(look=Look.HEADING, title=about[0].heading if key else NO_REASON, detail=calls))
        if key is None:
            rows += _choosers(record)
        rows += [_row(prompt, latest) for prompt in about]
    return rows


def _choosers(record: SessionRecord) -> list[Entry]:
    return [
        Entry(look=Look.CHOOSER, title=f"Call {contact.number}, at {clock(contact.start)}", contact=contact)
        for contact in record.contacts
        if contact.reason is None and not contact.struck
    ]


def _end(prompts: Sequence[Prompt], latest: Latest) -> list[Entry]:
    rows = [_row(prompt, latest) for prompt in prompts if prompt.kind is Kind.END]
    return [Entry(look=Look.HEADING, title="At the end"), *rows] if rows else []
