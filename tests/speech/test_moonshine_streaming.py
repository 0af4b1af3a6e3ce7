"""Moonshine's own library as the first pass; its streaming weights are not here, so it is tried on the bundled ones."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sidebyside.errors import NoSuchEngine
from sidebyside.session.demo import demo_sound
from sidebyside.speech import moonshine
from sidebyside.speech.messages import Plan
from sidebyside.speech.moonshine_streaming import MoonshineStreamingRecogniser, architecture_of
from sidebyside.speech.recogniser import RATE
from sidebyside.speech.worker import load_engine


def test_the_library_hears_utterances_one_after_the_other() -> None:
    engine = MoonshineStreamingRecogniser(moonshine.weights(), "TINY")
    sound, _ = soundfile.read(demo_sound(), dtype="float32", frames=int(2.2 * RATE))
    rep = np.ascontiguousarray(sound[:, 0])
    for _ in range(2):
        stream = engine.open()
        assert stream.partial() == ""
        stream.feed(rep[:RATE], voiced=True)
        stream.feed(rep[RATE:], voiced=True)
        stream.pause()
        assert "good morning" in stream.partial().lower()
        assert "good morning" in stream.final().lower()
    nothing = engine.open()
    assert (nothing.partial(), nothing.final()) == ("", "")


@pytest.mark.parametrize(
    ("width", "name"), [(320, "TINY_STREAMING"), (620, "SMALL_STREAMING"), (768, "MEDIUM_STREAMING")]
)
def test_the_configuration_tells_the_architecture(tmp_path: Path, width: int, name: str) -> None:
    (tmp_path / "streaming_config.json").write_text(json.dumps({"encoder_dim": width}))
    assert architecture_of(tmp_path) == name


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"encoder_dim": "wide"}'])
def test_a_configuration_that_tells_nothing_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "streaming_config.json").write_text(content)
    with pytest.raises(NoSuchEngine, match="cannot be read"):
        load_engine(Plan(sides=(), engine="moonshine", first_model=str(tmp_path)))


def test_weights_that_are_none_are_refused(tmp_path: Path) -> None:
    (tmp_path / "streaming_config.json").write_text('{"encoder_dim": 320}')
    with pytest.raises(NoSuchEngine, match="cannot be loaded"):
        load_engine(Plan(sides=(), engine="moonshine", first_model=str(tmp_path)))
