"""What was left out, in a terminal: dim on a screen, and never in a file."""

from __future__ import annotations

import io

import pytest

from sidebyside.cli.live_text import LiveText
from sidebyside.model import LeftOutGone, LeftOutHeard, Side

HEARD = LeftOutHeard(id="a", contact_id="c", side=Side.REP, start=65.0, end=67.0, text="We hear this every day.")


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def printed(stream: io.StringIO) -> str:
    live = LiveText(stream)
    live.take(HEARD)
    live.take(LeftOutGone(ids=("a",)))
    live.show(0.0)
    return stream.getvalue()


def test_it_is_dim_and_under_nobodys_name_on_a_screen() -> None:
    (line,) = printed(Screen()).splitlines()
    assert line.startswith("\x1b[2m") and line.endswith("\x1b[0m")
    assert "1:05" in line and "left out · We hear this every day." in line
    assert "Rep" not in line


def test_a_file_would_keep_it_so_it_is_not_there() -> None:
    assert printed(io.StringIO()) == ""


def test_listen_offers_it(capsys: pytest.CaptureFixture[str]) -> None:
    from click.testing import CliRunner

    from sidebyside.cli.app import app

    shown = CliRunner().invoke(app, ["listen", "--help"]).output
    assert "--left-out" in shown
