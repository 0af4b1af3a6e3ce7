"""Installing a model: by name, from a file, from a folder; what fails leaves nothing behind."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from made_models import MOONSHINE, NAME, STREAMING, VOSK, WHISPER, ModelServer, publish, put, tarred, tree, zipped

from sidebyside import paths
from sidebyside.errors import (
    DownloadFailed,
    ModelCancelled,
    ModelRefused,
    ModelsBusy,
    NoRoom,
    NoSuchEngine,
    NoSuchModel,
    NotAllowed,
    WrongChecksum,
)
from sidebyside.speech import catalogue, model_archive, model_download, model_store
from sidebyside.speech.catalogue import Catalogue, Kind
from sidebyside.speech.installing import Course, Progress, Step, install, install_from, partly
from sidebyside.speech.messages import Plan
from sidebyside.speech.model_store import Installed, installed, verify
from sidebyside.speech.worker import load_engine

ZIP = zipped(VOSK)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_download, "PAUSES", (0.0,))
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def server() -> Iterator[ModelServer]:
    files = {f"{NAME}.zip": ZIP, **WHISPER}
    with ModelServer(files) as running:
        publish(running.url, ZIP)
        yield running


@pytest.fixture
def known(server: ModelServer) -> Catalogue:
    return catalogue.load(paths.config())


def bring(path: Path, known: Catalogue, language: str = "", course: Course | None = None) -> Installed:
    return install_from(path, known, course or Course(), language)


def nothing_left() -> bool:
    return tree(paths.models()) == {} and not list(paths.models().glob(".staging-*"))


def test_a_model_is_downloaded_verified_and_put_in_place(known: Catalogue) -> None:
    told: list[Progress] = []
    one = install(known.get(NAME), Course(told.append))
    assert tree(one.folder) == VOSK
    assert one.note.checked and one.note.kind is Kind.VOSK and one.note.languages == ("de",)
    assert [have.note.name for have in installed()] == [NAME]
    steps = list(dict.fromkeys(progress.step for progress in told))
    assert steps == [Step.DOWNLOADING, Step.CHECKING, Step.UNPACKING, Step.INSTALLING]
    assert told[0].total == len(ZIP) and "of 1 MB" in told[0].text
    assert not list(paths.models().glob(".downloads/*")), "the archive is not kept"


def test_a_model_of_single_files_is_downloaded(known: Catalogue) -> None:
    one = install(known.get("faster-whisper-base"), Course())
    assert tree(one.folder) == WHISPER and one.note.checked


def test_a_cut_download_waits_and_goes_on(server: ModelServer, known: Catalogue) -> None:
    server.cut_after = [2_000, 0, 0]
    model = known.get(NAME)
    with pytest.raises(DownloadFailed):
        install(model, Course())
    assert installed() == () and partly(model) == 2_000
    server.cut_after, server.asked = [], []
    assert tree(install(model, Course()).folder) == VOSK
    assert [asked for _, asked in server.asked] == ["bytes=2000-"]


def test_a_wrong_checksum_installs_nothing(server: ModelServer) -> None:
    publish(server.url, ZIP, md5="0" * 32)
    with pytest.raises(WrongChecksum):
        install(catalogue.load(paths.config()).get(NAME), Course())
    assert nothing_left()


def test_what_cannot_be_checked_is_not_downloaded(server: ModelServer, known: Catalogue) -> None:
    with pytest.raises(NotAllowed, match="No checksum of Vosk large, French is published"):
        install(known.get("vosk-model-fr-0.22"), Course())
    with pytest.raises(NotAllowed, match="came with the app"):
        install(known.get("moonshine-tiny-en"), Course())
    assert server.asked == []


def test_an_installation_is_stopped(known: Catalogue) -> None:
    cancel = threading.Event()
    with pytest.raises(ModelCancelled):
        install(known.get(NAME), Course(lambda progress: cancel.set(), cancel))
    assert installed() == () and not list(paths.models().glob(".staging-*"))


@pytest.mark.parametrize("step", [Step.UNPACKING, Step.CHECKING, Step.INSTALLING])
def test_stopped_at_any_step_it_leaves_nothing(tmp_path: Path, known: Catalogue, step: Step) -> None:
    cancel = threading.Event()

    def stop(progress: Progress) -> None:
        if progress.step is step:
            cancel.set()

    archive = tmp_path / "own-model.zip"
    archive.write_bytes(zipped({**VOSK, "more": b"x"}, "own-model"))
    try:
        bring(archive, known, "de", Course(stop, cancel))
    except ModelCancelled:
        assert nothing_left()
    else:
        assert step is Step.INSTALLING, "by then it was in place"


# --- brought by somebody ---


def test_a_zip_on_a_stick_is_known_by_its_checksum(tmp_path: Path, server: ModelServer, known: Catalogue) -> None:
    archive = tmp_path / "renamed.zip"
    archive.write_bytes(ZIP)
    one = bring(archive, known)
    assert one.note.name == NAME and one.note.checked and one.note.checksum == hashlib.sha256(ZIP).hexdigest()
    assert server.asked == [] and archive.read_bytes() == ZIP


def test_a_damaged_zip_of_a_known_name_is_refused(tmp_path: Path, known: Catalogue) -> None:
    archive = tmp_path / f"{NAME}.zip"
    archive.write_bytes(zipped({**VOSK, "more": b"x"}))
    with pytest.raises(WrongChecksum, match="has the name of Vosk small, German, but not its checksum"):
        bring(archive, known)
    assert nothing_left()


def test_a_zip_without_a_published_checksum_is_taken_with_its_own(tmp_path: Path, known: Catalogue) -> None:
    archive = tmp_path / "vosk-model-fr-0.22.zip"
    archive.write_bytes(zipped(VOSK, "vosk-model-fr-0.22"))
    one = bring(archive, known)
    assert (one.note.name, one.note.title, one.note.checked) == ("vosk-model-fr-0.22", "Vosk large, French", False)
    assert one.note.checksum == hashlib.sha256(archive.read_bytes()).hexdigest()


@pytest.mark.parametrize("deep", ["", "a/b/"])
def test_a_tar_of_an_unknown_model_says_its_language_by_its_name(tmp_path: Path, known: Catalogue, deep: str) -> None:
    archive = tmp_path / "stick.tgz"
    archive.write_bytes(tarred(VOSK, f"{deep}vosk-model-small-xy-1.0"))
    one = bring(archive, known)
    assert one.note.name == "vosk-model-small-xy-1.0" and one.note.languages == ("xy",) and not one.note.checked
    assert tree(one.folder) == VOSK


def test_a_folder_is_copied_and_may_be_taken_away(tmp_path: Path, known: Catalogue) -> None:
    one = bring(put(tmp_path / "My Model!", VOSK), known, "it")
    assert one.note.name == "my-model" and one.note.languages == ("it",) and tree(one.folder) == VOSK


@pytest.mark.parametrize(
    ("parts", "kind"), [(MOONSHINE, Kind.MOONSHINE), (STREAMING, Kind.MOONSHINE_STREAMING), (VOSK, Kind.VOSK)], ids=str
)
def test_each_kind_is_recognised_and_must_say_its_language(
    tmp_path: Path, known: Catalogue, parts: dict[str, bytes], kind: Kind
) -> None:
    folder = put(tmp_path / "mine", {**parts, "README": b"x", "tokenizer.bin": b"x" * 20})
    with pytest.raises(ModelRefused, match="--language"):
        bring(folder, known)
    assert nothing_left()
    assert bring(folder, known, "en").note.kind is kind


def test_single_files_are_known_by_their_checksums(tmp_path: Path, known: Catalogue) -> None:
    one = bring(put(tmp_path / "stick", WHISPER), known)
    assert one.note.name == "faster-whisper-base" and one.note.checked
    model_store.remove("faster-whisper-base")
    with pytest.raises(WrongChecksum, match=r"looks like Whisper base.*model\.bin"):
        bring(put(tmp_path / "altered", {**WHISPER, "model.bin": WHISPER["model.bin"][:-1] + b"!"}), known)
    with pytest.raises(NotAllowed, match="came with the app"):
        bring(put(tmp_path / "bundled", MOONSHINE), known)
    assert nothing_left()


def test_a_whisper_of_one_language_is_known_by_its_vocabulary(tmp_path: Path, known: Catalogue) -> None:
    own = {**WHISPER, "model.bin": WHISPER["model.bin"] + b"!"}
    assert bring(put(tmp_path / "own", own), known).note.languages == ("en",)
    own["vocabulary.txt"] += b"more\n"
    assert bring(put(tmp_path / "other", own), known).note.languages == ("en", "de", "fr")


@pytest.mark.parametrize("lacks", ["graph/HCLr.fst", "conf/mfcc.conf"])
def test_half_a_vosk_model_is_refused(tmp_path: Path, known: Catalogue, lacks: str) -> None:
    half = {name: content for name, content in VOSK.items() if name != lacks}
    with pytest.raises(ModelRefused, match="not a complete Vosk model"):
        bring(put(tmp_path / "half", half), known, "de")
    assert nothing_left()


@pytest.mark.parametrize(
    ("parts", "name"),
    [(MOONSHINE, "tokenizer.bin"), (STREAMING, "encoder.ort"), (WHISPER, "config.json"), (WHISPER, "tokenizer.json")],
)
def test_half_a_model_is_refused(tmp_path: Path, known: Catalogue, parts: dict[str, bytes], name: str) -> None:
    half = {one: content for one, content in parts.items() if one != name}
    with pytest.raises(ModelRefused, match=f"{name} is missing"):
        bring(put(tmp_path / "half", half), known, "de")
    assert nothing_left()


@pytest.mark.parametrize(
    ("parts", "name"),
    [(VOSK, "am/final.mdl"), (WHISPER, "model.bin"), (WHISPER, "config.json"), (MOONSHINE, "encoder_model.ort")],
)
def test_files_that_only_have_the_names_are_refused(
    tmp_path: Path, known: Catalogue, parts: dict[str, bytes], name: str
) -> None:
    with pytest.raises(ModelRefused, match="is not what a"):
        bring(put(tmp_path / "fake", {**parts, name: b"hello, I am a model"}), known, "de")
    assert nothing_left()


@pytest.mark.parametrize("what", ["nowhere", "text", "empty folder", "two models", "photos"])
def test_what_is_no_model_is_refused(tmp_path: Path, known: Catalogue, what: str) -> None:
    path = tmp_path / "thing"
    if what == "text":
        path.write_text("hello")
    elif what == "two models":
        put(put(path, {}) / "one", VOSK)
        put(path / "two", VOSK)
    elif what != "nowhere":
        put(path, {"a/b.jpg": b"x"} if what == "photos" else {})
        path.mkdir(exist_ok=True)
    with pytest.raises(ModelRefused, match=r"(?i)nothing was|nothing at"):
        bring(path, known, "de")
    assert nothing_left()


def test_a_hostile_archive_leaves_nothing(tmp_path: Path, known: Catalogue) -> None:
    archive = tmp_path / "evil.zip"
    archive.write_bytes(zipped({**VOSK, "../../../../evil": b"x"}, ""))
    before = tree(tmp_path.parent)
    with pytest.raises(ModelRefused, match="outside its folder"):
        bring(archive, known, "de")
    assert nothing_left() and tree(tmp_path.parent) == before


def test_a_nonsense_language_is_refused(tmp_path: Path, known: Catalogue) -> None:
    with pytest.raises(ModelRefused, match="no code of a language"):
        bring(put(tmp_path / "m", VOSK), known, "../de")


# --- room, order, and what was there before ---


def test_no_room_is_said_before_anything_is_fetched(
    server: ModelServer, known: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_archive, "SPARE", 10**18)
    with pytest.raises(NoRoom, match="Nothing was begun"):
        install(known.get(NAME), Course())
    assert server.asked == [] and nothing_left()


def test_installing_again_replaces_what_was_there(known: Catalogue) -> None:
    folder = install(known.get(NAME), Course()).folder
    (folder / "am" / "final.mdl").write_bytes(b"damaged")
    with pytest.raises(NoSuchEngine, match="has changed since"):
        verify(folder)
    verify(install(known.get(NAME), Course()).folder)
    assert not list(paths.models().glob(".staging-*"))


def test_a_folder_that_is_not_ours_is_not_judged(tmp_path: Path) -> None:
    verify(put(tmp_path / "files", VOSK))


def test_only_one_installs_at_a_time(known: Catalogue) -> None:
    with FileLock(paths.models() / ".lock"):
        with pytest.raises(ModelsBusy):
            install(known.get(NAME), Course())
        with pytest.raises(ModelsBusy):
            model_store.remove(NAME)


def test_removing_takes_all_of_it(known: Catalogue) -> None:
    install(known.get(NAME), Course())
    model_store.remove(NAME)
    assert nothing_left() and installed() == ()
    with pytest.raises(NoSuchModel):
        model_store.remove(NAME)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows itself keeps files that are open")
def test_a_model_that_is_listened_with_stays(known: Catalogue) -> None:
    one = install(known.get(NAME), Course())
    load = f"""
        from pathlib import Path
        from sidebyside.speech import model_store
        model_store.hold(Path({str(one.folder)!r}))
        print("held", flush=True)
        input()
    """
    command = [sys.executable, "-c", textwrap.dedent(load)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as listener:
        assert listener.stdout and listener.stdin and listener.stdout.readline() == "held\n"
        with pytest.raises(NotAllowed, match="being listened with"):
            model_store.remove(NAME)
        with pytest.raises(NotAllowed, match="being listened with"):
            install(known.get(NAME), Course())
        assert tree(one.folder) == VOSK
        listener.stdin.write("\n")
    model_store.remove(NAME)


def test_an_altered_model_is_not_loaded(known: Catalogue) -> None:
    folder = install(known.get(NAME), Course()).folder
    (folder / "graph" / "Gr.fst").write_bytes(bytes(4_999) + b"!")
    with pytest.raises(NoSuchEngine, match=r"has changed since it was installed \(graph/Gr\.fst\)"):
        load_engine(Plan(sides=(), engine="vosk", first_model=str(folder)))


def test_a_half_download_can_be_removed(server: ModelServer, known: Catalogue) -> None:
    server.cut_after = [2_000, 0, 0]
    with pytest.raises(DownloadFailed):
        install(known.get(NAME), Course())
    model_store.remove(NAME)
    assert nothing_left() and partly(known.get(NAME)) == 0


KILLED = """
import os, signal, sys
from pathlib import Path
from sidebyside import paths
from sidebyside.speech import catalogue, installing
from sidebyside.speech.installing import Course, Step

def die(progress):
    if progress.step is Step[sys.argv[2]]:
        os.kill(os.getpid(), signal.SIGKILL)

installing.install_from(Path(sys.argv[1]), catalogue.load(paths.config()), Course(die), "de")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
@pytest.mark.parametrize("step", ["UNPACKING", "INSTALLING"])
def test_what_a_killed_installation_left_is_gone_with_the_next(tmp_path: Path, known: Catalogue, step: str) -> None:
    archive = tmp_path / f"{NAME}.zip"
    archive.write_bytes(ZIP)
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(KILLED), str(archive), step], env=os.environ)
    assert done.returncode == -9
    assert installed() == () and list(paths.models().glob(".staging-*"))
    bring(archive, known)
    assert [one.note.name for one in installed()] == [NAME] and not list(paths.models().glob(".staging-*"))
