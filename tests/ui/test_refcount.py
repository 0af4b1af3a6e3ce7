"""The installed Qt leaves `None` alone: some releases lost a reference to it at every void call."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

CALLS = 1_000


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal since Python 3.12, its count means nothing")
def test_void_calls_keep_none_alive(qtbot: QtBot) -> None:
    label = QLabel()
    qtbot.addWidget(label)
    before = sys.getrefcount(None)
    for number in range(CALLS):
        label.setText(str(number))
    # A faulty release changes the count by one a call; a few come and go with ordinary work.
    assert abs(sys.getrefcount(None) - before) < CALLS // 10
