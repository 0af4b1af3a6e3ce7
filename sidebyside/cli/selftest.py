"""Checks on this computer what a session needs, and says for each whether it is there."""

from __future__ import annotations

import tempfile
from collections.abc import Callable

from sidebyside import content, paths, settings
from sidebyside.audio.devices import default_device
from sidebyside.errors import SideBySideError
from sidebyside.model import Kit, Layout
from sidebyside.privacy.redaction import redact
from sidebyside.session.demo import demo_sound
from sidebyside.session.plan import SitDown
from sidebyside.session.transcription import Transcriber
from sidebyside.session.workspace import Workspace
from sidebyside.speech.messages import Plan
from sidebyside.speech.whisper import weights


def run() -> int:
    """Print a line for each check; 1 if one failed that a session cannot do without."""
    checks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("resources", _resources),
        ("settings", _settings),
        ("folders", _folders),
        ("library", _library),
        ("masking", _masking),
        ("second pass' weights", lambda: f"verified in {weights().name}"),
        ("speech", _speech),
    )
    failed = 0
    for name, check in checks:
        try:
            print(f"ok      {name}: {check()}", flush=True)
        except (SideBySideError, OSError) as error:
            failed += 1
            print(f"FAILED  {name}: {error}", flush=True)
    try:
        print(f"ok      sound input: {default_device().name}")
    except SideBySideError as error:
        print(f"none    sound input: {error}")
    if failed:
        raise SideBySideError(f"{failed} of {len(checks)} checks failed; see the lines above.")
    return 0


def _resources() -> str:
    loaded = content.load(paths.config())
    return f"{len(loaded.flags)} flags, {len(loaded.reasons)} reasons, {len(loaded.questions.per_reason)} questions"


def _settings() -> str:
    settings.load()
    return str(settings.settings_file())


def _folders() -> str:
    for folder in (paths.data(), paths.config(), paths.logs()):
        with tempfile.NamedTemporaryFile(dir=folder):
            pass
    return str(paths.data())


def _library() -> str:
    with Workspace.throw_away() as workspace:
        conductor = workspace.sit_down(SitDown(rep="Self-test", kit=Kit.NOTES))
        conductor.start()
        conductor.note("The self-test was here.")
        session = conductor.end().result()
        found = workspace.record(session.id).notes
        _require(len(found) == 1, "a note was written but not read back")
    return "an encrypted library was made, written, read and thrown away"


def _masking() -> str:
    masked = redact("my card is four one one one, one one one one, one one one one, one one one one").text
    _require("one" not in masked, "a spoken card number was not masked")
    return "a spoken card number is masked"


def _speech() -> str:
    with Transcriber(Plan(sides=Layout.STEREO.sides, engine="moonshine")) as transcriber:
        texts = transcriber.run(demo_sound(), Layout.STEREO)
    words = sum(len(text.text.split()) for text in texts)
    _require(words > 100, f"only {words} words of the demo call were understood")
    return f"{words} words of the demo call were understood"


def _require(true: bool, otherwise: str) -> None:
    if not true:
        raise SideBySideError(otherwise)
