"""Files on a real disk: all of them or none, never over another, nothing left behind."""

from __future__ import annotations

import errno
import os
import re
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from example_record import example_record, long_record
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sidebyside import content
from sidebyside.errors import ExportFailed
from sidebyside.export.formats import FORMATS, render
from sidebyside.export.write import file_stem, write_session
from sidebyside.model import SessionRecord

CONTENT = content.load()
STEM = "2026-11-12-maria-l-5e551000"
posix = pytest.mark.skipif(os.name != "posix", reason="signals, modes and links as on POSIX")


def export(folder: Path, *formats: str, record: SessionRecord | None = None) -> tuple[Path, ...]:
    return write_session(record or example_record(), folder, formats or ("md", "html", "json"), content=CONTENT)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def named(rep: str) -> str:
    return file_stem(replace(example_record().session, rep=rep))


def failing(folder: Path, *formats: str) -> str:
    with pytest.raises(ExportFailed) as caught:
        export(folder, *formats)
    return str(caught.value)


def test_the_files_hold_what_is_rendered_and_the_folder_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    paths = export(folder, *FORMATS)
    assert [path.name for path in paths] == [f"{STEM}.{form}" for form in FORMATS]
    assert [path.read_bytes() for path in paths] == [render(example_record(), form, CONTENT) for form in FORMATS]
    assert len(names(folder)) == len(FORMATS)


def test_a_second_export_stands_beside_the_first(tmp_path: Path) -> None:
    first = export(tmp_path)
    before = [path.read_bytes() for path in first]
    second = export(tmp_path, record=long_record(3))
    assert [path.name for path in second] == [f"{STEM}-2.md", f"{STEM}-2.html", f"{STEM}-2.json"]
    assert [path.read_bytes() for path in first] == before


def test_a_name_taken_by_one_format_moves_all(tmp_path: Path) -> None:
    (tmp_path / f"{STEM}.html").write_text("mine")
    assert [path.name for path in export(tmp_path)] == [f"{STEM}-2.md", f"{STEM}-2.html", f"{STEM}-2.json"]
    assert (tmp_path / f"{STEM}.html").read_text() == "mine"


@posix
def test_a_dangling_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / f"{STEM}.md").symlink_to(tmp_path / "elsewhere")
    assert export(tmp_path, "md")[0].name == f"{STEM}-2.md"
    assert not (tmp_path / "elsewhere").exists()


@posix
def test_a_name_taken_at_the_last_moment_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = os.link

    def slow(source: Path, final: Path) -> None:
        if final.name == f"{STEM}.html":
            final.write_text("theirs")
        link(source, final)

    monkeypatch.setattr(os, "link", slow)
    export(tmp_path)
    assert names(tmp_path) == [f"{STEM}-2.html", f"{STEM}-2.json", f"{STEM}-2.md", f"{STEM}.html"]
    assert (tmp_path / f"{STEM}.html").read_text() == "theirs"


@posix
def test_a_disk_without_links_is_served_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: Path, final: Path) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    export(tmp_path)
    assert [path.name for path in export(tmp_path, "md")] == [f"{STEM}-2.md"]
    assert names(tmp_path) == [f"{STEM}-2.md", f"{STEM}.html", f"{STEM}.json", f"{STEM}.md"]


def test_a_private_note_is_in_no_file(tmp_path: Path) -> None:
    record = example_record()
    planted = replace(record.notes[0], id="a" * 32, text="zebra in the corridor", private=True)
    files = export(tmp_path, *FORMATS, record=replace(record, notes=(*record.notes, planted)))
    assert len(files) == len(FORMATS)
    for file in files:
        assert not re.search(r"zebra|tired of saying", file.read_text()), file.name


@posix
def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    assert {stat.S_IMODE(path.stat().st_mode) for path in export(folder)} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_format_named_twice_is_written_once(tmp_path: Path) -> None:
    assert len(export(tmp_path, "md", "md")) == 1


def test_an_unknown_format_writes_nothing(tmp_path: Path) -> None:
    assert "“docx”" in failing(tmp_path / "new", "md", "docx")
    assert not (tmp_path / "new").exists()


def test_a_start_that_is_no_time_writes_nothing(tmp_path: Path) -> None:
    record = replace(example_record(), session=replace(example_record().session, started="yesterday"))
    with pytest.raises(ExportFailed, match="“yesterday”, is not a time"):
        export(tmp_path, record=record)
    assert names(tmp_path) == []


@pytest.mark.parametrize("below", ["", "below"])
def test_a_file_in_the_place_of_the_folder_is_said(tmp_path: Path, below: str) -> None:
    (tmp_path / "taken").write_text("mine")
    said = failing(tmp_path / "taken" / below)
    assert "a file stands in the place of a folder" in said
    assert "kept in the library" in said
    assert (tmp_path / "taken").read_text() == "mine"


def test_a_path_too_long_is_said(tmp_path: Path) -> None:
    assert "its path is too long" in failing(tmp_path / ("x" * 300))
    assert names(tmp_path) == []


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_leave_to_write_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        assert "you may not write there" in failing(tmp_path)
    finally:
        tmp_path.chmod(0o700)


@posix
@pytest.mark.parametrize("step", ["link", "fsync"])
def test_a_failure_half_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    real, done = getattr(os, step), []

    def full(*args: object) -> None:
        done.append(args)
        if len(done) == 2:
            raise OSError(errno.ENOSPC, "no space")
        real(*args)

    monkeypatch.setattr(os, step, full)
    assert "the disk is full" in failing(tmp_path)
    assert names(tmp_path) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Path:
    """A disk of 64 KiB, unmounted by the end of the test."""
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], capture_output=True)
    except FileNotFoundError:
        pytest.skip("there is no mount here")
    if mounted.returncode:
        pytest.skip("this user may not mount a disk")
    return folder


def test_a_full_disk_leaves_nothing(small_disk: Path) -> None:
    try:
        with pytest.raises(ExportFailed, match="the disk is full"):
            export(small_disk, "txt", "html", record=long_record(500))
        assert names(small_disk) == []
        assert len(export(small_disk, "txt")) == 1, "what fits is written"
    finally:
        subprocess.run(["umount", str(small_disk)], check=True)


KILLED = """
import os, signal, sys
from pathlib import Path
from example_record import example_record
from sidebyside import content
from sidebyside.export.write import write_session

calls = []
def die(descriptor):
    calls.append(descriptor)
    if len(calls) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
os.fsync = die
write_session(example_record(), Path(sys.argv[1]), content=content.load())
"""


@posix
def test_a_kill_in_the_middle_leaves_no_file_by_its_name_and_is_tidied_later(tmp_path: Path) -> None:
    tests = Path(__file__).resolve().parent.parent
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(tests), str(tests.parent)))}
    dead = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], env=environment, timeout=60)
    assert dead.returncode == -signal.SIGKILL
    left = names(tmp_path)
    assert left and all(re.fullmatch(r"\.sidebyside-[0-9a-f]{16}\.part", name) for name in left)
    export(tmp_path, "md")
    assert set(left) <= set(names(tmp_path)), "a fresh one may be another export under way"
    for name in left:
        os.utime(tmp_path / name, (time.time() - 3_700,) * 2)
    (tmp_path / ".other.part").write_text("not ours")
    os.utime(tmp_path / ".other.part", (time.time() - 3_700,) * 2)
    export(tmp_path, "txt")
    assert names(tmp_path) == [".other.part", f"{STEM}.md", f"{STEM}.txt"]


@pytest.mark.parametrize(
    ("rep", "slug"),
    [
        ("Maria L.", "maria-l"),
        ("", "session"),
        ("../../etc/passwd", "etc-passwd"),
        ("CON", "con"),
        ('a<b>:"/\\|?*c', "a-b-c"),
        ("...", "session"),
        ("José Ñandú", "josé-ñandú"),
        ("María\u202egpj", "maría-gpj"),
        ("x" * 300, "x" * 40),
        ("\x00\n", "session"),
    ],
)
def test_names_are_safe_on_every_system(rep: str, slug: str) -> None:
    assert named(rep) == f"2026-11-12-{slug}-5e551000"


@given(st.text(max_size=80))
def test_any_rep_gives_a_name_that_fits(rep: str) -> None:
    name = f"{named(rep)}-1000.html"
    assert len(name.encode("utf-8")) <= 255
    assert not re.search(r'[<>:"/\\|?*\x00-\x1f]', name)
    assert not name.startswith((".", " "))


def test_the_day_is_the_one_on_the_wall() -> None:
    session = example_record().session
    late = replace(session, started="2026-11-12T23:30:00+00:00", offset=3_600)
    assert file_stem(late).startswith("2026-11-13-")
    assert file_stem(replace(late, offset=0)).startswith("2026-11-12-")
