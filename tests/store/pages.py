"""Decrypts every page of a library's files, free and leftover ones too, to prove what is not in them."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PAGE = 4096
SALT = 16
RESERVED = 80  # IV of 16 bytes, then the HMAC of 64.
LOG_HEADER = 32
FRAME_HEADER = 24


def decrypted_bytes(folder: Path, key: bytes) -> bytes:
    """All bytes of the database and of its write-ahead log (old frames included) in `folder`, decrypted."""
    database = folder / "library.db"
    plain = [_page(page, key, number == 1) for number, page in _pages(database.read_bytes())]
    log = folder / "library.db-wal"
    if log.exists():
        plain += [_page(page, key, number == 1) for number, page in _frames(log.read_bytes())]
    return b"".join(plain)


def _pages(data: bytes) -> list[tuple[int, bytes]]:
    assert len(data) % PAGE == 0, "the database ends within a page"
    return [(at // PAGE + 1, data[at : at + PAGE]) for at in range(0, len(data), PAGE)]


def _frames(data: bytes) -> list[tuple[int, bytes]]:
    starts = range(LOG_HEADER, len(data) - PAGE, FRAME_HEADER + PAGE)
    return [(int.from_bytes(data[at : at + 4], "big"), data[at + FRAME_HEADER :][:PAGE]) for at in starts]


def _page(page: bytes, key: bytes, first: bool) -> bytes:
    end = PAGE - RESERVED
    cipher = Cipher(algorithms.AES(key), modes.CBC(page[end : end + 16])).decryptor()
    return cipher.update(page[SALT if first else 0 : end])
