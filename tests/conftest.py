"""What every test gets: its own empty home for data and settings, no real keyring, and no screen."""

from __future__ import annotations

import os

import hypothesis
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# A developer's own keyring is never read or written; a test of the keyring names its back end itself.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

# A busy machine is not a failure: how long a test may take is pytest-timeout's business.
hypothesis.settings.register_profile("steady", deadline=None)
hypothesis.settings.load_profile("steady")


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Points data, settings and logs of the test and its children at a folder that nothing else uses."""
    monkeypatch.setenv("SIDEBYSIDE_HOME", str(tmp_path_factory.mktemp("home")))
