"""The engines' libraries keep no diary and report to nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

LOAD = """
import sys
from sidebyside.speech.moonshine import MoonshineRecogniser
from sidebyside.speech.whisper import WhisperRefiner
MoonshineRecogniser()
WhisperRefiner()
assert "onnxruntime" in sys.modules
"""


def test_loading_the_engines_leaves_nothing_in_the_users_folders(tmp_path: Path) -> None:
    home = {name: str(tmp_path) for name in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "USERPROFILE")}
    env = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    subprocess.run([sys.executable, "-c", LOAD], env={**env, **home}, check=True)
    assert list(tmp_path.rglob("*")) == []
