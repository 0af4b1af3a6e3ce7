"""Fetches one published file because a person asked for it: in parts if need be, and not a byte too many."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import socket
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.client import HTTPResponse
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import msgspec

from sidebyside.errors import DownloadFailed, ModelCancelled, NoRoom, WrongChecksum
from sidebyside.speech.catalogue import Remote, allowed
from sidebyside.speech.model_folder import digest
from sidebyside.speech.model_store import arrived, part_of

CHUNK = 1 << 18
TIMEOUT = 30.0
"""Seconds without a byte before a connection counts as cut."""
PAUSES = (1.0, 3.0)
"""Seconds before each further attempt after a cut; after the last, and no byte more in between, we give up."""
WATCHED = 0.05
"""Seconds after which a download that is done lets its watcher go, at most."""
AGENT = "side-by-side (a person asked for a speech model)"

OnBytes = Callable[[int], None]


class _Mark(msgspec.Struct, frozen=True):
    """Beside a part: of which file it is the beginning, in the server's own words."""

    url: str
    version: str = ""
    """A strong ETag, or else the time of the last change; empty where the server names neither."""


class _Cut(Exception):
    """The connection broke off; what came is kept."""


class _OnlyAllowed(urllib.request.HTTPRedirectHandler):
    """Follows a server elsewhere only where we would have gone ourselves."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        """The request at the new address."""
        if not allowed(newurl):
            raise DownloadFailed(
                f"{urlsplit(req.full_url).hostname} sent us to an address that is not https. Nothing was taken from it."
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch(remote: Remote, folder: Path, on_bytes: OnBytes, cancel: threading.Event) -> Path:
    """Download one file into a folder, going on from what an earlier attempt left there, and verify it.

    Args:
        remote: what to fetch; it must be checkable.
        folder: where it goes; beside it, until it is whole, a part and a note of which file the part is of.
        on_bytes: told how many bytes of the file have arrived.
        cancel: set it to stop; what arrived is kept.

    Raises:
        DownloadFailed: no connection, an answer that is no file, or cut off too often; what arrived is kept.
        WrongChecksum: what arrived is not the published file; it was deleted.
        ModelCancelled: `cancel` was set; what arrived is kept.
        NoRoom: the disk is full; what arrived is kept.
    """
    if not remote.checkable or not allowed(remote.url):
        raise WrongChecksum(f"There is no published checksum for {remote.name}, so it was not downloaded.")
    target = folder / remote.name
    if not target.is_file():
        _get(remote, target, on_bytes, cancel)
        part_of(target).replace(target)
    _verify(remote, target)
    _mark_of(target).unlink(missing_ok=True)
    return target


def _get(remote: Remote, target: Path, on_bytes: OnBytes, cancel: threading.Event) -> None:
    """Go on until the part is whole, or some attempts in a row got no further."""
    furthest = arrived(remote, target.parent)
    pauses = iter(PAUSES)
    while True:
        try:
            return _go_on(remote, target, on_bytes, cancel)
        except _Cut as cut:
            now = arrived(remote, target.parent)
            if now > furthest:
                furthest, pauses = now, iter(PAUSES)
            pause = next(pauses, None)
            if pause is None:
                raise DownloadFailed(
                    f"The download of {remote.name} broke off ({cut}). What arrived is kept; install it again to go on."
                ) from cut
            cancel.wait(pause)


def _verify(remote: Remote, file: Path) -> None:
    wrong = file.stat().st_size != remote.size
    for method, expected in (("sha256", remote.sha256), ("md5", remote.md5)):
        wrong = wrong or (bool(expected) and digest(file, method) != expected)
    if wrong:
        _forget(file)
        raise WrongChecksum(
            f"{remote.name} is not the file that its publisher made: its checksum is another. It was deleted; "
            "try again later, or install the model from a file you trust."
        )


def _forget(target: Path) -> None:
    for file in (target, part_of(target), _mark_of(target)):
        file.unlink(missing_ok=True)


def _mark_of(target: Path) -> Path:
    return target.with_name(target.name + ".from")


def _read_mark(target: Path) -> _Mark | None:
    try:
        return msgspec.json.decode(_mark_of(target).read_bytes(), type=_Mark)
    except (OSError, msgspec.DecodeError):
        return None


def _go_on(remote: Remote, target: Path, on_bytes: OnBytes, cancel: threading.Event) -> None:
    """One connection's worth of the file.

    Raises:
        _Cut: it is not whole yet, but another attempt may get further.
    """
    if cancel.is_set():
        raise ModelCancelled(f"Stopped. What arrived of {remote.name} is kept.")
    part, mark = part_of(target), _read_mark(target)
    have = part.stat().st_size if part.is_file() else 0
    if mark is None or mark.url != remote.url or not mark.version or have > remote.size:
        have = 0
    if have == remote.size:
        return
    request = urllib.request.Request(remote.url, headers={"User-Agent": AGENT, "Accept-Encoding": "identity"})
    if have and mark:
        # Should the file have changed since, the server sends it from the beginning.
        request.add_header("Range", f"bytes={have}-")
        request.add_header("If-Range", mark.version)
    try:
        with _opener().open(request, timeout=TIMEOUT) as response:
            begin = _begins_at(response, remote, have)
            _mark_of(target).write_bytes(msgspec.json.encode(_Mark(remote.url, _version(response))))
            with _hung_up_when(cancel, response):
                _receive(response, remote, part, begin, on_bytes, cancel)
    except urllib.error.HTTPError as error:
        _turned_away(error, remote, target)
    except urllib.error.URLError as error:
        if isinstance(error.reason, ssl.SSLCertVerificationError):
            raise DownloadFailed(
                f"{urlsplit(remote.url).hostname} could not prove who it is ({error.reason.verify_message}). Nothing "
                "was taken from it; what arrived before is kept."
            ) from error
        raise _Cut(_why(error.reason)) from error
    except (OSError, http.client.HTTPException) as error:
        raise _Cut(_why(error)) from error


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(
        _OnlyAllowed, urllib.request.HTTPSHandler(context=_certificates()), urllib.request.HTTPHandler
    )


def _certificates() -> ssl.SSLContext:
    """Whom to believe: the system's authorities, or where Python finds none, those that come with certifi."""
    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"] and not Path(ssl.get_default_verify_paths().capath or "").is_dir():
        with contextlib.suppress(ImportError):
            import certifi

            context.load_verify_locations(certifi.where())
    return context


def _version(response: HTTPResponse) -> str:
    etag = response.headers.get("ETag", "")
    # A weak one promises only something alike, which is not enough to join two halves.
    return etag if etag.startswith('"') else response.headers.get("Last-Modified", "")


def _begins_at(response: HTTPResponse, remote: Remote, have: int) -> int:
    """Where in the file the answer begins: at `have`, or at 0 from a server that sends it all."""
    if response.status == 206:
        match = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", "").strip())
        if match is None or int(match.group(1)) != have:
            raise DownloadFailed("The server answered with another part than was asked for. What arrived is kept.")
        total = match.group(2)
    elif response.status == 200:
        have, total = 0, response.headers.get("Content-Length", "*")
    else:
        raise DownloadFailed(f"The server answered {response.status}, which is no file. What arrived is kept.")
    if total.isdigit() and int(total) != remote.size:
        raise WrongChecksum(
            f"The server's {remote.name} has {total} bytes instead of {remote.size}: it is not the file that is known. "
            "Nothing was taken."
        )
    return have


def _receive(
    response: HTTPResponse, remote: Remote, part: Path, begin: int, on_bytes: OnBytes, cancel: threading.Event
) -> None:
    have = begin
    with _open_part(part, begin) as stream:
        on_bytes(have)
        while have <= remote.size:
            if cancel.is_set():
                raise ModelCancelled(f"Stopped. What arrived of {remote.name} is kept: install it again to go on.")
            chunk = response.read1(CHUNK)
            if not chunk:
                break
            have += len(chunk)
            if have > remote.size:
                break
            _save(stream, chunk)
            on_bytes(have)
        stream.flush()
        os.fsync(stream.fileno())
    if have > remote.size:
        _forget(part.with_name(part.name.removesuffix(".part")))
        raise WrongChecksum(f"The server's {remote.name} is longer than the file that is known. It was deleted.")
    if have < remote.size:
        raise _Cut("the connection was cut")


@contextlib.contextmanager
def _hung_up_when(cancel: threading.Event, response: HTTPResponse) -> Iterator[None]:
    """Ends the connection as soon as a person says stop, also while a silent server is waited for."""
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            if cancel.wait(WATCHED):
                with contextlib.suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)
                return

    with socket.fromfd(response.fileno(), socket.AF_INET, socket.SOCK_STREAM) as line:
        watcher = threading.Thread(target=watch, name="model-download-stop", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()


def _open_part(part: Path, begin: int) -> IO[bytes]:
    stream = part.open("r+b" if begin else "wb")
    stream.seek(begin)
    stream.truncate()
    return stream


def _save(stream: IO[bytes], chunk: bytes) -> None:
    try:
        stream.write(chunk)
    except OSError as error:
        raise NoRoom(
            f"The download could not be written ({error.strerror}). What arrived is kept; make room, then go on."
        ) from error


def _turned_away(error: urllib.error.HTTPError, remote: Remote, target: Path) -> None:
    host = urlsplit(remote.url).hostname
    with error:
        if error.code == 416:
            # Our part is not the beginning of what is there now.
            _forget(target)
            raise _Cut("the file on the server has changed") from error
        if error.code in (408, 425, 429, 500, 502, 503, 504):
            raise _Cut(f"{host} answered {error.code} {error.reason}") from error
        raise DownloadFailed(
            f"{host} does not hand out {remote.name} ({error.code} {error.reason}). What arrived before is kept. "
            "Fetch the model elsewhere and install it from the file."
        ) from error


def _why(reason: object) -> str:
    if isinstance(reason, TimeoutError):
        return "no answer"
    text = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
    return str(text)
