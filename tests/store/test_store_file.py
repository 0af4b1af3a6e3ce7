"""A file that is not this library's, or not whole, is told from a wrong key, and left as it is."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from library_records import a_note, a_session
from pages import decrypted_bytes

from sidebyside.errors import LibraryBusy, LibraryDamaged, LibraryNewer, SideBySideError, WrongKey
from sidebyside.store import keys, migrations
from sidebyside.store.connection import connect, fits, rows, run
from sidebyside.store.library import Library


@pytest.fixture
def made(folder: Path, key: bytes) -> Path:
    """The file of a library with a session in it."""
    with Library.open(folder, key) as library:
        session = a_session()
        library.start_session(session)
        library.end_session(session.id, 10.0)
        for at in range(200):
            library.save_note(a_note(session, f"note {at} with some more words", float(at)))
    return folder / "library.db"


def contents(folder: Path) -> dict[str, bytes]:
    """Every file but locks, which a reader may make: the lock file, the log's shared memory, an empty log."""
    files = {file.name: file.read_bytes() for file in folder.iterdir()}
    return {name: data for name, data in files.items() if data and not name.endswith((".lock", "-shm"))}


def refuses(error: type[SideBySideError], folder: Path, key: bytes) -> None:
    before = contents(folder)
    for read_only in (False, True):
        with pytest.raises(error):
            Library.open(folder, key, read_only=read_only)
    assert contents(folder) == before


def test_wrong_key_changes_nothing(made: Path, key: bytes) -> None:
    refuses(WrongKey, made.parent, secrets.token_bytes(32))
    Library.open(made.parent, key).close()


def test_wrong_key_leaves_the_log_of_a_running_app_alone(library: Library, folder: Path, key: bytes) -> None:
    session = a_session()
    library.start_session(session).result()
    before = contents(folder)
    assert before["library.db-wal"]
    with pytest.raises(WrongKey):
        Library.open(folder, secrets.token_bytes(32), read_only=True)
    assert contents(folder) == before
    assert library.record(session.id).session == session


def test_wrong_key_says_nothing_on_stderr(made: Path, key: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    refuses(WrongKey, made.parent, secrets.token_bytes(32))
    data = bytearray(made.read_bytes())
    data[4096 * 2 + 100] ^= 1
    made.write_bytes(data)
    with pytest.raises(LibraryDamaged), Library.open(made.parent, key) as library:
        for hit in library.sessions():
            library.record(hit.session.id)
        library.search("note")
    assert capfd.readouterr().err == ""


def zeroed(data: bytes) -> bytes:
    return bytes(4096) + data[4096:]


def cut(data: bytes) -> bytes:
    return data[:1000]


def flipped(data: bytes) -> bytes:
    return data[:500] + bytes([data[500] ^ 1]) + data[501:]


def text(_: bytes) -> bytes:
    return b"Dear diary, " * 1000


@pytest.mark.parametrize("damage", [zeroed, cut, flipped, text])
def test_damaged_file_is_told_from_a_wrong_key(folder: Path, damage: Callable[[bytes], bytes]) -> None:
    key = keys.open_key(folder, "words").key
    with Library.open(folder, key) as library:
        library.start_session(a_session())
    file = folder / "library.db"
    file.write_bytes(damage(file.read_bytes()))
    refuses(LibraryDamaged, folder, keys.open_key(folder, "words").key)


def test_unencrypted_database_is_refused(folder: Path, key: bytes) -> None:
    folder.mkdir()
    with sqlite3.connect(folder / "library.db") as plain:
        plain.execute("CREATE TABLE session (id)")
    plain.close()
    refuses(LibraryDamaged, folder, key)


def test_half_a_library_is_damaged_and_not_a_crash(made: Path, key: bytes) -> None:
    made.write_bytes(made.read_bytes()[: 4096 * 3])
    with pytest.raises(LibraryDamaged), Library.open(made.parent, key) as library:
        library.search("note")
        for summary in library.sessions():
            library.record(summary.session.id)


def test_empty_file_is_a_new_library(folder: Path, key: bytes) -> None:
    folder.mkdir()
    (folder / "library.db").touch()
    with Library.open(folder, key) as library:
        assert library.sessions() == []


def test_newer_library_is_left_alone(made: Path, key: bytes) -> None:
    db = connect(made, key)
    newer = {"migration_set": "sidebyside", "name": "9999_from_the_future", "applied_at": "2031-01-01"}
    run(
        db,
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES (:migration_set, :name, :applied_at)",
        newer,
    )
    db.close()
    refuses(LibraryNewer, made.parent, key)


def test_older_library_is_brought_up_to_date_with_all_that_is_in_it(folder: Path, key: bytes) -> None:
    folder.mkdir()
    db = connect(folder / "library.db", key)
    migrations.STEPS.apply(db, stop_before="0002_words")
    assert not migrations.is_current(db)
    session = a_session()
    run(
        db,
        "INSERT INTO session VALUES (:id, :started, :zone, :offset, :rep, '', 'en', 'cord', 'mono', 'text', '', '',"
        " '', 'ended', 5.0)",
        {"id": session.id, "started": session.started, "zone": session.zone, "offset": 3600, "rep": "Maria"},
    )
    db.close()
    with Library.open(folder, key, read_only=True) as reader:
        assert reader.record(session.id).session.rep == "Maria"
        assert reader.search("anything") == []
    with Library.open(folder, key) as library:
        assert library.record(session.id).session.duration == 5.0


def test_older_library_held_by_an_app_is_not_changed_under_it(folder: Path, key: bytes) -> None:
    with Library.open(folder, key) as library:
        assert library._writer
        library._writer.submit(lambda db: run(db, "DELETE FROM _sqlite_migrations WHERE name = '0002_words'")).result()
        with pytest.raises(LibraryBusy):
            Library.open(folder, key, read_only=True)


def test_migrations_keep_their_names_and_order(made: Path, key: bytes) -> None:
    db = connect(made, key, read_only=True)
    names = [row["name"] for row in rows(db, "SELECT name FROM _sqlite_migrations ORDER BY id")]
    db.close()
    # Released steps: add to the end of this list, change nothing in it.
    assert names == ["0001_tables", "0002_words", "0003_word_lists"]


def test_settings_that_keep_words_safe_are_on(made: Path, key: bytes) -> None:
    db = connect(made, key)
    try:
        got = {
            name: next(iter(rows(db, f"PRAGMA {name}")[0].values()))
            for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys", "temp_store")
        }
    finally:
        db.close()
    assert got == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1, "temp_store": 2}


def test_key_is_proved_on_the_first_page(made: Path, key: bytes) -> None:
    page = made.read_bytes()[:4096]
    assert fits(page, key)
    assert not fits(page, bytes(32))
    assert not fits(bytes([page[0] ^ 1]) + page[1:], key)
    assert not fits(page[:4000] + bytes([page[4000] ^ 1]) + page[4001:], key)


def test_page_reader_of_these_tests_sees_what_is_there(made: Path, key: bytes) -> None:
    plain = decrypted_bytes(made.parent, key)
    assert b"note 17 with some more words" in plain
    assert b"CREATE TABLE session" in plain
    assert b"note 17" not in made.read_bytes()
