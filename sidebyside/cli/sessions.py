"""The library in the terminal: list, show, delete, export."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sidebyside import paths
from sidebyside.cli.app import passphrase
from sidebyside.cli.live_text import clock
from sidebyside.content import load
from sidebyside.export.formats import FORMATS, render
from sidebyside.export.write import write_session
from sidebyside.model import Session, SessionState
from sidebyside.session.library_access import has_library, read_library, write_library


def run_list(*, as_json: bool) -> int:
    """Print one line a session."""
    summaries = []
    if has_library():
        with read_library(passphrase()) as library:
            summaries = library.sessions()
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(summaries), indent=2).decode())
        return 0
    if not summaries:
        print("There are no sessions yet. Sit down beside a rep, or try: sidebyside demo")
        return 0
    table = Table(box=None, pad_edge=False)
    for title in ("id", "when", "rep", "queue", "length", "calls", "notes", "flags", ""):
        table.add_column(title)
    for one in summaries:
        session = one.session
        table.add_row(
            session.id[:8],
            when(session),
            Text(session.rep),
            Text(session.queue),
            clock(session.duration),
            str(one.contacts),
            str(one.notes),
            str(one.flags),
            "" if session.state is SessionState.ENDED else session.state.value,
        )
    Console(soft_wrap=True).print(table)
    return 0


def when(session: Session) -> str:
    """Local date and time of its start."""
    local = datetime.fromisoformat(session.started).astimezone(timezone(timedelta(seconds=session.offset)))
    return local.strftime("%Y-%m-%d %H:%M")


def run_show(session_id: str) -> int:
    """Print a session as Markdown, with the private notes: it stays on this screen."""
    with read_library(passphrase()) as library:
        print(render(library.record(session_id), "md", load(paths.config()), private=True).decode(), end="")
    return 0


def run_delete(session_id: str) -> int:
    """Delete a session for good."""
    with write_library(passphrase()) as library:
        session = library.record(session_id).session
        library.delete_session(session.id).result()
    print(f"The session of {when(session)} was deleted for good. Exports that you made of it are not touched.")
    return 0


def run_export(session_id: str, folder: Path, formats: list[str]) -> int:
    """Write a session to a folder and print the files."""
    from click import UsageError

    unknown = [one for one in formats if one not in FORMATS]
    if unknown or not formats:
        raise UsageError(f"--format takes any of {', '.join(FORMATS)}; not {', '.join(unknown) or 'nothing'}.")
    with read_library(passphrase()) as library:
        record = library.record(session_id)
    for file in write_session(record, folder, formats, content=load(paths.config())):
        print(file)
    return 0
