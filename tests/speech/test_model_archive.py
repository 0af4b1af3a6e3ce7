"""Archives made to do harm, or cut short: each is refused in a sentence, and nothing is written elsewhere."""

from __future__ import annotations

import contextlib
import gzip
import io
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_models import VOSK, put, tarred, tree, zipped

from sidebyside.errors import ModelRefused, NoRoom
from sidebyside.speech import model_archive
from sidebyside.speech.model_archive import copy_folder, megabytes, path_parts, unpack


@pytest.fixture
def inside(tmp_path: Path) -> Path:
    """The only folder that may be written to."""
    folder = tmp_path / "a" / "b" / "inside"
    folder.mkdir(parents=True)
    return folder


def refused(archive: Path, inside: Path, match: str) -> None:
    outside = inside.parents[1]
    with pytest.raises(ModelRefused, match=match) as caught:
        unpack(archive, inside)
    text = str(caught.value)
    assert "Nothing was taken" in text and text.isprintable()
    written = {name for name in tree(outside) if not name.startswith("b/inside/")}
    assert written == set()


def saved(tmp_path: Path, content: bytes) -> Path:
    archive = tmp_path / "model.bin"
    archive.write_bytes(content)
    return archive


@pytest.mark.parametrize("pack", [zipped, tarred], ids=["zip", "tar.gz"])
def test_a_sound_archive_is_unpacked_as_it_is(tmp_path: Path, inside: Path, pack: object) -> None:
    steps: list[tuple[int, int]] = []
    unpack(saved(tmp_path, pack(VOSK, "top")), inside, lambda done, total: steps.append((done, total)))  # type: ignore[operator]
    assert tree(inside / "top") == VOSK
    assert steps and steps == sorted(steps) and steps[-1][0] == steps[-1][1]


HOSTILE_NAMES = [
    ("../evil", "outside its folder"),
    ("am/../../evil", "outside its folder"),
    ("/tmp/evil", "outside its folder"),
    ("C:evil", "outside its folder"),
    ("C:/evil", "outside its folder"),
    ("..\\evil", "not safe"),
    ("am\\..\\..\\evil", "not safe"),
    ("a\x1bb", "not safe"),
    ("a\u202egpj.exe", "not safe"),
    ("am/NUL", "not safe"),
    ("com1.txt", "not safe"),
    ("trailing.", "not safe"),
    ("trailing ", "not safe"),
    ("what?", "not safe"),
    ("stream:hidden", "not safe"),
    ("/".join("abcdefghijk"), "too long"),
    ("x" * 300, "too long"),
]


@pytest.mark.parametrize(("name", "match"), HOSTILE_NAMES, ids=[name[:12] for name, _ in HOSTILE_NAMES])
@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_a_hostile_name_is_refused(tmp_path: Path, inside: Path, name: str, match: str, kind: str) -> None:
    made = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(made, "w") as archive:
            # Written as it is: the library would tidy some of these up.
            info = zipfile.ZipInfo("x")
            info.filename = name
            archive.writestr(info, b"evil")
    else:
        with tarfile.open(fileobj=made, mode="w:gz") as opened:
            member = tarfile.TarInfo(name)
            member.size = 4
            opened.addfile(member, io.BytesIO(b"evil"))
    refused(saved(tmp_path, made.getvalue()), inside, match)


def test_a_zero_byte_in_a_name_is_seen(tmp_path: Path, inside: Path) -> None:
    raw = zipped({"am/finalX.mdl": b"x"}, "").replace(b"am/finalX", b"am/final\0")
    refused(saved(tmp_path, raw), inside, "not safe|sound archive|damaged")


@pytest.mark.parametrize(
    "names", [("am/a", "am/a"), ("am/a", "AM/A"), ("am", "am/a"), ("é", "e\u0301"), ("am/a", "./am//a")], ids=str
)
def test_the_same_name_twice_is_refused(tmp_path: Path, inside: Path, names: tuple[str, str]) -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = 1
            archive.addfile(info, io.BytesIO(b"x"))
    refused(saved(tmp_path, made.getvalue()), inside, "twice")


@pytest.mark.parametrize(
    "kind",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.GNUTYPE_SPARSE],
)
def test_links_and_devices_in_a_tar_are_refused(tmp_path: Path, inside: Path, kind: bytes) -> None:
    info = tarfile.TarInfo("am/link")
    info.type, info.linkname = kind, "../../../evil"
    refused(saved(tmp_path, tarred(VOSK, more=(info,))), inside, "link or device|damaged")


def test_a_link_in_a_zip_is_refused(tmp_path: Path, inside: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        info = zipfile.ZipInfo("am/link")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        archive.writestr(info, "../../../evil")
    refused(saved(tmp_path, made.getvalue()), inside, "link or device")


def test_an_encrypted_zip_is_refused(tmp_path: Path, inside: Path) -> None:
    raw = bytearray(zipped({"am/final.mdl": b"secret"}, ""))
    central = raw.index(b"PK\x01\x02")
    raw[6] |= 1
    raw[central + 8] |= 1
    refused(saved(tmp_path, bytes(raw)), inside, "encrypted")


def test_bombs_are_refused_before_they_fill_the_disk(
    tmp_path: Path, inside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_archive, "FREE_RATIO", 2_000_000)
    zeros = bytes(5_000_000)
    refused(saved(tmp_path, zipped({"zeros": zeros})), inside, "far more")
    assert tree(inside) == {}
    refused(saved(tmp_path, gzip.compress(_one_tar("zeros", zeros))), inside, "far more")
    assert sum(map(len, tree(inside).values())) <= model_archive.FREE_RATIO


def test_too_many_files_are_refused(tmp_path: Path, inside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_archive, "MOST_FILES", 50)
    many = {f"f{n}": b"" for n in range(model_archive.MOST_FILES + 1)}
    refused(saved(tmp_path, zipped(many, "")), inside, "more than 50 files")
    refused(saved(tmp_path, tarred(many, "x")), inside, "more than 50 files")


def test_a_zip_that_claims_less_than_it_holds_is_refused(tmp_path: Path, inside: Path) -> None:
    raw = bytearray(zipped({"a": b"x" * 1000}, "", zipfile.ZIP_STORED))
    central = raw.index(b"PK\x01\x02")
    for at in (22, central + 24):
        raw[at : at + 4] = struct.pack("<I", 10)
    refused(saved(tmp_path, bytes(raw)), inside, "damaged|says")


def _one_tar(name: str, content: bytes, size: int | None = None) -> bytes:
    info = tarfile.TarInfo(name)
    info.size = len(content) if size is None else size
    return info.tobuf() + content + bytes(-len(content) % 512) + bytes(1024)


def test_a_tar_whose_header_fills_the_memory_is_refused(tmp_path: Path, inside: Path) -> None:
    header = tarfile.TarInfo("pax")
    header.type, header.size = tarfile.XHDTYPE, 3_000_000
    raw = header.tobuf() + bytes(3_000_000 + 512)
    refused(saved(tmp_path, gzip.compress(raw)), inside, "absurd|damaged|sound")


@pytest.mark.parametrize("keep", [0.02, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("pack", [zipped, tarred], ids=["zip", "tar.gz"])
def test_an_archive_cut_short_is_refused(tmp_path: Path, inside: Path, pack: object, keep: float) -> None:
    raw = pack(VOSK)  # type: ignore[operator]
    refused(saved(tmp_path, raw[: int(len(raw) * keep)]), inside, "cut short|neither|sound")


def test_something_else_is_refused(tmp_path: Path, inside: Path) -> None:
    refused(saved(tmp_path, b"#!/bin/sh\n"), inside, "neither")
    refused(saved(tmp_path, b""), inside, "neither")
    refused(saved(tmp_path, zipped({}, "")), inside, "empty")
    refused(saved(tmp_path, tarred({})), inside, "empty")


@settings(max_examples=60)
@given(st.data())
def test_a_flipped_byte_never_writes_outside(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from([zipped(SMALL), tarred(SMALL), gzip.compress(_one_tar("a/b", b"abc"))])))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    top = tmp_path_factory.mktemp("flipped")
    inside = top / "x" / "inside"
    inside.mkdir(parents=True)
    archive = top / "archive"
    archive.write_bytes(raw)
    with contextlib.suppress(ModelRefused, OSError):
        unpack(archive, inside)
    assert {name for name in tree(top) if not name.startswith("x/inside/")} == {"archive"}


SMALL = {"am/final.mdl": b"\x00B1234", "conf/mfcc.conf": b"--x\n"}


def test_a_full_disk_is_said_before_anything_is_written(
    tmp_path: Path, inside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_archive, "SPARE", 10**18)
    with pytest.raises(NoRoom, match=r"are needed\. Nothing was begun"):
        unpack(saved(tmp_path, zipped(VOSK)), inside)
    assert tree(inside) == {}


def test_a_folder_is_copied_without_links(tmp_path: Path, inside: Path) -> None:
    model = put(tmp_path / "model", VOSK)
    copy_folder(model, inside)
    assert tree(inside) == VOSK
    (model / "am" / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ModelRefused, match="link or device"):
        copy_folder(model, tmp_path / "a" / "b")


def test_names_and_sizes_are_read_as_a_person_would() -> None:
    assert path_parts("./am//final.mdl") == ("am", "final.mdl")
    assert [megabytes(size) for size in (0, 1, 41_205_931, 1_913_365_522)] == ["0 MB", "1 MB", "41 MB", "1.9 GB"]
