"""The lists of names and jargon a queue: each is kept and replaced as a whole."""

from __future__ import annotations

from sqlite_utils import Database

from sidebyside.model import WordList
from sidebyside.store.connection import column, rows, run
from sidebyside.store.scrub import Need, Scrubber


def save(db: Database, scrubber: Scrubber, words: WordList) -> WordList:
    """Puts a list in the place of the one of its queue; an empty one deletes it."""
    if run(db, "DELETE FROM listed_word WHERE queue = ?", (words.queue,)):
        # What was taken off a list may be a customer's name.
        scrubber.ask(db, Need.LOG)
    for place, entry in enumerate(words.entries):
        run(db, "INSERT INTO listed_word (queue, place, entry) VALUES (?, ?, ?)", (words.queue, place, entry))
    return words


def of_queue(db: Database, queue: str) -> WordList:
    """The list of one queue, in its order; of the empty name, the list for every queue."""
    entries = column(db, "SELECT entry FROM listed_word WHERE queue = ? ORDER BY place", (queue,))
    return WordList(queue=queue, entries=tuple(entries))


def every(db: Database) -> list[WordList]:
    """All lists that have entries, the one for every queue first, then by queue."""
    lists: dict[str, list[str]] = {}
    for row in rows(db, "SELECT queue, entry FROM listed_word ORDER BY queue, place"):
        lists.setdefault(str(row["queue"]), []).append(str(row["entry"]))
    return [WordList(queue=queue, entries=tuple(entries)) for queue, entries in lists.items()]
