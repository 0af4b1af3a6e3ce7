"""A session's words as plain text: one utterance a line, nothing else."""

from __future__ import annotations

from sidebyside.content import Content
from sidebyside.export.wording import one_line
from sidebyside.model import SessionRecord


def render(record: SessionRecord, content: Content) -> str:
    """The utterances in order of time; empty ones are left out."""
    spoken = sorted(record.utterances, key=lambda utterance: (utterance.start, utterance.id))
    return "".join(f"{line}\n" for utterance in spoken if (line := one_line(utterance.text)))
