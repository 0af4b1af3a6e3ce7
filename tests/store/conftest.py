"""A real library in a temporary folder."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from sidebyside.store.library import Library


@pytest.fixture
def key() -> bytes:
    return secrets.token_bytes(32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def library(folder: Path, key: bytes) -> Iterator[Library]:
    with Library.open(folder, key) as opened:
        yield opened
