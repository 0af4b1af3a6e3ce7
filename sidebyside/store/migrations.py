"""The library's tables as numbered steps: only ever appended, never edited once released."""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from sidebyside.errors import LibraryNewer

STEPS = Migrations("sidebyside")

_VERSIONED = ("contact", "note", "flag", "answer", "follow_up")


@STEPS(name="0001_tables")
def _tables(db: Database) -> None:
    # Sessions, utterances and gaps are rewritten in place. What a person types or strikes is only ever appended:
    # the row with the largest `seq` of an id holds.
    for statement in (
        """CREATE TABLE session (
            id TEXT PRIMARY KEY, started TEXT NOT NULL, zone TEXT NOT NULL, "offset" INTEGER NOT NULL,
            rep TEXT NOT NULL, queue TEXT NOT NULL, language TEXT NOT NULL, kit TEXT NOT NULL, layout TEXT NOT NULL,
            agreed TEXT NOT NULL, agreed_at TEXT NOT NULL, notice TEXT NOT NULL, engine TEXT NOT NULL,
            state TEXT NOT NULL, duration REAL NOT NULL) STRICT""",
        "CREATE INDEX session_started ON session (started)",
        """CREATE TABLE utterance (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
            session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE, contact_id TEXT NOT NULL,
            side TEXT NOT NULL, "start" REAL NOT NULL, "end" REAL NOT NULL, text TEXT NOT NULL,
            stage TEXT NOT NULL) STRICT""",
        "CREATE INDEX utterance_session ON utterance (session_id)",
        """CREATE TABLE gap (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
            session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
            "start" REAL NOT NULL, "end" REAL, reason TEXT NOT NULL) STRICT""",
        "CREATE INDEX gap_session ON gap (session_id)",
        """CREATE TABLE contact (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL,
            session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE, number INTEGER NOT NULL,
            "start" REAL NOT NULL, "end" REAL, channel TEXT NOT NULL, reason TEXT, struck INTEGER NOT NULL) STRICT""",
        """CREATE TABLE note (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL,
            session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE, contact_id TEXT,
            at REAL NOT NULL, text TEXT NOT NULL, private INTEGER NOT NULL, flag_id TEXT) STRICT""",
        """CREATE TABLE flag (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL,
            session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE, contact_id TEXT,
            kind TEXT NOT NULL, at REAL NOT NULL, struck_at REAL NOT NULL) STRICT""",
        """CREATE TABLE answer (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL,
            session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE, question TEXT NOT NULL,
            asked TEXT NOT NULL, reason TEXT, flag_id TEXT, text TEXT NOT NULL, number REAL, unit TEXT NOT NULL,
            skipped INTEGER NOT NULL) STRICT""",
        "CREATE INDEX answer_question ON answer (question, reason)",
        """CREATE TABLE follow_up (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL,
            session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE, rep TEXT NOT NULL,
            text TEXT NOT NULL, owner TEXT NOT NULL, due TEXT NOT NULL, done TEXT NOT NULL,
            outcome TEXT NOT NULL) STRICT""",
        "CREATE INDEX follow_up_rep ON follow_up (rep)",
        # Undo and redo: the latest row of an id says whether it is taken back.
        """CREATE TABLE taken (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
            id TEXT NOT NULL, back INTEGER NOT NULL) STRICT""",
        "CREATE INDEX taken_id ON taken (id)",
        "CREATE INDEX taken_session ON taken (session_id)",
        # Ids alone, so that a late second pass cannot bring back what was shredded.
        """CREATE TABLE removed (
            id TEXT PRIMARY KEY, session_id TEXT REFERENCES session (id) ON DELETE CASCADE) STRICT""",
        "CREATE INDEX removed_session ON removed (session_id)",
        "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    ):
        db.execute(statement)
    for table in _VERSIONED:
        db.execute(f"CREATE INDEX {table}_id ON {table} (id)")
        db.execute(f"CREATE INDEX {table}_session ON {table} (session_id)")
        db.execute(
            f"CREATE VIEW {table}_now AS SELECT * FROM {table} AS one"
            f" WHERE seq = (SELECT max(seq) FROM {table} WHERE id = one.id)"
            " AND coalesce((SELECT back FROM taken WHERE id = one.id ORDER BY seq DESC LIMIT 1), 0) = 0"
        )


@STEPS(name="0002_words")
def _words(db: Database) -> None:
    # Words are indexed when their session ends, so a pause or a strike-out in a live one never meets the index.
    for table, index in (("utterance", "utterance_words"), ("note", "note_words")):
        db.execute(
            f"CREATE VIEW {table}_closed AS SELECT {table}.* FROM {table}"
            f" JOIN session ON session.id = {table}.session_id WHERE session.state <> 'open'"
        )
        db.execute(
            f"CREATE VIRTUAL TABLE {index} USING fts5(text, content='{table}_closed', content_rowid='seq',"
            " prefix='1 2 3', tokenize='unicode61 remove_diacritics 2')"
        )
        # Without it a deleted word stays in the index until some later merge.
        db.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('secure-delete', 1)")
        # Building the index anew in larger strides: half the time.
        db.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('hashsize', {32 * 1024 * 1024})")


@STEPS(name="0003_word_lists")
def _word_lists(db: Database) -> None:
    # One list a queue however its name is written; the empty name stands for every queue.
    db.execute(
        """CREATE TABLE listed_word (
            queue TEXT NOT NULL COLLATE NOCASE, place INTEGER NOT NULL, entry TEXT NOT NULL,
            PRIMARY KEY (queue, place)) STRICT, WITHOUT ROWID"""
    )


def is_current(db: Database) -> bool:
    """Whether the library has all of this program's steps.

    Raises:
        LibraryNewer: it has steps that this program does not know; nothing was changed.
    """
    with Database(memory=True, execute_plugins=False) as nothing_yet:
        known = {step.name for step in STEPS.pending(nothing_yet)}
    applied = {step.name for step in STEPS.applied(db)}
    if applied - known:
        raise LibraryNewer(
            "This library was written by a newer version of Side by Side. Nothing was changed. Install that version."
        )
    return applied == known


def migrate(db: Database) -> None:
    """Takes the library to this program's version, each step in a transaction of its own.

    Raises:
        LibraryNewer: it has steps that this program does not know; nothing was changed.
    """
    if not is_current(db):
        STEPS.apply(db)
