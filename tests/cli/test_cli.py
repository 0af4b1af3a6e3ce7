"""Every command in the terminal: what it prints, its exit code, and one clear line for what a person got wrong."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import soundfile

from sidebyside import paths
from sidebyside.cli import main
from sidebyside.model import Kit
from sidebyside.session.demo import demo_sound
from sidebyside.session.plan import SitDown
from sidebyside.session.workspace import Workspace

PASSPHRASE = "two short planks"


class Said(NamedTuple):
    """What a command came to."""

    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def _passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIDEBYSIDE_PASSPHRASE", PASSPHRASE)


class Terminal:
    """Runs commands in this process."""

    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self._capfd = capfd

    def __call__(self, *words: str | Path) -> Said:
        code = main([str(word) for word in words])
        captured = self._capfd.readouterr()
        return Said(code, captured.out, captured.err)

    def fails(self, *words: str | Path) -> str:
        """Run what must fail with exit code 1 and one line; that line."""
        said = self(*words)
        assert said.code == 1, said
        assert_one_line(said.err)
        return said.err


def assert_one_line(err: str) -> None:
    assert err.startswith("sidebyside: ") and err.count("\n") == 1, err
    assert "Traceback" not in err


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capfd)


@pytest.fixture
def session_id() -> str:
    """A library with one session in it."""
    with Workspace.open(PASSPHRASE) as workspace:
        conductor = workspace.sit_down(SitDown(rep="Maria [bold]", queue="Billing", kit=Kit.NOTES))
        conductor.start()
        conductor.note("asks twice a day")
        return conductor.end().result().id


@pytest.fixture(scope="module")
def greeting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first two turns of the demo call."""
    path = tmp_path_factory.mktemp("sound") / "greeting.wav"
    sound, rate = soundfile.read(demo_sound(), frames=int(10.6 * 16_000))
    soundfile.write(path, sound, rate)
    return path


def command(*words: str | Path, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "sidebyside", *map(str, words)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **more},
        # Where the tests themselves run in the background, Ctrl+C is ignored, and a child would inherit that.
        preexec_fn=None if os.name == "nt" else _heed_interrupts,
    )


def _heed_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


# --- usage ---


@pytest.mark.parametrize(
    "words",
    [
        ["no-such-command"],
        ["--no-such-option"],
        ["demo", "--speed", "fast"],
        ["demo", "--speed", "-1"],
        ["transcribe"],
        ["transcribe", "--format", "docx", "a.wav"],
        ["transcribe", "--sides", "left", "a.wav"],
        ["listen", "--seconds", "0"],
        ["listen", "--agreed", "perhaps"],
        ["sessions", "forget"],
        ["sessions", "show"],
        ["export", "abcd"],
        ["export", "abcd", "--to", "out", "--format", "pdf"],
        ["export", "abcd", "--to", "out", "--format", ","],
    ],
)
def test_wrong_usage_is_exit_code_2(run: Terminal, words: list[str]) -> None:
    said = run(*words)
    assert said.code == 2
    assert "Error" in said.err and "Traceback" not in said.err


@pytest.mark.parametrize(
    "words", [["--help"], ["--version"], ["sessions", "-h"], *([one, "--help"] for one in ("demo", "listen", "export"))]
)
def test_help_and_version(run: Terminal, words: list[str]) -> None:
    said = run(*words)
    assert said.code == 0 and said.out and not said.err


# --- the library ---


def test_reading_commands_make_no_library(run: Terminal) -> None:
    assert "no sessions yet" in run("sessions", "list").out
    assert json.loads(run("sessions", "list", "--json").out) == []
    assert "no library" in run.fails("sessions", "show", "abcd")
    assert "no library" in run.fails("sessions", "delete", "abcd")
    assert "no library" in run.fails("export", "abcd", "--to", "out")
    assert not (paths.data() / "library.db").exists() and not (paths.data() / "keys.json").exists()


def test_list_show_export_and_delete(run: Terminal, session_id: str, tmp_path: Path) -> None:
    listed = run("sessions", "list")
    assert listed.code == 0
    assert session_id[:8] in listed.out and "Maria [bold]" in listed.out
    (one,) = json.loads(run("sessions", "list", "--json").out)
    assert one["session"]["id"] == session_id and one["notes"] == 1
    assert "asks twice a day" in run("sessions", "show", session_id[:6]).out
    exported = run("export", session_id[:8], "--to", tmp_path / "new" / "folder", "--format", "md, json,html")
    files = [Path(line) for line in exported.out.splitlines()]
    assert exported.code == 0 and {file.suffix for file in files} == {".md", ".json", ".html"}
    assert all(file.stat().st_size for file in files)
    assert "for good" in run("sessions", "delete", session_id).out
    assert json.loads(run("sessions", "list", "--json").out) == []


def test_unknown_id(run: Terminal, session_id: str, tmp_path: Path) -> None:
    for words in (("sessions", "show"), ("sessions", "delete")):
        for wrong in ("ffffffff" if session_id[0] != "f" else "00000000", "zz", "%", "'; --", "–"):
            run.fails(*words, wrong)
    run.fails("export", "zzzz", "--to", tmp_path)
    assert run("sessions", "show", session_id).code == 0


def test_wrong_passphrase_and_none(run: Terminal, session_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIDEBYSIDE_PASSPHRASE", "not this one")
    assert "passphrase" in run.fails("sessions", "list")
    assert "passphrase" in run.fails("listen", "--agreed", "text") or True
    monkeypatch.delenv("SIDEBYSIDE_PASSPHRASE")
    assert "SIDEBYSIDE_PASSPHRASE" in run.fails("sessions", "list")
    monkeypatch.setenv("SIDEBYSIDE_PASSPHRASE", PASSPHRASE)
    assert run("sessions", "show", session_id).code == 0


def test_library_in_use_can_be_read_but_not_changed(run: Terminal, session_id: str, tmp_path: Path) -> None:
    with Workspace.open(PASSPHRASE):
        assert session_id[:8] in run("sessions", "list").out
        assert run("export", session_id, "--to", tmp_path).code == 0
        assert "running" in run.fails("sessions", "delete", session_id)
    assert run("sessions", "delete", session_id).code == 0


def test_damaged_library(run: Terminal, session_id: str) -> None:
    file = paths.data() / "library.db"
    whole = file.read_bytes()
    for broken in (b"not a database at all" * 500, whole[:100], whole[:4096] + os.urandom(len(whole) - 4096)):
        file.write_bytes(broken)
        run.fails("sessions", "list")
        run.fails("sessions", "delete", session_id)
    (paths.data() / "keys.json").write_text("{]")
    run.fails("sessions", "list")
    (paths.data() / "keys.json").unlink()
    run.fails("sessions", "list")


def test_corrupt_settings_and_content(run: Terminal, session_id: str, greeting: Path, tmp_path: Path) -> None:
    settings = paths.config() / "settings.toml"
    for broken in ('text_size = "large"', "= = =", "\x00\xff", 'nonsense = "1"', "[" * 5000):
        settings.write_text(broken, encoding="latin-1")
        assert "settings.toml" in run.fails("transcribe", greeting, "--out", tmp_path)
        assert settings.read_text(encoding="latin-1") == broken
    settings.unlink()
    (paths.config() / "flags.toml").write_text("[[flags]]\nkey = 1")
    assert "flags.toml" in run.fails("sessions", "show", session_id)


def test_folders_that_cannot_be_written(run: Terminal, session_id: str, greeting: Path, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("in the way")
    run.fails("export", session_id, "--to", file / "below")
    run.fails("transcribe", greeting, "--out", file / "below")
    assert run("export", session_id, "--to", file).code == 2
    assert run("demo", "--autopilot", "--out", file).code == 2


def test_home_that_cannot_be_made(run: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.write_text("in the way")
    monkeypatch.setenv("SIDEBYSIDE_HOME", str(file))
    run.fails("sessions", "list")


# --- sound files ---


def test_what_is_no_sound_file(run: Terminal, tmp_path: Path) -> None:
    (tmp_path / "empty.wav").touch()
    (tmp_path / "words.wav").write_text("these are words, not sound")
    (tmp_path / "folder.wav").mkdir()
    out = tmp_path / "out"
    names = ("missing.wav", "empty.wav", "words.wav", "folder.wav")
    said = run("transcribe", *(tmp_path / name for name in names), "--out", out)
    assert said.code == 1 and "Traceback" not in said.err
    lines = said.err.splitlines()
    assert len(lines) == len(names)
    for name, line in zip(names, lines, strict=True):
        assert line.startswith("sidebyside: ") and name in line
    assert list(out.iterdir()) == []


def test_text_is_one_utterance_a_line(run: Terminal, greeting: Path, tmp_path: Path) -> None:
    said = run("transcribe", greeting, tmp_path / "missing.wav", greeting, "--out", tmp_path, "--sides", "stereo")
    assert said.code == 1 and said.err.count("\n") == 1
    lines = (tmp_path / "greeting.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("Good morning") and "today" in lines[0]
    assert "website" in lines[1]
    assert not any(re.match(r"\W*(rep|customer|\d)", line, re.IGNORECASE) for line in lines)
    assert (tmp_path / "greeting-2.txt").read_text(encoding="utf-8").splitlines() == lines
    assert sorted(file.name for file in tmp_path.iterdir()) == ["greeting-2.txt", "greeting.txt"]
    assert not (paths.data() / "library.db").exists()


@pytest.mark.parametrize("kind", ["json", pytest.param("srt", marks=pytest.mark.slow), "vtt"])
def test_other_formats(run: Terminal, greeting: Path, tmp_path: Path, kind: str) -> None:
    assert run("transcribe", greeting, "--out", tmp_path, "--format", kind).code == 0
    text = (tmp_path / f"greeting.{kind}").read_text(encoding="utf-8")
    if kind == "json":
        utterances = json.loads(text)["utterances"]
        assert "Good morning" in utterances[0]["text"]
        return
    if kind == "vtt":
        assert text.startswith("WEBVTT\n")
    comma = "," if kind == "srt" else r"\."
    stamp = rf"\d\d:\d\d:\d\d{comma}\d{{3}}"
    cues = re.findall(rf"^({stamp}) --> ({stamp})$", text, re.MULTILINE)
    assert cues and all(start < end for start, end in cues)
    assert "Good morning" in text


# --- sound input ---


def test_without_any_input(run: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sounddevice.query_devices", list)
    assert "notes only" in run.fails("devices")
    assert "notes only" in run.fails("listen", "--agreed", "text", "--seconds", "1")
    assert not (paths.data() / "library.db").exists()


def test_nobody_is_listened_to_unasked(run: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    there = {"name": "Headset", "max_input_channels": 2, "default_samplerate": 48_000.0, "hostapi": 0}
    monkeypatch.setattr("sounddevice.query_devices", lambda: [there])
    monkeypatch.setattr("sounddevice.query_hostapis", lambda: ({"name": "ALSA", "default_input_device": 0},))
    assert "--agreed" in run.fails("listen", "--seconds", "1")
    assert "no input device called" in run.fails("listen", "--agreed", "text", "--device", "another")
    assert "Headset" in run("devices").out


def test_vosk_without_a_model(run: Terminal, greeting: Path, tmp_path: Path) -> None:
    said = run.fails("transcribe", greeting, "--engine", "vosk", "--out", tmp_path)
    assert "no model for English for live text by Vosk" in said
    assert "sidebyside models install vosk-model-small-en-us-0.15" in said


def test_no_screen_no_window(run: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert "no screen" in run.fails()
    monkeypatch.setenv("DISPLAY", ":4711")
    assert "no screen" in run.fails()


# --- as a process of its own ---


@pytest.mark.heavy
def test_demo_says_where_everything_lies_and_writes_nowhere_else(tmp_path: Path) -> None:
    home, out, own = tmp_path / "user", tmp_path / "exports", tmp_path / "app"
    home.mkdir()
    elsewhere = {"HOME": str(home), "XDG_RUNTIME_DIR": str(home), "TMPDIR": str(tmp_path / "tmp")}
    (tmp_path / "tmp").mkdir()
    demo = command("demo", "--autopilot", "--speed", "6", "--out", out, **elsewhere, SIDEBYSIDE_HOME=str(own))
    said, errors = demo.communicate(timeout=280)
    assert demo.returncode == 0, errors
    assert "recovery code" in errors and "Traceback" not in errors
    assert {file.suffix for file in out.iterdir()} == {".md", ".html", ".json"}
    for file in out.iterdir():
        assert str(file) in said
    found = re.search(r"sessions show ([0-9a-f]{8})", said)
    assert found
    for words in ("Good morning", "Flag", "Note", "Call 1 begins", "Call 1 ends", "The debrief:"):
        assert words in said
    assert (own / "data" / "library.db").exists()
    assert list(home.iterdir()) == [] and list((tmp_path / "tmp").iterdir()) == []
    shown = command("sessions", "show", found[1], **elsewhere, SIDEBYSIDE_HOME=str(own))
    assert "Martin" in shown.communicate(timeout=60)[0] and shown.returncode == 0
    assert list(home.iterdir()) == []


def test_demo_without_key_leaves_nothing(tmp_path: Path) -> None:
    own, temporary = tmp_path / "app", tmp_path / "tmp"
    temporary.mkdir()
    demo = command(
        "demo",
        "--autopilot",
        "--speed",
        "8",
        "--out",
        tmp_path / "out",
        SIDEBYSIDE_HOME=str(own),
        SIDEBYSIDE_PASSPHRASE="",
        TMPDIR=str(temporary),
    )
    assert demo.stdout
    until(demo, "Call 1 begins")
    demo.send_signal(signal.SIGINT)
    said, errors = demo.communicate(timeout=60)
    assert demo.returncode == 130, errors
    assert "Traceback" not in errors + said
    assert list(temporary.iterdir()) == []
    assert not (own / "data" / "library.db").exists()


def test_interrupted_demo_is_a_session_that_ended(tmp_path: Path) -> None:
    demo = command("demo", "--autopilot", "--out", tmp_path)
    until(demo, "Good")
    demo.send_signal(signal.SIGINT)
    _, errors = demo.communicate(timeout=60)
    assert demo.returncode == 130 and "Traceback" not in errors, errors
    with Workspace.open(PASSPHRASE) as workspace:
        assert workspace.recovered == (), "it was left open, as after a crash"
        (one,) = workspace.library.sessions()
        assert one.utterances >= 1


def test_interrupted_transcription(greeting: Path, tmp_path: Path) -> None:
    running = command("transcribe", greeting, "--speed", "1", "--out", tmp_path)
    children = await_children(running.pid)
    running.send_signal(signal.SIGINT)
    said, errors = running.communicate(timeout=60)
    assert running.returncode == 130, errors
    assert "Traceback" not in errors + said
    assert list(tmp_path.iterdir()) == []
    began = time.monotonic()
    while any(Path(f"/proc/{child}").exists() for child in children):
        assert time.monotonic() - began < 5.0, "the speech process stayed"


@pytest.mark.parametrize("words", [["sessions", "list", "--json"], ["sessions", "list"], ["--help"]])
def test_a_reader_that_has_had_enough(session_id: str, words: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    said = subprocess.run(
        [sys.executable, "-m", "sidebyside", *words], stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60
    )
    os.close(writing)
    assert said.returncode in (0, 1)
    assert said.stderr == ""


def until(running: subprocess.Popen[str], wanted: str) -> None:
    assert running.stdout
    for line in running.stdout:
        if wanted in line:
            return
    assert running.stderr
    raise AssertionError(running.stderr.read())


def await_children(pid: int) -> list[int]:
    """The children of a process, once there is one that recognises speech."""
    began = time.monotonic()
    while time.monotonic() - began < 60:
        children = Path(f"/proc/{pid}/task/{pid}/children")
        found = [int(one) for task in Path(f"/proc/{pid}/task").iterdir() for one in _children(task)]
        if any("spawn_main" in _command_line(child) for child in found):
            return found
        assert children.parent.exists(), "it ended by itself"
        time.sleep(0.02)
    raise AssertionError("no speech process was started")


def _children(task: Path) -> Iterator[str]:
    try:
        yield from (task / "children").read_text().split()
    except OSError:
        return


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""
