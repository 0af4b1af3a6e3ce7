"""The key is kept only wrapped, and only what should open it does."""

from __future__ import annotations

import base64
import json
import stat
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.chainer import ChainerBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.backends.null import Keyring as NullKeyring
from keyring.errors import NoKeyringError

from sidebyside.errors import KeyUnavailable, LibraryDamaged, LibraryNewer, WrongKey
from sidebyside.store import keyring_wrap, keys
from sidebyside.store.library import Library


class SafeKeyring(KeyringBackend):
    """Stands in for a desktop's keyring, which no test machine has."""

    priority = 5  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise NoKeyringError("locked")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.locked:
            raise NoKeyringError("locked")
        self.kept[(service, username)] = password


class PlaintextKeyring(SafeKeyring):
    priority = 9  # type: ignore[assignment]


class HalfBakedKeyring(SafeKeyring):
    priority = 0.5  # type: ignore[assignment]


@pytest.fixture(autouse=True)
def no_keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture
def safe() -> SafeKeyring:
    backend = SafeKeyring()
    keyring.set_keyring(backend)
    return backend


def test_without_keyring_and_passphrase_nothing_is_made(folder: Path) -> None:
    with pytest.raises(KeyUnavailable, match="SIDEBYSIDE_PASSPHRASE"):
        keys.open_key(folder, None)
    with pytest.raises(KeyUnavailable):
        keys.open_key(folder, "")
    assert keys.key_state(folder) == "new"
    assert not (folder / "keys.json").exists()


def test_passphrase_opens_the_same_key_again(folder: Path) -> None:
    made = keys.open_key(folder, "four plain words here")
    again = keys.open_key(folder, "four plain words here")
    assert made.how == again.how == "passphrase"
    assert len(made.key) == 32 and made.key == again.key
    assert made.recovery_code and again.recovery_code is None
    assert keys.key_state(folder) == "passphrase"


def test_passphrase_is_the_same_however_accents_are_composed(folder: Path) -> None:
    made = keys.open_key(folder, "caf\u00e9 au lait")
    assert keys.open_key(folder, "cafe\u0301 au lait").key == made.key


def test_wrong_passphrase_changes_nothing(folder: Path) -> None:
    keys.open_key(folder, "right")
    before = (folder / "keys.json").read_bytes()
    with pytest.raises(WrongKey):
        keys.open_key(folder, "wrong")
    with pytest.raises(WrongKey):
        keys.change_passphrase(folder, "wrong", "new")
    with pytest.raises(KeyUnavailable, match="SIDEBYSIDE_PASSPHRASE"):
        keys.open_key(folder, None)
    assert (folder / "keys.json").read_bytes() == before


def test_changed_passphrase_replaces_the_old_one(folder: Path) -> None:
    key = keys.open_key(folder, "old").key
    keys.change_passphrase(folder, "old", "new")
    assert keys.open_key(folder, "new").key == key
    with pytest.raises(WrongKey):
        keys.open_key(folder, "old")
    with pytest.raises(KeyUnavailable):
        keys.change_passphrase(folder, "new", "")


def test_recovery_code_opens_as_people_type_it(folder: Path) -> None:
    made = keys.open_key(folder, "forgotten")
    code = made.recovery_code
    assert code
    groups = code.split("-")
    assert [len(group) for group in groups] == [4] * 8
    assert set("".join(groups)) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    typed = " ".join(groups).lower().replace("1", "l").replace("0", "o")
    opened = keys.open_with_recovery(folder, typed)
    assert (opened.key, opened.how) == (made.key, "recovery")
    keys.set_passphrase(folder, opened.key, "remembered")
    assert keys.open_key(folder, "remembered").key == made.key
    other = ("0" if code[0] != "0" else "Z") + code[1:]
    with pytest.raises(WrongKey):
        keys.open_with_recovery(folder, other)


def test_neither_key_nor_code_shows_in_text(folder: Path) -> None:
    made = keys.open_key(folder, "secret words")
    shown = f"{made!r} {made}"
    assert made.recovery_code and made.recovery_code not in shown
    assert repr(made.key) not in shown and made.key.hex() not in shown
    stored = (folder / "keys.json").read_text()
    assert made.key.hex() not in stored and made.recovery_code not in stored and "secret words" not in stored


def test_key_file_is_the_owners_alone(folder: Path) -> None:
    keys.open_key(folder, "mine")
    assert stat.S_IMODE((folder / "keys.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not list(folder.glob(".keys-*"))


def test_safe_keyring_needs_no_passphrase(folder: Path, safe: SafeKeyring) -> None:
    made = keys.open_key(folder, None)
    assert made.how == "keyring" and made.recovery_code
    assert [service for service, _ in safe.kept] == ["sidebyside"]
    assert keys.open_key(folder, None).key == made.key
    assert keys.key_state(folder) == "keyring"
    # The keyring holds a wrapping key, not the library's.

    assert base64.b64decode(next(iter(safe.kept.values()))) != made.key


def test_locked_keyring_is_told_and_recovery_still_opens(folder: Path, safe: SafeKeyring) -> None:
    made = keys.open_key(folder, None)
    safe.locked = True
    with pytest.raises(KeyUnavailable, match="recovery code"):
        keys.open_key(folder, None)
    with pytest.raises(KeyUnavailable):
        keys.open_key(folder, "some passphrase")
    assert made.recovery_code
    assert keys.open_with_recovery(folder, made.recovery_code).key == made.key


def test_passphrase_given_beside_a_keyring_opens_without_it(folder: Path, safe: SafeKeyring) -> None:
    made = keys.open_key(folder, "as well")
    assert made.how == "keyring"
    safe.locked = True
    assert keys.open_key(folder, "as well").key == made.key
    safe.locked = False
    with pytest.raises(WrongKey):
        keys.open_key(folder, "not that")


def test_keyring_of_another_library_does_not_open(folder: Path, tmp_path: Path, safe: SafeKeyring) -> None:
    keys.open_key(folder, None)
    other = tmp_path / "other"
    keys.open_key(other, None)
    (_, first), (_, second) = safe.kept
    safe.kept[("sidebyside", first)] = safe.kept[("sidebyside", second)]
    with pytest.raises(WrongKey):
        keys.open_key(folder, None)


def test_keyring_can_be_left_alone(folder: Path, safe: SafeKeyring) -> None:
    with pytest.raises(KeyUnavailable):
        keys.open_key(folder, None, keyring_ok=False)
    assert keys.open_key(folder, "words", keyring_ok=False).how == "passphrase"
    assert not safe.kept


def test_new_computer_takes_the_key_into_its_keyring(folder: Path, safe: SafeKeyring) -> None:
    key = keys.open_key(folder, "words", keyring_ok=False).key
    with pytest.raises(WrongKey):
        keys.keep_in_keyring(folder, bytes(32))
    assert keys.keep_in_keyring(folder, key)
    assert keys.open_key(folder, None).how == "keyring"


@pytest.mark.parametrize("refused", [NoKeyring, NullKeyring, PlaintextKeyring, HalfBakedKeyring])
def test_keyrings_that_keep_no_secret_are_refused(folder: Path, refused: type[KeyringBackend]) -> None:
    keyring.set_keyring(refused())
    with pytest.raises(KeyUnavailable):
        keys.open_key(folder, None)
    assert keyring_wrap.backend() is None


def test_chain_is_as_good_as_its_safe_link(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain, safe = PlaintextKeyring(), SafeKeyring()
    for links, fit in (([plain, NullKeyring()], None), ([plain, safe], safe)):
        monkeypatch.setattr(ChainerBackend, "backends", links)
        keyring.set_keyring(ChainerBackend())
        assert keyring_wrap.backend() is fit
    keys.open_key(folder, None)
    assert safe.kept and not plain.kept


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"version": 1}', b'{"version": "x"}', b"\xff\xfe"])
def test_damaged_key_file_is_told_and_left(folder: Path, content: bytes) -> None:
    keys.open_key(folder, "words")
    (folder / "keys.json").write_bytes(content)
    for use in (keys.key_state, lambda at: keys.open_key(at, "words"), lambda at: keys.open_with_recovery(at, "A")):
        with pytest.raises(LibraryDamaged):
            use(folder)
    assert (folder / "keys.json").read_bytes() == content


def test_altered_cost_is_refused(folder: Path) -> None:
    keys.open_key(folder, "words")
    file = folder / "keys.json"
    content = json.loads(file.read_text())
    content["passphrase"]["log2_n"] = 40
    file.write_text(json.dumps(content))
    with pytest.raises(LibraryDamaged):
        keys.open_key(folder, "words")


def test_key_file_of_a_newer_version_is_left_alone(folder: Path) -> None:
    folder.mkdir()
    content = b'{"version": 2, "something": "else"}'
    (folder / "keys.json").write_bytes(content)
    with pytest.raises(LibraryNewer):
        keys.open_key(folder, "words")
    assert (folder / "keys.json").read_bytes() == content


def test_lost_key_file_never_leads_to_a_new_key(folder: Path) -> None:
    opened = keys.open_key(folder, "words")
    Library.open(folder, opened.key).close()
    (folder / "keys.json").unlink()
    with pytest.raises(KeyUnavailable, match=r"keys\.json"):
        keys.open_key(folder, "words")
    assert not (folder / "keys.json").exists()


def test_memory_keys_are_kept_nowhere_and_differ() -> None:
    one, two = keys.memory_key(), keys.memory_key()
    assert one.how == "memory" and one.key != two.key and len(one.key) == 32
