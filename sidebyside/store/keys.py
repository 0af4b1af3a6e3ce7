"""The library's key: random, kept only wrapped, opened by keyring, passphrase or recovery code."""

from __future__ import annotations

import contextlib
import hmac
import os
import secrets
import tempfile
import unicodedata
from pathlib import Path
from typing import Literal

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from filelock import FileLock

from sidebyside.errors import KeyUnavailable, LibraryDamaged, LibraryNewer, WrongKey
from sidebyside.store import keyring_wrap

LIBRARY_FILE = "library.db"
KEYS_FILE = "keys.json"
VARIABLE = "SIDEBYSIDE_PASSPHRASE"
"""The environment variable that callers read a passphrase from; named in messages."""

How = Literal["keyring", "passphrase", "recovery", "memory"]
KeyState = Literal["new", "keyring", "passphrase"]

_VERSION = 1
_LOCK_FILE = "keys.lock"
_LOG2_N = 16  # 64 MiB and about a sixth of a second for each guess.
_LOG2_N_MOST = 20  # An altered file must not make the app ask for all memory.
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_CHARS = 32
_CHECK = b"sidebyside library key, version 1"


class OpenedKey(msgspec.Struct, frozen=True, kw_only=True):
    """An unwrapped key. Neither it nor the recovery code shows in its text."""

    key: bytes
    """32 bytes."""
    how: How
    recovery_code: str | None = None
    """Only from the call that made the key: to be shown once and written down."""

    def __repr__(self) -> str:
        return f"OpenedKey(how={self.how!r})"


class _Scrypt(msgspec.Struct, frozen=True, kw_only=True):
    """A key wrapped by a secret that a person keeps."""

    log2_n: int
    salt: bytes
    nonce: bytes
    wrapped: bytes


class _Keyring(msgspec.Struct, frozen=True, kw_only=True):
    """A key wrapped by a random one that the system keyring keeps."""

    nonce: bytes
    wrapped: bytes


class _Keys(msgspec.Struct, frozen=True, kw_only=True):
    """What `keys.json` holds; bytes are in base64."""

    version: int
    library: str
    """Random; the user name in the keyring."""
    check: bytes
    """Tells the library's key from any other without opening the library."""
    recovery: _Scrypt
    passphrase: _Scrypt | None = None
    keyring: _Keyring | None = None


def key_state(folder: Path) -> KeyState:
    """What opens the library in `folder`; `new` if there is none yet.

    Raises:
        KeyUnavailable: there is a library, but its `keys.json` is gone.
        LibraryDamaged, LibraryNewer: of `keys.json`.
    """
    keys = _read(folder)
    if keys is None:
        return "new"
    return "keyring" if keys.keyring else "passphrase"


def has_passphrase(folder: Path) -> bool:
    """Whether a passphrase opens the library in `folder`; False if there is none."""
    keys = _read(folder)
    return keys is not None and keys.passphrase is not None


def open_key(folder: Path, passphrase: str | None, *, keyring_ok: bool = True) -> OpenedKey:
    """Unwraps the key of the library in `folder`, or makes it on first use.

    A passphrase that is given decides if the library has one; else the keyring does. A new key goes to the keyring if
    there is a safe one, and is wrapped by the passphrase too if one is given.

    Raises:
        WrongKey: the passphrase is not the library's; nothing was changed.
        KeyUnavailable: neither keyring nor passphrase; nothing was changed.
        LibraryDamaged, LibraryNewer: of `keys.json`.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _locked(folder):
        keys = _read(folder)
        if keys is None:
            return _make(folder, passphrase, keyring_ok)
    if passphrase and keys.passphrase:
        return OpenedKey(key=_unwrap(keys, "passphrase", keys.passphrase, _plain(passphrase)), how="passphrase")
    if keys.keyring and keyring_ok:
        wrapping = keyring_wrap.get(keys.library)
        if wrapping is not None:
            return OpenedKey(key=_open(keys, "keyring", keys.keyring, wrapping), how="keyring")
    raise KeyUnavailable(_why_not(keys))


def open_with_recovery(folder: Path, code: str) -> OpenedKey:
    """Unwraps the key by its recovery code; case, spaces, dashes and look-alike letters do not matter.

    Raises:
        WrongKey: not this library's code; nothing was changed.
        KeyUnavailable: there is no `keys.json`.
    """
    keys = _there(folder)
    return OpenedKey(key=_unwrap(keys, "recovery", keys.recovery, _plain_code(code)), how="recovery")


def change_passphrase(folder: Path, old: str, new: str) -> None:
    """Wraps the key by a new passphrase instead of the old one.

    Raises:
        WrongKey: the old one is wrong; nothing was changed.
        KeyUnavailable: the library has no passphrase, or the new one is empty; nothing was changed.
    """
    keys = _there(folder)
    if keys.passphrase is None:
        raise KeyUnavailable("This library has no passphrase to change. Nothing was changed.")
    set_passphrase(folder, _unwrap(keys, "passphrase", keys.passphrase, _plain(old)), new)


def set_passphrase(folder: Path, key: bytes, new: str) -> None:
    """Wraps an opened key by a passphrase, as after opening with the recovery code.

    Raises:
        WrongKey: not this library's key; nothing was changed.
        KeyUnavailable: the passphrase is empty; nothing was changed.
    """
    if not new:
        raise KeyUnavailable("An empty passphrase protects nothing. The library keeps the one it has.")
    with _locked(folder):
        keys = _there(folder)
        _prove(keys, key)
        wrap = _wrap(keys.library, "passphrase", key, _plain(new))
        _write(folder, msgspec.structs.replace(keys, passphrase=wrap))


def keep_in_keyring(folder: Path, key: bytes) -> bool:
    """Wraps an opened key by the system keyring, as on a new computer; whether there is a safe one that took it.

    Raises:
        WrongKey: not this library's key; nothing was changed.
    """
    with _locked(folder):
        keys = _there(folder)
        _prove(keys, key)
        wrap = _wrap_in_keyring(keys.library, key)
        if wrap is not None:
            _write(folder, msgspec.structs.replace(keys, keyring=wrap))
        return wrap is not None


def memory_key() -> OpenedKey:
    """A key that is kept nowhere, for a library that is thrown away."""
    return OpenedKey(key=secrets.token_bytes(32), how="memory")


def belongs(folder: Path, key: bytes) -> bool:
    """Whether `keys.json` in `folder` is there and names this very key."""
    try:
        keys = _read(folder)
    except (KeyUnavailable, LibraryDamaged, LibraryNewer):
        return False
    return keys is not None and hmac.compare_digest(keys.check, _check_of(key))


# --- making and wrapping -----------------------------------------------------------------------------------------


def _make(folder: Path, passphrase: str | None, keyring_ok: bool) -> OpenedKey:
    key, library = secrets.token_bytes(32), secrets.token_hex(16)
    in_keyring = _wrap_in_keyring(library, key) if keyring_ok else None
    if in_keyring is None and not passphrase:
        raise KeyUnavailable(
            "This computer has no keyring that can keep the library's key. Nothing was stored. "
            f"Choose a passphrase, or set it as {VARIABLE}."
        )
    code = "".join(secrets.choice(_CROCKFORD) for _ in range(_CODE_CHARS))
    keys = _Keys(
        version=_VERSION,
        library=library,
        check=_check_of(key),
        recovery=_wrap(library, "recovery", key, code.encode("ascii")),
        passphrase=_wrap(library, "passphrase", key, _plain(passphrase)) if passphrase else None,
        keyring=in_keyring,
    )
    _write(folder, keys)
    groups = "-".join(code[at : at + 4] for at in range(0, _CODE_CHARS, 4))
    return OpenedKey(key=key, how="keyring" if in_keyring else "passphrase", recovery_code=groups)


def _wrap(library: str, kind: str, key: bytes, secret: bytes) -> _Scrypt:
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    wrapping = _derive(salt, _LOG2_N, secret)
    wrapped = AESGCM(wrapping).encrypt(nonce, key, _bound(library, kind))
    return _Scrypt(log2_n=_LOG2_N, salt=salt, nonce=nonce, wrapped=wrapped)


def _unwrap(keys: _Keys, kind: str, wrap: _Scrypt, secret: bytes) -> bytes:
    if not 1 <= wrap.log2_n <= _LOG2_N_MOST:
        raise LibraryDamaged(_UNREADABLE)
    return _open(keys, kind, wrap, _derive(wrap.salt, wrap.log2_n, secret))


def _wrap_in_keyring(library: str, key: bytes) -> _Keyring | None:
    wrapping = keyring_wrap.get(library) or secrets.token_bytes(32)
    if not keyring_wrap.put(library, wrapping):
        return None
    nonce = secrets.token_bytes(12)
    return _Keyring(nonce=nonce, wrapped=AESGCM(wrapping).encrypt(nonce, key, _bound(library, "keyring")))


def _open(keys: _Keys, kind: str, wrap: _Scrypt | _Keyring, wrapping: bytes) -> bytes:
    try:
        key = AESGCM(wrapping).decrypt(wrap.nonce, wrap.wrapped, _bound(keys.library, kind))
    except (InvalidTag, ValueError) as error:
        raise WrongKey(_WRONG[kind]) from error
    _prove(keys, key)
    return key


def _derive(salt: bytes, log2_n: int, secret: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=2**log2_n, r=8, p=1).derive(secret)


def _bound(library: str, kind: str) -> bytes:
    # Ties each wrap to its library and its place, so that none passes for another.
    return f"sidebyside {library} {kind}".encode("ascii")


def _check_of(key: bytes) -> bytes:
    return hmac.digest(key, _CHECK, "sha256")[:16]


def _prove(keys: _Keys, key: bytes) -> None:
    if not hmac.compare_digest(keys.check, _check_of(key)):
        raise WrongKey("That is the key of another library. Nothing was changed.")


def _plain(passphrase: str) -> bytes:
    # Keyboards differ in how they compose accents.
    return unicodedata.normalize("NFC", passphrase).encode("utf-8")


def _plain_code(code: str) -> bytes:
    typed = code.upper().replace("O", "0").replace("I", "1").replace("L", "1")
    return "".join(char for char in typed if char in _CROCKFORD).encode("ascii")


# --- the file ----------------------------------------------------------------------------------------------------

_UNREADABLE = (
    f"The library's {KEYS_FILE} is damaged, so its key cannot be opened. Nothing was changed. "
    f"Put {KEYS_FILE} back from your backup."
)
_WRONG = {
    "passphrase": "That passphrase does not open the library. Nothing was changed. Try it again, or open the window, "
    "where the recovery code opens it too.",
    "recovery": "That recovery code does not open this library. Nothing was changed. Check it letter by letter.",
    "keyring": "The key in the system keyring does not open this library. Nothing was changed. Open the window and use "
    "the recovery code there.",
}


def _why_not(keys: _Keys) -> str:
    if keys.keyring and keys.passphrase:
        start = "The system keyring that keeps the library's key cannot be reached. "
        return f"{start}Nothing was changed. Unlock it, or give the passphrase, for example as {VARIABLE}."
    if keys.keyring:
        start = "The system keyring that keeps the library's key cannot be reached, and the library has no passphrase"
        way = "Unlock the keyring, or open the window and use the recovery code there."
        return f"{start} that {VARIABLE} could hold. Nothing was changed. {way}"
    return f"The library is locked by a passphrase. Nothing was changed. Give it, for example as {VARIABLE}."


def _there(folder: Path) -> _Keys:
    keys = _read(folder)
    if keys is None:
        raise KeyUnavailable("There is no library in that folder yet. Nothing was changed.")
    return keys


def _read(folder: Path) -> _Keys | None:
    try:
        data = (folder / KEYS_FILE).read_bytes()
    except FileNotFoundError as error:
        library = folder / LIBRARY_FILE
        if library.exists() and library.stat().st_size:
            raise KeyUnavailable(
                f"The library is there, but {KEYS_FILE}, which holds its key, is gone. Nothing was changed. "
                f"Put {KEYS_FILE} back from your backup."
            ) from error
        return None
    try:
        version = msgspec.json.decode(data, type=dict[str, msgspec.Raw]).get("version")
        if version is not None and msgspec.json.decode(version, type=int) > _VERSION:
            raise LibraryNewer(
                "This library was written by a newer version of Side by Side. Nothing was changed. "
                "Install that version."
            )
        return msgspec.json.decode(data, type=_Keys)
    except msgspec.DecodeError as error:
        raise LibraryDamaged(_UNREADABLE) from error


def _write(folder: Path, keys: _Keys) -> None:
    # A new file, synced, then renamed: at every moment there is one whole keys.json.
    handle, name = tempfile.mkstemp(dir=folder, prefix=".keys-")  # Mode 0600.
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(keys), indent=2))
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(folder / KEYS_FILE)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    if os.name == "posix":
        directory = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def _locked(folder: Path) -> FileLock:
    return FileLock(folder / _LOCK_FILE, mode=0o600, timeout=30)
