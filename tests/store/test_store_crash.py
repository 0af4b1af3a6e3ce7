"""What was acknowledged survives a killed process; what it left open is closed at the next start."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import msgspec
from library_records import a_contact, a_flag, a_gap, a_note, a_session, an_utterance

from sidebyside.model import SessionState
from sidebyside.store.library import Library

WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from library_records import a_contact, a_note, a_session, an_utterance
from sidebyside.store.library import Library

library = Library.open(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]))
session = a_session()
contact = a_contact(session)
library.start_session(session)
library.save_contact(contact)
for at in range(100_000):
    note, heard = a_note(session, f"note {at}"), an_utterance(contact, f"words {at}", float(at))
    library.save_utterances([heard]).result()
    library.save_note(note).result()
    print(session.id, note.id, heard.id, flush=True)
"""


def test_acknowledged_writes_survive_a_kill(folder: Path, key: bytes) -> None:
    here = str(Path(__file__).parent)
    for round_ in range(5):
        child = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder), key.hex(), here], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout
        lines = [child.stdout.readline() for _ in range(20 + 7 * round_)]
        child.send_signal(signal.SIGKILL)
        rest, _ = child.communicate()
        acknowledged = [line.split() for line in [*lines, *rest.splitlines()] if len(line.split()) == 3]
        acknowledged = [ids for ids in acknowledged if len(ids[2]) == 32]
        assert len(acknowledged) >= 20
        with Library.open(folder, key) as library:
            assert [session.id for session in library.recovered] == [acknowledged[0][0]]
            record = library.record(acknowledged[0][0])
        assert record.session.state is SessionState.RECOVERED
        assert {note for _, note, _ in acknowledged} <= {note.id for note in record.notes}
        assert {heard for _, _, heard in acknowledged} <= {heard.id for heard in record.utterances}


def test_session_left_open_is_closed_at_its_last_moment(folder: Path, key: bytes) -> None:
    session = a_session()
    first, second = a_contact(session, 1, end=18.0), a_contact(session, 2)
    gap = a_gap(session, 30.0, None)
    with Library.open(folder, key) as library:
        library.start_session(session)
        for contact in (first, second):
            library.save_contact(contact)
        library.save_utterances([an_utterance(second, "cut off here", 40.0)])
        library.save_note(a_note(session, "typed", 41.0))
        library.save_flag(a_flag(session, at=43.0))
        library.save_gap(gap).result()
    with Library.open(folder, key) as library:
        (recovered,) = library.recovered
        assert recovered == msgspec.structs.replace(session, state=SessionState.RECOVERED, duration=45.0)
        record = library.record(session.id)
        assert record.session == recovered
        assert [contact.end for contact in record.contacts] == [18.0, 45.0]
        assert [one.end for one in record.gaps] == [45.0]
        assert [hit.text for hit in library.search("cut")] == ["cut off here"]
    with Library.open(folder, key) as library:
        assert library.recovered == ()


def test_reader_does_not_close_a_session_under_way(library: Library, folder: Path, key: bytes) -> None:
    library.start_session(a_session()).result()
    with Library.open(folder, key, read_only=True) as reader:
        assert reader.recovered == ()
        assert reader.sessions()[0].session.state is SessionState.OPEN
