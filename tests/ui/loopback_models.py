"""A catalogue of one small German model on a server of this computer, which can be slow, wrong, or silent."""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

from sidebyside import paths

NAME = "vosk-model-small-de-0.15"
TITLE = "Vosk small, German"
PARTS = {
    "am/final.mdl": b"\x00B" + bytes(64),
    "conf/mfcc.conf": b"--sample-frequency=16000\n",
    "conf/model.conf": b"",
    "graph/HCLr.fst": bytes(200_000),
    "graph/Gr.fst": bytes(64),
}
_CATALOGUE = """version = 1

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
source = "https://github.com/moonshine-ai/moonshine"
bundled = true
[[models.files]]
name = "tokenizer.bin"
url = "https://download.moonshine.ai/tokenizer.bin"

[[models]]
name = "{name}"
title = "{title}"
kind = "vosk"
languages = ["de"]
licence = "Apache-2.0"
source = "https://alphacephei.com/vosk/models"
note = "Small enough for any laptop."
archive = {{ name = "{name}.zip", url = "{url}/{name}.zip", size = {size}, sha256 = "{sha256}" }}

[[models]]
name = "vosk-model-de-0.21"
title = "Vosk large, German"
kind = "vosk"
languages = ["de"]
licence = "Apache-2.0"
source = "https://alphacephei.com/vosk/models"
archive = {{ name = "vosk-model-de-0.21.zip", url = "{url}/vosk-model-de-0.21.zip" }}
"""


def packed(folder: str = NAME) -> bytes:
    """The model as its publisher's zip file; not compressed, so that it takes a few reads."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in PARTS.items():
            # The same bytes whenever it is packed.
            archive.writestr(zipfile.ZipInfo(f"{folder}/{name}"), content)
    return made.getvalue()


class ModelServer:
    """Serves the model on 127.0.0.1 and notes what was asked; use it in a `with` block."""

    def __init__(self) -> None:
        self.content = packed()
        self.asked: list[str] = []
        """The byte range of each request; empty for the whole."""
        self.holds = threading.Event()
        """While this is set, an answer stops half-way, until `go_on`."""
        self.go_on = threading.Event()
        """Lets an answer that is held come a little further, and breaks it off there."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), name="test-models")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_how: object) -> None:
        self.go_on.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def publish(self) -> None:
        """Put the catalogue of this server in the place of the app's own, as a site with a mirror does."""
        content = self.content
        text = _CATALOGUE.format(
            name=NAME, title=TITLE, url=self.address, size=len(content), sha256=hashlib.sha256(content).hexdigest()
        )
        Path(paths.config() / "models.toml").write_text(text, "utf-8")

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = self.headers.get("Range", "")
                server.asked.append(asked)
                content, first = server.content, 0
                if asked:
                    first = int(asked.removeprefix("bytes=").partition("-")[0])
                self.send_response(206 if asked else 200)
                self.send_header("Content-Length", str(len(content) - first))
                self.send_header("Accept-Ranges", "bytes")
                self.send_header("ETag", '"one"')
                if asked:
                    self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
                self.end_headers()
                self._send(content[first:])

            def _send(self, rest: bytes) -> None:
                try:
                    middle = len(rest) // 2
                    self.wfile.write(rest[:middle])
                    self.wfile.flush()
                    if server.holds.is_set():
                        server.go_on.wait(20)
                        self.wfile.write(rest[middle : middle + 100])
                        return
                    self.wfile.write(rest[middle:])
                except OSError:
                    return

            def log_message(self, *_what: object) -> None:
                return

        return Handler
