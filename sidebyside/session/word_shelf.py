"""The part of the workspace that holds the lists of names and jargon, and what a sitting listens for."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future

from sidebyside.model import WordList
from sidebyside.privacy.redaction import redact
from sidebyside.session.word_list import checked
from sidebyside.store.library import Library


def queue_name(queue: str) -> str:
    """A queue's name as it is stored with sessions: trimmed, and masked where it holds what must not be kept."""
    return redact(" ".join(queue.split())).text


class WordShelf:
    """What a front end does with lists of words; whoever inherits has the library."""

    library: Library

    def word_list(self, queue: str = "") -> WordList:
        """The list of one queue; of the empty name, the one for every queue."""
        return self.library.word_list(self._queue(queue))

    def save_words(self, queue: str, lines: Iterable[str]) -> Future[WordList]:
        """Replace the list of a queue, one entry a line; an empty one deletes it.

        Raises:
            BadWordList: an entry cannot be taken; the list is as it was.
        """
        return self.library.save_word_list(WordList(queue=self._queue(queue), entries=checked(lines)))

    def add_words(self, queue: str, lines: Iterable[str]) -> Future[WordList]:
        """Add to the list of a queue, at its end; what it has already stays as it is written there.

        Raises:
            BadWordList: an entry cannot be taken, or the list would be too long; it is as it was.
        """
        added = checked(lines)
        return self.save_words(queue, (*self.word_list(queue).entries, *added))

    def vocabulary(self, queue: str) -> tuple[str, ...]:
        """What a sitting beside this queue listens for: its own list, then the one for every queue."""
        own = self.word_list(queue).entries if queue_name(queue) else ()
        return tuple(dict.fromkeys((*own, *self.word_list().entries)))

    def _queue(self, queue: str) -> str:
        """The queue as it is written already, where it is known."""
        name = queue_name(queue)
        return next((known for known in self.word_queues() if known.casefold() == name.casefold()), name)

    def word_queues(self) -> tuple[str, ...]:
        """Queues that a list can be for: those heard, the one heard last first, then others that have a list."""
        named = [words.queue for words in self.library.word_lists() if words.queue]
        known: dict[str, str] = {}
        for queue in (*self.library.queues(), *named):
            known.setdefault(queue.casefold(), queue)
        return tuple(known.values())
