"""Every window can be rendered, at the smallest size promised, with no text cut off."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"
sys.path.append(str(PACKAGING))

from look_clipped import clipped  # noqa: E402 - the folder is not a package
from look_scenes import SCENES, shown  # noqa: E402


@pytest.mark.parametrize("name", SCENES)
def test_nothing_is_cut_off(qapp: QApplication, name: str) -> None:
    with shown(qapp, name, (1024, 700), "light") as window:
        assert (window.width(), window.height()) == (1024, 700)
        assert clipped(window) == []


def test_a_text_that_is_cut_off_is_found(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    tight, narrow, fine = QLabel("A line that needs more room"), QPushButton("Narrow button"), QLabel("Fine")
    tight.setFixedSize(30, 20)
    narrow.setFixedWidth(30)
    for part in (tight, narrow, fine):
        column.addWidget(part)
    page.show()
    found = clipped(page)
    assert len(found) == 2 and "more room" in found[0] and "Narrow" in found[1]
