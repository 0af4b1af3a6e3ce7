"""The models in the terminal."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from made_models import NAME, VOSK, WHISPER, ModelServer, publish, put, zipped

from sidebyside import settings
from sidebyside.cli import main
from sidebyside.speech import model_download

ZIP = zipped(VOSK)


@pytest.fixture(autouse=True)
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    for name in ("VOSK_MODEL_PATH", "MOONSHINE_VOICE_CACHE", "HF_HUB_CACHE", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(model_download, "PAUSES", ())
    with ModelServer({f"{NAME}.zip": ZIP, **WHISPER}) as running:
        publish(running.url, ZIP)
        yield running


class Said:
    """Runs commands and keeps what the last one said."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.out = self.err = ""

    def __call__(self, *words: str | Path, code: int = 0) -> str:
        assert main([str(word) for word in words]) == code
        self.out, self.err = self._capsys.readouterr()
        if code == 1:
            assert self.err.startswith("sidebyside: ") and self.err.count("\n") == 1
        return self.out + self.err


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Said:
    return Said(capsys)


def lines(text: str) -> dict[str, str]:
    return {line.split()[0]: line for line in text.splitlines() if line.strip()}


def test_from_the_list_to_use_and_away(run: Said) -> None:
    listed = lines(run("models", "list"))
    assert "came with the app, in use" in listed["moonshine-tiny-en"]
    assert "German" in listed[NAME] and "1 MB" in listed[NAME] and "can be installed" in listed[NAME]
    assert "from a file only" in listed["vosk-model-fr-0.22"]
    assert list(lines(run("models", "list", "--language", "fr"))) == [
        "model",
        "vosk-model-fr-0.22",
        "faster-whisper-base",
    ]
    assert "published one" in run("models", "install", NAME) and "used for German" in run.out
    assert "live text for German" in run("models", "use", NAME)
    assert settings.load().first_models == {"de": NAME}
    assert "chose for German" in run("models", "remove", NAME, code=1)
    assert "was removed" in run("models", "remove", NAME, "--anyway")
    assert settings.load().first_models == {}


def test_the_list_for_programs(run: Said) -> None:
    rows = json.loads(run("models", "list", "--json"))
    assert {row["name"]: row["state"] for row in rows}[NAME] == "available"
    assert all(set(row) >= {"name", "languages", "size", "licence", "used_for", "folder"} for row in rows)


def test_from_a_stick_without_a_network(run: Said, server: ModelServer, tmp_path: Path) -> None:
    archive = tmp_path / "stick" / f"{NAME}.zip"
    put(archive.parent, {archive.name: ZIP})
    assert "published one" in run("models", "install", archive)
    own = put(tmp_path / "stick" / "our-own", VOSK)
    assert "--language" in run("models", "install", own, code=1)
    assert "could not be compared" in run("models", "install", own, "--language", "fr")
    assert server.asked == []


def test_what_goes_wrong_is_one_line(run: Said, server: ModelServer, tmp_path: Path) -> None:
    assert "Did you mean" in run("models", "install", "vosk-small-de", code=1)
    assert "nothing at" in run("models", "install", "./nowhere.zip", code=1)
    assert "vosk-model-fr-0.22.zip yourself" in run("models", "install", "vosk-model-fr-0.22", code=1)
    archive = tmp_path / "evil.zip"
    archive.write_bytes(zipped({"../evil": b"x"}, ""))
    assert "outside its folder" in run("models", "install", archive, code=1)
    server.files[f"{NAME}.zip"] = ZIP[:-1] + b"!"
    assert "not the file that its publisher made" in run("models", "install", NAME, code=1)
    server.files.clear()
    assert "404" in run("models", "install", NAME, code=1)


def test_a_language_without_a_model_is_said_first(run: Said, tmp_path: Path) -> None:
    for words in (["listen", "--agreed", "text"], ["transcribe", tmp_path / "a.wav"]):
        said = run(*words, "--language", "de", code=1)
        assert "no model for German" in said and f"sidebyside models install {NAME}" in said
    put(tmp_path / "VOSK_MODEL_PATH" / NAME, VOSK)
    assert f"sidebyside models use {NAME}" in run("transcribe", tmp_path / "a.wav", "--language", "de", code=1)


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl+C cannot be sent to one process alone on Windows")
def test_ctrl_c_keeps_what_arrived(server: ModelServer) -> None:
    server.hold_after = 5_000
    process = subprocess.Popen(
        [sys.executable, "-m", "sidebyside", "models", "install", NAME], stderr=subprocess.PIPE, text=True
    )
    part = server.part(NAME)
    while not part.exists() or not part.stat().st_size:
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert "is kept" in process.communicate(timeout=60)[1]
    assert process.returncode == 130 and 0 < part.stat().st_size <= 5_000
