"""The lists of names and jargon in the terminal: what is printed, kept, refused and written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from sidebyside.cli import main


class Said(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def _passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIDEBYSIDE_PASSPHRASE", "two short planks")


class Words:
    """`sidebyside words …` in this process."""

    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self._capfd = capfd

    def __call__(self, *words: str | Path) -> Said:
        code = main(["words", *map(str, words)])
        captured = self._capfd.readouterr()
        return Said(code, captured.out, captured.err)


@pytest.fixture
def words(capfd: pytest.CaptureFixture[str]) -> Words:
    return Words(capfd)


def test_a_list_from_its_first_word_to_its_last(words: Words, tmp_path: Path) -> None:
    assert "no lists yet" in words("list").out
    first = words("add", "PAC code", "Okonkwo", "--queue", "Mobile")
    assert first.code == 0 and "Mobile: 2 added, 2 on the list" in first.out
    assert "recovery code" in first.err, "adding made the library"
    assert "1 added, 1 on the list" in words("add", "GDPR").out
    file = tmp_path / "list.csv"
    file.write_text("name,team\nokonkwo,1\nHomeHub Ultra,2\n")
    assert "Mobile: 1 added, 3 on the list" in words("import", file, "--queue", "mobile").out
    listed = json.loads(words("list", "--json").out)
    assert [(one["queue"], one["entries"]) for one in listed] == [
        ("", ["GDPR"]),
        ("Mobile", ["PAC code", "Okonkwo", "HomeHub Ultra"]),
    ]
    out = tmp_path / "out.csv"
    assert words("export", out, "--queue", "Mobile").code == 0
    assert '"HomeHub Ultra"' in out.read_text("utf-8-sig")
    assert "1 taken off, 2 on the list" in words("remove", "pac CODE", "--queue", "Mobile").out
    assert "2 taken off, 0 on the list" in words("remove", "--all", "--queue", "Mobile").out
    assert "nothing on this list" in words("list", "--queue", "Mobile").out


def test_what_is_wrong_is_said_in_one_line(words: Words) -> None:
    words("add", "GDPR")
    for arguments, why in (
        (("add", "4111 1111 1111 1111"), "never kept"),
        (("import", "nowhere.csv"), "cannot be read"),
        (("export", "out.csv", "--queue", "Mobile"), "nothing on the list of Mobile"),
        (("remove", "Okonkwo"), "not on the list"),
    ):
        said = words(*arguments)
        assert said.code == 1 and said.err.startswith("sidebyside: ") and said.err.count("\n") == 1
        assert why in said.err and "4111" not in said.err
    assert words("list").out.split()[-1] == "GDPR"


def test_removing_nothing_is_a_question_of_usage(words: Words) -> None:
    assert words("remove").code == 2
    assert words("remove", "--all", "GDPR").code == 2
