"""The lists of names and jargon in the terminal: list, add, remove, import, export."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from sidebyside.cli.app import passphrase
from sidebyside.cli.listen import show_recovery_code
from sidebyside.errors import BadWordList
from sidebyside.model import WordList
from sidebyside.session.library_access import has_library, read_library
from sidebyside.session.word_list import read_csv, write_csv
from sidebyside.session.word_shelf import queue_name
from sidebyside.session.workspace import Workspace


def run_list(queue: str, *, as_json: bool) -> int:
    """Print one list, or all of them."""
    lists: list[WordList] = []
    if has_library():
        with read_library(passphrase()) as library:
            lists = [library.word_list(queue_name(queue))] if queue else library.word_lists()
    lists = [words for words in lists if words.entries]
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(lists), indent=2).decode())
        return 0
    if not lists:
        print("There is nothing on this list yet. Add to it with: sidebyside words add NAME" if queue else _NONE)
        return 0
    for words in lists:
        print(f"{_named(words.queue)} ({len(words.entries)})")
        for entry in words.entries:
            print(f"  {entry}")
    return 0


_NONE = "There are no lists yet. Begin one with: sidebyside words add NAME --queue QUEUE"


def run_add(entries: Sequence[str], queue: str) -> int:
    """Add to a list."""
    with Workspace.open(passphrase()) as workspace:
        show_recovery_code(workspace)
        before = workspace.word_list(queue)
        _say(workspace.add_words(queue, entries).result(), before)
    return 0


def run_import(file: Path, queue: str) -> int:
    """Add what a file lists."""
    return run_add(read_csv(file), queue)


def run_remove(entries: Sequence[str], queue: str, *, everything: bool) -> int:
    """Take entries, or all of them, off a list."""
    if everything == bool(entries):
        raise click.UsageError("Say which entries to take off, or --all.")
    with Workspace.open(passphrase()) as workspace:
        show_recovery_code(workspace)
        before = workspace.word_list(queue)
        gone = {entry.casefold() for entry in entries}
        missing = [entry for entry in entries if entry.casefold() not in {one.casefold() for one in before.entries}]
        if missing:
            raise BadWordList(f"“{missing[0]}” is not on the list of {_named(queue)}. The list is as it was.")
        left = [entry for entry in before.entries if not everything and entry.casefold() not in gone]
        _say(workspace.save_words(queue, left).result(), before)
    return 0


def run_export(file: Path, queue: str) -> int:
    """Write a list as CSV."""
    entries: tuple[str, ...] = ()
    if has_library():
        with read_library(passphrase()) as library:
            entries = library.word_list(queue_name(queue)).entries
    if not entries:
        raise BadWordList(f"There is nothing on the list of {_named(queue)}, so nothing was written.")
    write_csv(file, entries)
    print(file)
    return 0


def _named(queue: str) -> str:
    return queue_name(queue) or "every queue"


def _say(now: WordList, before: WordList) -> None:
    more = len(now.entries) - len(before.entries)
    change = f"{abs(more)} {'added' if more >= 0 else 'taken off'}"
    print(f"{_named(now.queue)}: {change}, {len(now.entries)} on the list. It counts from the next sitting.")
