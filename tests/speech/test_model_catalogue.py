"""The catalogue that comes with the app, and what is said of one that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_models import MOONSHINE, STREAMING, VOSK, WHISPER, put, zipped

from sidebyside import paths
from sidebyside.errors import BadContent, ModelRefused, NoSuchEngine, NoSuchModel
from sidebyside.speech import catalogue, moonshine, whisper
from sidebyside.speech.catalogue import Kind, Pass, language_in
from sidebyside.speech.model_folder import check, digest
from sidebyside.speech.model_found import compare, found


@pytest.fixture(autouse=True)
def _no_caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that a developer's own programs keep is found."""
    for name in ("VOSK_MODEL_PATH", "MOONSHINE_VOICE_CACHE", "HF_HUB_CACHE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


def test_the_catalogue_names_size_licence_checksum_and_source() -> None:
    known = catalogue.load()
    for model in known.models:
        assert model.licence and model.source.startswith("https://"), model.name
        assert all(one.url.startswith("https://") for one in model.published), model.name
        assert model.checkable or (model.archive and not model.bundled), model.name
    languages = {code for model in known.models if model.kind.which is Pass.FIRST for code in model.languages}
    assert {"en", "de", "fr", "es", "it", "nl", "pt", "ko"} <= languages
    kinds = {model.kind for model in known.models if not model.bundled}
    assert kinds == set(Kind)


def test_what_is_bundled_is_what_the_catalogue_says() -> None:
    known = catalogue.load()
    assert compare(known.get("moonshine-tiny-en"), moonshine.weights())
    assert compare(known.get("faster-whisper-tiny.en"), whisper.weights())
    assert check(moonshine.weights()) is Kind.MOONSHINE and check(whisper.weights()) is Kind.WHISPER


def test_an_unknown_name_is_answered_with_what_comes_near() -> None:
    known = catalogue.load()
    with pytest.raises(NoSuchModel, match=r"Did you mean vosk-model-small-de-0\.15"):
        known.get("vosk-small-de")
    with pytest.raises(NoSuchModel, match=r"called zzz\. Nothing was changed"):
        known.get("zzz")


def test_languages_are_listed_as_a_person_reads_them() -> None:
    known = catalogue.load()
    assert known.listed(("de",)) == "German"
    assert known.listed(("en", "de", "xx")) == "English, German, xx"
    assert known.listed(tuple(known.languages)).endswith(f"and {len(known.languages) - 3} more")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("vosk-model-small-de-0.15", "de"),
        ("vosk-model-cn-0.22", "zh"),
        ("vosk-model-small-en-us-0.15", "en"),
        ("moonshine-small-streaming-en", "en"),
        ("faster-whisper-small", ""),
        ("my model", ""),
    ],
)
def test_a_name_tells_the_language(name: str, code: str) -> None:
    assert language_in(name) == code


MODEL = """[[models]]
name = "a"
title = "A"
kind = "vosk"
languages = ["de"]
licence = "x"
source = "https://example.org"
archive = { name = "a.zip", url = "https://example.org/a.zip" }
"""


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (("version = 1", "version = 2"), "version 1"),
        (("https://example.org/a.zip", "http://example.org/a.zip"), "not an https address"),
        (('"de"', '"xx"'), "xx has no name"),
        (('"a.zip"', '"../a.zip"'), "name"),
        (('name = "a"', 'name = "../a"'), "name"),
        (('kind = "vosk"', 'kind = "other"'), "kind"),
        (("archive = ", "colour = 1\narchive = "), "colour"),
        (('a.zip" }', 'a.zip", sha256 = "12" }'), "sha256"),
        (('archive = { name = "a.zip", url = "https://example.org/a.zip" }', ""), "archive or files"),
        ((MODEL, MODEL + MODEL), "twice"),
        (("version", "version ="), "a.*"),
    ],
)
def test_a_wrong_catalogue_is_named_and_refused(change: tuple[str, str], wrong: str) -> None:
    right = f'version = 1\n[languages]\nde = "German"\n{MODEL}'
    file = paths.config() / "models.toml"
    file.write_text(right)
    assert catalogue.load(paths.config()).models[0].name == "a"
    file.write_text(right.replace(*change))
    with pytest.raises(BadContent, match=wrong) as caught:
        catalogue.load(paths.config())
    assert str(file) in str(caught.value)


# --- what other programs keep ---


def test_models_of_other_programs_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vosk, cache, hub = tmp_path / "vosk", tmp_path / "moonshine", tmp_path / "hub"
    for name, place in (("VOSK_MODEL_PATH", vosk), ("MOONSHINE_VOICE_CACHE", cache), ("HF_HUB_CACHE", hub)):
        monkeypatch.setenv(name, str(place))
    put(vosk / "vosk-model-small-fr-0.22", VOSK)
    put(vosk / "half", {"am/final.mdl": b"\x00B"})
    put(tmp_path / "home" / ".cache" / "vosk" / "vosk-model-small-nl-0.22", VOSK)
    put(cache / "download.moonshine.ai" / "model" / "base-en" / "quantized" / "base-en", MOONSHINE)
    put(cache / "download.moonshine.ai" / "model" / "small-streaming-en" / "quantized", STREAMING)
    repository = hub / "models--Systran--faster-whisper-small.en"
    blobs = put(repository / "blobs", {name.replace("/", "-"): content for name, content in WHISPER.items()})
    snapshot = repository / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    for name in WHISPER:
        (snapshot / name).symlink_to(blobs / name)
    put(repository / "refs", {"main": b"abc"})
    put(hub / "models--other--thing" / "snapshots" / "x", WHISPER)
    there = {one.name: (one.kind, one.languages) for one in found(catalogue.load())}
    assert there == {
        "vosk-model-small-fr-0.22": (Kind.VOSK, ("fr",)),
        "vosk-model-small-nl-0.22": (Kind.VOSK, ("nl",)),
        "moonshine-base-en": (Kind.MOONSHINE, ("en",)),
        "moonshine-small-streaming-en": (Kind.MOONSHINE_STREAMING, ("en",)),
        "faster-whisper-small.en": (Kind.WHISPER, ("en",)),
    }


def test_the_path_may_be_a_model_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = put(tmp_path / "my-french", VOSK)
    monkeypatch.setenv("VOSK_MODEL_PATH", str(model))
    assert [(one.name, one.folder) for one in found(catalogue.load())] == [("my-french", model.resolve())]


def test_nothing_is_found_where_nothing_is() -> None:
    assert found(catalogue.load()) == ()


def test_a_found_model_that_was_altered_is_refused(tmp_path: Path) -> None:
    known = catalogue.load().get("moonshine-tiny-en")
    altered = put(tmp_path / "m", {one.name: (moonshine.weights() / one.name).read_bytes() for one in known.files})
    assert compare(known, altered)
    with (altered / "tokenizer.bin").open("r+b") as stream:
        stream.write(b"!")
    with pytest.raises(NoSuchEngine, match=r"tokenizer\.bin is not the file"):
        compare(known, altered)


def test_an_old_vosk_model_is_one_too(tmp_path: Path) -> None:
    old = {"final.mdl": b"\x00B1", "mfcc.conf": b"--x", "HCLG.fst": b"x"}
    assert check(put(tmp_path / "old", old)) is Kind.VOSK
    with pytest.raises(ModelRefused):
        check(put(tmp_path / "fake", {**old, "final.mdl": b"no"}))


def test_checksums_are_those_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"abc")
    assert digest(file).startswith("ba7816bf") and digest(file, "md5").startswith("90015098")
    assert zipped({}, "")
