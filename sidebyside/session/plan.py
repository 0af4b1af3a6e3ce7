"""What is chosen on the Sit-down page, and the small things every front end needs to name."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import msgspec

from sidebyside.model import Agreement, Kit, Layout, Session
from sidebyside.privacy.redaction import redact


class SitDown(msgspec.Struct, frozen=True, kw_only=True):
    """Who, how, and what the rep agreed to."""

    rep: str
    queue: str = ""
    language: str = "en"
    kit: Kit = Kit.CORD
    device: str | None = None
    """Name of the input; None is the default one."""
    layout: Layout = Layout.MONO
    engine: str = ""
    """The first pass: `moonshine` or `vosk`; empty for what was chosen for the language."""
    agreed: Agreement = Agreement.TEXT
    notice: str = ""


class Engine(msgspec.Struct, frozen=True, kw_only=True):
    """A first pass that can be chosen."""

    name: str
    title: str
    available: bool
    why_not: str = ""


def new_id() -> str:
    """A random id for a record: 32 hexadecimal digits."""
    return uuid.uuid4().hex


def masked(plan: SitDown) -> SitDown:
    """The plan with what must not be kept masked in all that a person typed."""
    return msgspec.structs.replace(plan, rep=redact(plan.rep).text, queue=redact(plan.queue).text)


def begin_session(plan: SitDown) -> Session:
    """The record of a session that begins now, in the local zone; its names are masked."""
    plan = masked(plan)
    now = datetime.now(UTC)
    local = now.astimezone()
    offset = local.utcoffset()
    seconds = int(offset.total_seconds()) if offset else 0
    started = now.isoformat(timespec="seconds")
    return Session(
        id=new_id(),
        started=started,
        zone=str(local.tzinfo),
        offset=seconds,
        rep=plan.rep,
        queue=plan.queue,
        language=plan.language,
        kit=plan.kit,
        layout=plan.layout,
        agreed=plan.agreed,
        agreed_at=started,
        notice=plan.notice,
    )
