"""A list as a person gives it: typed, pasted or from a spreadsheet; what cannot be taken is said by its line."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from sidebyside.errors import BadWordList
from sidebyside.session.plan import SitDown
from sidebyside.session.word_list import LARGEST, LONGEST, MOST, checked, csv_bytes, read_csv, write_csv
from sidebyside.session.workspace import Workspace


def written(folder: Path, content: bytes, name: str = "list.csv") -> Path:
    file = folder / name
    file.write_bytes(content)
    return file


def test_spare_spaces_lines_and_repetitions_are_left_out() -> None:
    assert checked(["  Okonkwo ", "", "home   hub", "okonkwo", "\ufeffZoe\u0308"]) == ("Okonkwo", "home hub", "Zoë")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("x" * (LONGEST + 1), "61 characters"),
        ("card 4111 1111 1111 1111", "never kept"),
        ("four one one one one one one one", "never kept"),
        ("0800 123 456", "never kept"),
        ("12", "no letters"),
        ("bell\x07", "no text"),
    ],
)
def test_what_cannot_be_taken_is_said_with_its_line(line: str, why: str) -> None:
    with pytest.raises(BadWordList, match="Line 3 ") as refused:
        checked(["fine", "", line])
    assert why in str(refused.value) and "as it was" in str(refused.value)
    assert line not in str(refused.value), "what must not be kept must not reach a log"


@pytest.mark.parametrize("entry", ["Fibre 500", "WD-40", "HomeHub 3000", "E45 cream", "O'Shaughnessy", "PAC code"])
def test_products_with_figures_are_taken(entry: str) -> None:
    assert checked([entry]) == (entry,)


def test_a_list_has_an_end() -> None:
    assert len(checked(f"w{number}" for number in range(MOST))) == MOST
    with pytest.raises(BadWordList, match="more than 1000"):
        checked(f"w{number}" for number in range(MOST + 1))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize(
    "content",
    [
        "Zoë\nOkonkwo\n",
        "word,kind\r\nZoë,name\r\nOkonkwo,name\r\n",
        "kind;Name\nname;Zoë\nname;Okonkwo\n",
        "id\tTerm\tnote\n1\tZoë\t\n2\tOkonkwo\tx\n",
        '"word","said, or not"\n"Zoë","a,b"\n\n"Okonkwo",""\n',
    ],
)
def test_spreadsheets_of_every_kind_are_read(tmp_path: Path, content: str, encoding: str) -> None:
    assert read_csv(written(tmp_path, content.encode(encoding))) == ("Zoë", "Okonkwo")


def test_a_text_file_has_one_entry_a_line(tmp_path: Path) -> None:
    assert read_csv(written(tmp_path, b"Smith, John\nJones, Ann\n", "list.txt")) == ("Smith, John", "Jones, Ann")


def test_a_comma_now_and_then_is_no_separator(tmp_path: Path) -> None:
    assert read_csv(written(tmp_path, b"Okonkwo\nMarks, Ltd\nZenith\n")) == ("Okonkwo", "Marks, Ltd", "Zenith")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"PK\x03\x04 rest of a workbook", "Save the sheet as CSV"),
        (b"\x00\x01\x02binary", "not a text file"),
        (b"\xff\xfeodd", "encoding"),
        (b"name\x81\x8d\n", "encoding"),
        (b'word\n"never closed\n', "not CSV"),
        (b"word\n\n", "no entries"),
        (b"", "no entries"),
        (b"x\n" * LARGEST, "larger"),
        (b"word\nfine\n4111 1111 1111 1111\n", "list.csv: line 3"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_whole(tmp_path: Path, content: bytes, why: str) -> None:
    with pytest.raises(BadWordList, match=why):
        read_csv(written(tmp_path, content))


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for place in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(BadWordList, match="cannot be read"):
            read_csv(place)


def test_no_cell_is_a_formula_and_the_way_back_gives_the_same(tmp_path: Path) -> None:
    entries = ("=SUM(A1)", "+cmd|' /C calc'!A0", "@home", "-ish", "Okonkwo", 'the "big" one', "a,b;c")
    rows = list(csv.reader(io.StringIO(csv_bytes(entries).decode("utf-8-sig"))))
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    write_csv(tmp_path / "out.csv", entries)
    assert read_csv(tmp_path / "out.csv") == entries
    assert [file.name for file in tmp_path.iterdir()] == ["out.csv"]


def test_the_queue_sat_down_beside_says_what_is_listened_for() -> None:
    with Workspace.throw_away() as workspace:
        workspace.save_words("Billing", ["arrears"]).result()
        conductor = workspace.sit_down(SitDown(rep="Maria", queue="billing"))
        hearing = conductor._hearing
        assert hearing is not None and hearing.speech._plan.vocabulary == ("arrears",)


def test_a_sitting_listens_for_its_queue_and_for_all() -> None:
    with Workspace.throw_away() as workspace:
        workspace.save_words("Billing", ["arrears", "GDPR"]).result()
        workspace.save_words("", ["gdpr", "Zenith"]).result()
        assert workspace.vocabulary("billing") == ("arrears", "GDPR", "gdpr", "Zenith")
        assert workspace.vocabulary("Sales") == workspace.vocabulary("") == ("gdpr", "Zenith")
        assert workspace.add_words("BILLING", ["Arrears", "refund"]).result().entries == ("arrears", "GDPR", "refund")
        assert workspace.word_queues() == ("Billing",)
        with pytest.raises(BadWordList):
            workspace.add_words("Billing", ["4111 1111 1111 1111"])
        assert workspace.word_list("Billing").entries == ("arrears", "GDPR", "refund")
