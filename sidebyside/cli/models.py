"""The speech models in the terminal: list, install, use, remove."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table

from sidebyside import settings
from sidebyside.errors import ModelCancelled, NotAllowed
from sidebyside.session import model_changes
from sidebyside.session.model_hearing import can_hear
from sidebyside.session.model_list import list_models, load_catalogue
from sidebyside.session.models import Hearing, ModelRow, ModelState, Pass, Progress
from sidebyside.settings import Settings

PASSES = {Pass.FIRST: "live text", Pass.SECOND: "hears again"}
WIDE = 160
"""Columns of the list for a file or another program."""
STATES = {
    ModelState.BUNDLED: "came with the app",
    ModelState.INSTALLED: "installed",
    ModelState.FOUND: "found here",
    ModelState.AVAILABLE: "can be installed",
    ModelState.FILE_ONLY: "from a file only",
}


def heard_with(language: str, options: Settings, engine: str | None) -> Hearing:
    """What a language is heard with; a note on what is missing goes to the error output.

    Raises:
        NotAllowed: there is no model for it.
    """
    hearing = can_hear(language, options, engine or "")
    if not hearing.ready:
        way = f" In the terminal: {_command(hearing.offer, options)}" if hearing.offer else ""
        raise NotAllowed(f"{hearing.message}{way}")
    for line in (hearing.message, hearing.caution):
        if line:
            print(line, file=sys.stderr)
    return hearing


def _command(offer: str, options: Settings) -> str:
    here = next((row for row in list_models(options) if row.name == offer and row.can_use), None)
    return f"sidebyside models {'use' if here else 'install'} {offer}"


def run_list(*, language: str | None, as_json: bool) -> int:
    """Print the models as a table, or as JSON."""
    rows = [row for row in list_models(settings.load()) if not language or language in row.languages]
    if as_json:
        print(msgspec.json.format(msgspec.json.encode([_plain(row) for row in rows])).decode())
        return 0
    if not rows:
        print(
            f"No model for {language} is known. One of your own: sidebyside models install PATH --language {language}"
        )
        return 0
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("model", "language", "for", "size", "licence", "state"):
        # Names are typed, so they are never cut.
        table.add_column(title, no_wrap=title in ("model", "size"), overflow="fold")
    for row in rows:
        table.add_row(row.name, row.languages_text, PASSES[row.which], row.size_text, row.licence, _state(row))
    Console(width=None if sys.stdout.isatty() else WIDE, markup=False, highlight=False).print(table)
    return 0


def _state(row: ModelRow) -> str:
    state = STATES[row.state]
    if row.partly:
        state += f", {round(100 * row.partly / row.size)} % is here"
    if row.can_use and not row.checked:
        state += ", not checked"
    if row.used_for:
        state += ", in use"
    return state


def _plain(row: ModelRow) -> dict[str, object]:
    return {**msgspec.structs.asdict(row), "folder": str(row.folder) if row.folder else None}


def run_install(what: str, language: str) -> int:
    """Install by name, or from a path if it looks like one or there is one."""
    options = settings.load()
    cancel = threading.Event()
    previous = signal.signal(signal.SIGINT, lambda number, frame: cancel.set())
    console = Console(stderr=True)
    bar = Bar(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )
    try:
        with bar:
            task = bar.add_task("Beginning", total=None)

            def on_progress(progress: Progress) -> None:
                bar.update(task, description=progress.text, completed=progress.done, total=progress.total or None)

            path = Path(what).expanduser()
            if path.exists() or len(Path(what).parts) > 1 or what.lower().endswith((".zip", ".gz", ".tgz")):
                row = model_changes.install_from(path, options, language, on_progress, cancel)
            else:
                row = model_changes.install(what, options, on_progress, cancel)
    except ModelCancelled as stopped:
        print(f"sidebyside: {stopped}", file=sys.stderr)
        return 130
    finally:
        signal.signal(signal.SIGINT, previous)
    _tell(row)
    return 0


def _tell(row: ModelRow) -> None:
    if row.checked:
        print(f"{row.title} is installed; its checksum is the published one.")
    else:
        print(f"{row.title} is installed. It could not be compared with a published checksum.")
        if row.checksum:
            print(f"The SHA-256 of what you brought is {row.checksum}")
    if row.used_for:
        print(f"It is used for {load_catalogue().listed(row.used_for)}.")
    else:
        print(f"To use it: sidebyside models use {row.name}")


def run_use(name: str, language: str) -> int:
    """Choose a model."""
    changed = model_changes.use(name, settings.load(), language)
    settings.save(changed)
    row = model_changes.find_row(name, changed)
    used = (language,) if language else row.used_for
    print(f"{row.title}: {PASSES[row.which]} for {load_catalogue().listed(used)}, from the next session on.")
    return 0


def run_remove(name: str, *, anyway: bool) -> int:
    """Delete a model."""
    options = settings.load()
    row = model_changes.find_row(name, options)
    settings.save(model_changes.remove(name, options, anyway=anyway))
    print(f"{row.title} was removed.")
    return 0
