"""Folders and archives that look like small speech models, and a real server on this computer that hands them out."""

from __future__ import annotations

import hashlib
import io
import json
import random
import ssl
import tarfile
import threading
import zipfile
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

from sidebyside import paths

NAME = "vosk-model-small-de-0.15"
VOSK = {
    "am/final.mdl": b"\x00B<TransitionModel>" + random.Random(1).randbytes(10_000),
    "conf/mfcc.conf": b"--sample-frequency=16000\n",
    "conf/model.conf": b"--beam=10.0\n",
    "graph/HCLr.fst": bytes(5_000),
    "graph/Gr.fst": bytes(5_000),
}
WHISPER = {
    "model.bin": b"\x06\x00\x00\x00\x0c\x00WhisperSpec\x00" + bytes(range(256)) * 200,
    "config.json": b"{}",
    "tokenizer.json": b'{"version": "1.0"}',
    "vocabulary.txt": b"word\n" * 51_864,
}
MOONSHINE = {
    "encoder_model.ort": b"\x14\x00\x00\x00ORTM" + bytes(4_000),
    "decoder_model_merged.ort": b"\x14\x00\x00\x00ORTM" + bytes(6_000),
    "tokenizer.bin": b"\x05<unk>\x03<s>\x04</s>",
}
STREAMING = {
    **{
        f"{name}.ort": b"\x14\x00\x00\x00ORTM" + bytes(500) for name in ("adapter", "cross_kv", "decoder_kv", "encoder")
    },
    "frontend.ort": b"\x14\x00\x00\x00ORTM" + bytes(500),
    "streaming_config.json": b'{"encoder_dim": 620}',
    "tokenizer.bin": b"\x05<unk>\x03<s>\x04</s>",
}


def put(folder: Path, parts: Mapping[str, bytes]) -> Path:
    """Write files below a folder."""
    for name, content in parts.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return folder


def zipped(parts: Mapping[str, bytes], top: str = NAME, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip with the files below one folder, or at its top where `top` is empty."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(f"{top}/{name}" if top else name, content)
    return made.getvalue()


def tarred(parts: Mapping[str, bytes], top: str = NAME, more: tuple[tarfile.TarInfo, ...] = ()) -> bytes:
    """A tar.gz with the files below one folder, and further members without content."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name, content in parts.items():
            info = tarfile.TarInfo(f"{top}/{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for info in more:
            archive.addfile(info)
    return made.getvalue()


def tree(folder: Path) -> dict[str, bytes]:
    """All files below a folder, but for the lock that stays."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and file.name != ".lock"
    }


class ModelServer:
    """A server of this computer for a few files; use it in a `with` block."""

    def __init__(self, files: Mapping[str, bytes] | None = None, certificate: Path | None = None) -> None:
        """Serve these files by name; over https if there is a certificate, its key in the same file."""
        self.files = dict(files or {})
        self.asked: list[tuple[str, str]] = []
        """Each request's path and range."""
        self.ranges = True
        self.etag = '"one"'
        self.cut_after: list[int] = []
        """For each answer to come, the bytes after which its connection is cut."""
        self.hold_after = 0
        """If it is set, answers stop after so many bytes and wait for the end of the test."""
        self._over = threading.Event()
        self.status = 0
        """Answered instead of files, if it is set."""
        self.sends_to = ""
        """The address that every request is sent on to."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._scheme = "https" if certificate else "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), name="test-model-server")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_address[1]}"

    def part(self, name: str) -> Path:
        """Where what has arrived of a model's archive waits."""
        return paths.models() / ".downloads" / name / f"{name}.zip.part"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = self.headers.get("Range", "")
                server.asked.append((self.path, asked))
                content = server.files.get(self.path.lstrip("/"))
                if server.sends_to or server.status or content is None:
                    self.send_response(302 if server.sends_to else server.status or 404)
                    self.send_header("Location", server.sends_to)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                begin = int(asked.removeprefix("bytes=").partition("-")[0]) if asked else 0
                fresh = not server.ranges or self.headers.get("If-Range", server.etag) != server.etag
                begin = 0 if fresh else begin
                if begin and begin >= len(content):
                    self.send_error(416)
                    return
                self.send_response(206 if begin else 200)
                if server.etag:
                    self.send_header("ETag", server.etag)
                if begin:
                    self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
                self.send_header("Content-Length", str(len(content) - begin))
                self.end_headers()
                rest = content[begin:]
                if server.hold_after:
                    self.wfile.write(rest[: server.hold_after])
                    server._over.wait(60)
                    return
                self.wfile.write(rest[: server.cut_after.pop(0)] if server.cut_after else rest)

            def log_message(self, *_: object) -> None:
                return

        return Handler


def listed(files: Mapping[str, bytes], url: str, **more: object) -> str:
    """The `files` of one model as TOML."""
    rows = []
    for name, content in files.items():
        sums = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest(), **more}
        rows.append(
            f'[[models.files]]\nname = "{name}"\nurl = "{url}/{name}"\n'
            + "\n".join(f"{key} = {json.dumps(value)}" for key, value in sums.items())
        )
    return "\n".join(rows)


def publish(url: str, archive: bytes, **more: object) -> None:
    """Put a catalogue in the place of the app's: a German Vosk model as a zip, and a Whisper model as single files.

    Args:
        url: of the server.
        archive: the German model.
        more: what is said of the archive, in the place of its true size and checksums.
    """
    said = {"size": len(archive), "md5": hashlib.md5(archive).hexdigest(), **more}
    lines = "\n".join(f"{key} = {json.dumps(value)}" for key, value in said.items())
    text = f"""version = 1
[languages]
en = "English"
de = "German"
fr = "French"

[[models]]
name = "moonshine-tiny-en"
title = "Moonshine tiny, English"
kind = "moonshine"
languages = ["en"]
licence = "MIT"
source = "https://example.org"
bundled = true
{listed(MOONSHINE, url)}

[[models]]
name = "{NAME}"
title = "Vosk small, German"
kind = "vosk"
languages = ["de"]
licence = "Apache-2.0"
source = "https://example.org"
[models.archive]
name = "{NAME}.zip"
url = "{url}/{NAME}.zip"
{lines}

[[models]]
name = "vosk-model-fr-0.22"
title = "Vosk large, French"
kind = "vosk"
languages = ["fr"]
licence = "Apache-2.0"
source = "https://example.org"
[models.archive]
name = "vosk-model-fr-0.22.zip"
url = "{url}/vosk-model-fr-0.22.zip"

[[models]]
name = "faster-whisper-tiny.en"
title = "Whisper tiny, English"
kind = "whisper"
languages = ["en"]
licence = "MIT"
source = "https://example.org"
bundled = true
{listed({"model.bin": b"not here"}, url)}

[[models]]
name = "faster-whisper-base"
title = "Whisper base, many languages"
kind = "whisper"
languages = ["en", "de", "fr"]
licence = "MIT"
source = "https://example.org"
{listed(WHISPER, url)}
"""
    (paths.config() / "models.toml").write_text(text, "utf-8")
