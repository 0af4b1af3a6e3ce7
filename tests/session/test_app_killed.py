"""The whole app is killed without warning: everything it had acknowledged is there when it starts again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sidebyside.model import SessionState
from sidebyside.session.workspace import Workspace

PASSPHRASE = "keep what was said to be kept"
APP = """
import os, sys
from sidebyside.model import FlagSaved, Kit, NoteSaved, UtteranceSaved
from sidebyside.session.plan import SitDown
from sidebyside.session.workspace import Workspace

def said(event):
    item = {NoteSaved: "note", FlagSaved: "flag", UtteranceSaved: "utterance"}.get(type(event))
    if item:
        os.write(1, f"{item} {getattr(event, item).id}\\n".encode())

if __name__ == "__main__":
    workspace = Workspace.open(os.environ["SIDEBYSIDE_PASSPHRASE"])
    if sys.argv[1] == "demo":
        conductor = workspace.demo(speed=0.0)
    else:
        conductor = workspace.sit_down(SitDown(rep="Maria", kit=Kit.NOTES))
    conductor.subscribe(said)
    conductor.start()
    os.write(1, f"session {conductor.session.id}\\n".encode())
    for number in range(100_000):
        conductor.note(f"note {number}")
        conductor.flag("quote")
        if sys.argv[1] == "demo":
            import time
            time.sleep(0.05)
"""


@pytest.mark.parametrize(
    ("kind", "until"), [("notes", 40), pytest.param("notes", 333, marks=pytest.mark.slow), ("demo", 6)]
)
def test_what_was_acknowledged_is_there_again(tmp_path: Path, kind: str, until: int) -> None:
    script = tmp_path / "app.py"
    script.write_text(APP)
    environment = {**os.environ, "SIDEBYSIDE_PASSPHRASE": PASSPHRASE}
    app = subprocess.Popen([sys.executable, str(script), kind], stdout=subprocess.PIPE, text=True, env=environment)
    assert app.stdout
    wanted = "utterance" if kind == "demo" else "note"
    lines: list[str] = []
    while sum(line.startswith(wanted) for line in lines) < until:
        line = app.stdout.readline()
        assert line, "the app ended by itself"
        lines.append(line)
    app.send_signal(signal.SIGKILL)
    rest, _ = app.communicate()
    whole = [line.split() for line in "".join([*lines, rest]).splitlines()]
    told = {name: {words[1] for words in whole if words[0] == name and len(words[-1]) == 32} for name in NAMES}
    (session_id,) = told["session"]
    with Workspace.open(PASSPHRASE) as workspace:
        assert [one.id for one in workspace.recovered] == [session_id]
        record = workspace.record(session_id)
    assert record.session.state is SessionState.RECOVERED
    assert told["note"] and told["note"] <= {one.id for one in record.notes}
    assert told["flag"] and told["flag"] <= {one.id for one in record.flags}
    assert told["utterance"] <= {one.id for one in record.utterances}
    assert all(contact.end is not None for contact in record.contacts)
    with Workspace.open(PASSPHRASE) as workspace:
        assert workspace.recovered == ()


NAMES = ("session", "note", "flag", "utterance")
