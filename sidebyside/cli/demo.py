"""The demo call in the terminal: flags, notes and answers by script, then the exports."""

from __future__ import annotations

from pathlib import Path

from sidebyside import paths
from sidebyside.cli.app import passphrase
from sidebyside.cli.listen import show_recovery_code
from sidebyside.cli.live_text import LiveText
from sidebyside.session.autopilot import Autopilot
from sidebyside.session.workspace import Workspace


def run(*, speed: float, out: Path | None, asked: bool) -> int:
    """Play it, print live text as it comes, and say where everything lies."""
    if not asked:
        print("There is no screen, so the demo plays in the terminal.")
    out = (out or paths.documents() / "Demo").absolute()
    with Workspace.for_demo(passphrase()) as workspace:
        show_recovery_code(workspace)
        conductor = workspace.demo(speed)
        live = LiveText()
        live.name_flags({kind.key: kind.name for kind in workspace.content.flags})
        conductor.subscribe(live.take)
        pilot = Autopilot(workspace, conductor)
        pilot.start()
        while not pilot.finished:
            live.show(0.1)
        session = pilot.result()
        live.show(0.1)
        files = workspace.export(session.id, out)
        print("\nThe debrief:")
        for answer in workspace.record(session.id).answers:
            number = f"{answer.number:g} {answer.unit}." if answer.number is not None else ""
            print(f"  {answer.asked}\n      {' '.join(part for part in (number, answer.text) if part)}")
        print("\nEverything lies here:")
        for file in files:
            print(f"  {file}")
        if workspace.is_throw_away:
            print("  The session itself was in a throw-away library that is gone when this ends,")
            print("  because there is neither a keyring nor SIDEBYSIDE_PASSPHRASE.")
        else:
            print(f"  Session {session.id[:8]} in the library: sidebyside sessions show {session.id[:8]}")
    return 0
