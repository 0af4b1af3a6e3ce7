"""A live session in the terminal."""

from __future__ import annotations

import signal
import sys
import threading
import time

from sidebyside import settings
from sidebyside.audio.devices import find_device
from sidebyside.cli.app import passphrase
from sidebyside.cli.live_text import LiveText
from sidebyside.cli.models import heard_with
from sidebyside.errors import NotAllowed, SideBySideError
from sidebyside.model import Agreement, Layout, Listening
from sidebyside.session.plan import SitDown
from sidebyside.session.workspace import Workspace


def run(
    *,
    device: str | None,
    layout: Layout,
    seconds: float | None,
    rep: str,
    queue: str,
    agreed: Agreement | None,
    engine: str | None,
    language: str | None,
    left_out: bool = False,
) -> int:
    """Listen until the time is up or Ctrl+C, printing text as it comes."""
    options = settings.load()
    language = language or options.language
    heard_with(language, options, engine)
    found = find_device(device)
    rep = rep.strip() or "Rep"
    agreed = agreed or _ask(rep)
    if agreed is None:
        print("Not today, then. Nothing was heard and nothing was kept.")
        return 0
    with Workspace.open(passphrase()) as workspace:
        show_recovery_code(workspace)
        plan = SitDown(
            rep=rep,
            queue=queue.strip(),
            language=language,
            device=found.name,
            layout=layout,
            agreed=agreed,
            engine=engine or "",
            notice=workspace.settings.notice or workspace.content.conduct.notice,
        )
        conductor = workspace.sit_down(plan)
        live = LiveText()
        conductor.subscribe(live.take)
        conductor.show_left_out(left_out)
        stop = threading.Event()
        previous = signal.signal(signal.SIGINT, lambda number, frame: stop.set())
        try:
            live.line(f"Listening to {found.name}. Ctrl+C ends the session; the last words still arrive.")
            conductor.start()
            until = time.monotonic() + seconds if seconds else None
            while not stop.is_set() and (until is None or time.monotonic() < until):
                live.show(0.1)
                if conductor.listening is Listening.DEVICE_LOST:
                    break
            lost = conductor.listening is Listening.DEVICE_LOST
            ended = conductor.end()
            while not ended.done():
                live.show(0.1)
            session = ended.result()
            live.show(0.1)
        finally:
            signal.signal(signal.SIGINT, previous)
        kept = "Its text was not kept, as agreed." if agreed is Agreement.LISTEN else "It is in your library."
        live.line(f"Session {session.id[:8]} ended. {kept} Show it with: sidebyside sessions show {session.id[:8]}")
        if lost:
            raise SideBySideError("Listening ended because the sound input was lost; what was heard before is kept.")
    return 0


def show_recovery_code(workspace: Workspace) -> None:
    """Print the recovery code of a library that was just made."""
    if workspace.recovery_code:
        print(
            "A new library was made. Write this recovery code down; it is shown only now:\n"
            f"    {workspace.recovery_code}",
            file=sys.stderr,
        )


def _ask(rep: str) -> Agreement | None:
    if not sys.stdin.isatty():
        raise NotAllowed(
            "The rep has to agree first. Ask, then say what the answer was with --agreed text, or --agreed listen to "
            "keep no text. Nothing was heard."
        )
    print(f"{rep}, may this laptop write the call down as text? No sound is kept. Numbers are masked.")
    answer = input("[t] text is fine   [l] listen, keep no text   [n] not today: ").strip().lower()
    return {"t": Agreement.TEXT, "l": Agreement.LISTEN}.get(answer[:1])
