"""Makes every import of Qt fail, to prove that the core needs none: `pytest -p no_qt -p no:pytest-qt`."""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

import pytest

BLOCKED = ("PySide6", "shiboken6")


class QtBlocker(MetaPathFinder):
    """Refuses to find Qt."""

    def find_spec(self, fullname: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        if fullname.partition(".")[0] in BLOCKED:
            raise ModuleNotFoundError(f"{fullname} is blocked: only sidebyside.ui may use Qt", name=fullname)
        return None


if loaded := [name for name in BLOCKED if name in sys.modules]:
    raise RuntimeError(f"{loaded[0]} was imported before it could be blocked")
sys.meta_path.insert(0, QtBlocker())


def pytest_addoption(parser: pytest.Parser) -> None:
    """Knows the option of the Qt plugin that is switched off, so that the project's settings stay valid."""
    parser.addini("qt_api", "of pytest-qt, unused here")
