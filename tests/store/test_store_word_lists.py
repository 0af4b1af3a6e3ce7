"""Lists of names and jargon in the library: one a queue, kept whole, gone when deleted."""

from __future__ import annotations

from pathlib import Path

from sidebyside.model import WordList
from sidebyside.store.library import Library


def test_a_list_comes_back_in_its_order_after_a_restart(folder: Path, key: bytes) -> None:
    words = WordList(queue="Billing", entries=("Zenith", "arrears", "Okonkwo"))
    with Library.open(folder, key) as library:
        assert library.save_word_list(words).result() == words
    with Library.open(folder, key, read_only=True) as library:
        assert library.word_list("Billing") == words


def test_each_queue_has_its_own_and_none_is_shared(library: Library) -> None:
    for queue, entry in (("Billing", "arrears"), ("", "GDPR"), ("Sales", "upgrade")):
        library.save_word_list(WordList(queue=queue, entries=(entry,))).result()
    assert library.word_list("billing").entries == ("arrears",)
    assert library.word_list("Returns").entries == ()
    assert [words.queue for words in library.word_lists()] == ["", "Billing", "Sales"]


def test_a_list_is_replaced_whole_and_an_empty_one_is_gone(library: Library) -> None:
    library.save_word_list(WordList(queue="Billing", entries=("one", "two", "three"))).result()
    library.save_word_list(WordList(queue="BILLING", entries=("two",))).result()
    assert [words.entries for words in library.word_lists()] == [("two",)]
    library.save_word_list(WordList(queue="Billing")).result()
    assert library.word_lists() == []


def test_nothing_is_readable_in_the_files(folder: Path, library: Library) -> None:
    library.save_word_list(WordList(entries=("Featherstonehaugh",))).result()
    assert all(b"Featherstonehaugh" not in file.read_bytes() for file in folder.iterdir())
