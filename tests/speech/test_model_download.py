"""Downloads from a real server of this computer: cut, changed, wrong, refused, stopped and taken up again."""

from __future__ import annotations

import hashlib
import os
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from made_models import ModelServer

from sidebyside.errors import DownloadFailed, ModelCancelled, WrongChecksum
from sidebyside.speech import model_download
from sidebyside.speech.catalogue import Remote, allowed
from sidebyside.speech.model_download import fetch
from sidebyside.speech.model_store import part_of

CONTENT = os.urandom(1_500_000)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_download, "PAUSES", (0.0, 0.0))
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer({"file.zip": CONTENT}) as running:
        yield running


def remote(server: ModelServer, content: bytes = CONTENT, **more: object) -> Remote:
    said = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest(), **more}
    return Remote(name="file.zip", url=f"{server.url}/file.zip", **said)  # type: ignore[arg-type]


def get(one: Remote, folder: Path) -> Path:
    return fetch(one, folder, lambda done: None, threading.Event())


def ranges(server: ModelServer) -> list[str]:
    return [asked for _, asked in server.asked]


def test_a_file_arrives_whole_with_progress(server: ModelServer, tmp_path: Path) -> None:
    told: list[int] = []
    file = fetch(remote(server), tmp_path, told.append, threading.Event())
    assert file.read_bytes() == CONTENT
    assert told == sorted(told) and told[0] == 0 and told[-1] == len(CONTENT)
    assert [one.name for one in tmp_path.iterdir()] == ["file.zip"]


def test_what_is_there_already_is_not_asked_for_again(server: ModelServer, tmp_path: Path) -> None:
    get(remote(server), tmp_path)
    get(remote(server), tmp_path)
    assert len(server.asked) == 1


def test_a_cut_connection_goes_on_where_it_was(server: ModelServer, tmp_path: Path) -> None:
    server.cut_after = [400_000, 500_000, 1]
    assert get(remote(server), tmp_path).read_bytes() == CONTENT
    assert ranges(server) == ["", "bytes=400000-", "bytes=900000-", "bytes=900001-"]


def test_a_connection_that_always_breaks_fails_and_keeps_its_part(server: ModelServer, tmp_path: Path) -> None:
    server.cut_after = [400_000, 0, 0, 0]
    with pytest.raises(DownloadFailed, match="What arrived is kept"):
        get(remote(server), tmp_path)
    assert (tmp_path / "file.zip.part").read_bytes() == CONTENT[:400_000]
    server.cut_after, server.asked = [], []
    assert get(remote(server), tmp_path).read_bytes() == CONTENT
    assert ranges(server) == ["bytes=400000-"]


def test_a_file_that_changed_meanwhile_is_fetched_anew(server: ModelServer, tmp_path: Path) -> None:
    server.cut_after = [400_000, 0, 0, 0]
    with pytest.raises(DownloadFailed):
        get(remote(server), tmp_path)
    other = CONTENT[::-1]
    server.files["file.zip"], server.etag, server.cut_after = other, '"two"', []
    assert get(remote(server, other), tmp_path).read_bytes() == other


def test_a_server_without_ranges_starts_over(server: ModelServer, tmp_path: Path) -> None:
    server.ranges, server.cut_after = False, [400_000]
    assert get(remote(server), tmp_path).read_bytes() == CONTENT
    assert ranges(server) == ["", "bytes=400000-"]


def test_without_a_name_for_the_version_nothing_is_joined(server: ModelServer, tmp_path: Path) -> None:
    server.etag, server.cut_after = "", [400_000]
    assert get(remote(server), tmp_path).read_bytes() == CONTENT
    assert ranges(server) == ["", ""]


def test_a_part_longer_than_the_file_is_dropped(server: ModelServer, tmp_path: Path) -> None:
    server.cut_after = [400_000, 0, 0, 0]
    with pytest.raises(DownloadFailed):
        get(remote(server), tmp_path)
    with part_of(tmp_path / "file.zip").open("ab") as stream:
        stream.write(bytes(len(CONTENT)))
    assert get(remote(server), tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize("said", [{"sha256": "0" * 64}, {"sha256": "", "md5": "0" * 32}], ids=["sha256", "md5"])
def test_a_wrong_checksum_leaves_nothing(server: ModelServer, tmp_path: Path, said: dict[str, str]) -> None:
    with pytest.raises(WrongChecksum, match="not the file that its publisher made"):
        get(remote(server, **said), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_publishers_md5_will_do(server: ModelServer, tmp_path: Path) -> None:
    md5 = hashlib.md5(CONTENT).hexdigest()
    assert get(remote(server, sha256="", md5=md5), tmp_path).read_bytes() == CONTENT


def test_another_size_is_refused_before_it_arrives(server: ModelServer, tmp_path: Path) -> None:
    with pytest.raises(WrongChecksum, match="1500000 bytes instead of 1499999"):
        get(remote(server, size=len(CONTENT) - 1), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_without_a_checksum_nothing_is_asked(server: ModelServer, tmp_path: Path) -> None:
    with pytest.raises(WrongChecksum, match="no published checksum"):
        get(remote(server, sha256=""), tmp_path)
    assert server.asked == []


def test_a_server_that_has_it_not_says_so(server: ModelServer, tmp_path: Path) -> None:
    server.files.clear()
    with pytest.raises(DownloadFailed, match="404"):
        get(remote(server), tmp_path)
    assert len(server.asked) == 1


def test_a_busy_server_is_asked_again(server: ModelServer, tmp_path: Path) -> None:
    server.status = 503
    with pytest.raises(DownloadFailed, match="503"):
        get(remote(server), tmp_path)
    assert len(server.asked) == 3


def test_nobody_there_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        one = Remote(name="a.zip", url=f"http://127.0.0.1:{taken.getsockname()[1]}/a.zip", size=1, sha256="0" * 64)
        with pytest.raises(DownloadFailed, match="refused"):
            get(one, tmp_path)


def test_it_stops_when_told_to_and_goes_on_later(server: ModelServer, tmp_path: Path) -> None:
    cancel = threading.Event()

    def stop(done: int) -> None:
        if done >= 300_000:
            cancel.set()

    with pytest.raises(ModelCancelled, match="is kept"):
        fetch(remote(server), tmp_path, stop, cancel)
    have = part_of(tmp_path / "file.zip").stat().st_size
    assert 300_000 <= have < len(CONTENT)
    server.asked.clear()
    assert get(remote(server), tmp_path).read_bytes() == CONTENT
    assert ranges(server) == [f"bytes={have}-"]


def test_nobody_is_followed_away_from_https(server: ModelServer, tmp_path: Path) -> None:
    server.sends_to = "http://example.org/file.zip"
    with pytest.raises(DownloadFailed, match="not https"):
        get(remote(server), tmp_path)


def test_one_is_followed_to_another_server_of_the_publisher(server: ModelServer, tmp_path: Path) -> None:
    with ModelServer() as first:
        first.sends_to = f"{server.url}/file.zip"
        one = Remote(name="file.zip", url=f"{first.url}/x", size=len(CONTENT), sha256=remote(server).sha256)
        assert get(one, tmp_path).read_bytes() == CONTENT


def certificate(file: Path) -> Path:
    """A certificate for this computer that nobody vouches for, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(plain + made.public_bytes(Encoding.PEM))
    return file


def test_a_server_that_cannot_prove_who_it_is_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = certificate(tmp_path / "server.pem")
    folder = tmp_path / "models"
    folder.mkdir()
    with ModelServer({"file.zip": CONTENT}, own) as server:
        with pytest.raises(DownloadFailed, match="could not prove who it is"):
            get(remote(server), folder)
        assert server.asked == [] and list(folder.iterdir()) == []
        monkeypatch.setenv("SSL_CERT_FILE", str(own))
        server.cut_after = [400_000]
        assert get(remote(server), folder).read_bytes() == CONTENT
    assert ranges(server) == ["", "bytes=400000-"]


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://alphacephei.com/vosk/models/a.zip", True),
        ("http://127.0.0.1:8000/a.zip", True),
        ("http://alphacephei.com/a.zip", False),
        ("http://127.0.0.1.example.org/a.zip", False),
        ("file:///etc/passwd", False),
        ("ftp://example.org/a", False),
        ("https:///a", False),
        ("", False),
    ],
)
def test_only_https_is_asked(url: str, may: bool) -> None:
    assert allowed(url) is may
