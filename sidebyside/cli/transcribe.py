"""Sound files to text files."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import msgspec
import soundfile
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn

from sidebyside import content, settings
from sidebyside.cli.models import heard_with
from sidebyside.errors import ExportFailed, SideBySideError
from sidebyside.export.formats import render
from sidebyside.model import Layout, SessionRecord, Utterance
from sidebyside.session.hearing import Text
from sidebyside.session.plan import SitDown, begin_session
from sidebyside.session.transcription import Transcriber
from sidebyside.session.word_list import read_csv


def run(
    files: Sequence[Path],
    *,
    out: Path,
    text_format: str,
    speed: float,
    engine: str | None,
    layout: Layout,
    language: str | None,
    listed: Path | None = None,
) -> int:
    """Transcribe each file; one that cannot be read is said and the others go on."""
    options = settings.load()
    hearing = heard_with(language or options.language, options, engine)
    vocabulary = read_csv(listed) if listed else ()
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExportFailed(f"The folder {out} cannot be made ({error.strerror}). Nothing was written.") from error
    failed = 0
    words = content.load()
    console = Console(stderr=True)
    with ExitStack() as stack:
        bar = stack.enter_context(
            Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TaskProgressColumn(),
                TimeRemainingColumn(),
                console=console,
                disable=not console.is_terminal,
                transient=True,
            )
        )
        plan = msgspec.structs.replace(hearing.plan(layout.sides), vocabulary=vocabulary)
        transcriber = stack.enter_context(Transcriber(plan))
        for name, path in _names(files):
            task = bar.add_task(path.name, total=_seconds(path))
            try:
                texts = transcriber.run(path, layout, speed, partial(_advance, bar, task))
                _write(out / f"{name}.{text_format}", render(_record(texts, layout), text_format, words))
            except SideBySideError as error:
                failed += 1
                print(f"sidebyside: {path.name}: {error}", file=sys.stderr)
            bar.remove_task(task)
    return 1 if failed else 0


def _advance(bar: Progress, task: TaskID, seconds: float) -> None:
    bar.update(task, completed=seconds)


def _record(texts: Sequence[Text], layout: Layout) -> SessionRecord:
    """The texts as a session that was never stored, which is what the formats take."""
    session = begin_session(SitDown(rep="", layout=layout))
    utterances = (
        Utterance(
            id=text.id,
            session_id=session.id,
            contact_id="",
            side=text.side,
            start=round(text.start, 3),
            end=round(text.end, 3),
            text=text.text,
            stage=text.stage,
        )
        for text in texts
    )
    return SessionRecord(session=session, utterances=tuple(utterances))


def _names(files: Sequence[Path]) -> list[tuple[str, Path]]:
    """A name for each file's text; two files of one stem keep their texts apart."""
    taken: dict[str, int] = {}
    names = []
    for path in files:
        taken[path.stem] = taken.get(path.stem, 0) + 1
        names.append((path.stem if taken[path.stem] == 1 else f"{path.stem}-{taken[path.stem]}", path))
    return names


def _seconds(path: Path) -> float | None:
    try:
        return float(soundfile.info(path).duration)
    except (soundfile.SoundFileError, OSError, TypeError):
        return None


def _write(path: Path, content_bytes: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content_bytes)
        Path(name).replace(path)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise ExportFailed(f"{path} could not be written ({error.strerror}); nothing half-written is left.") from error
