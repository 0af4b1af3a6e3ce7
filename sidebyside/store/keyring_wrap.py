"""The system keyring as one keeper of the library's key; plaintext keyrings are refused."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "sidebyside"
_REFUSED = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")


def backend() -> KeyringBackend | None:
    """The keyring that is fit to keep a secret, or None. Of a chain, its first fit link."""
    try:
        # Loaded late: it starts D-Bus clients, and a run with a passphrase never needs it.
        import keyring

        return _fit(keyring.get_keyring())
    except Exception:
        return None


def _fit(found: KeyringBackend) -> KeyringBackend | None:
    links = getattr(found, "backends", None)
    if links is not None:
        return next((fit for link in links if (fit := _fit(link)) is not None), None)
    kind = type(found)
    name = f"{kind.__module__}.{kind.__qualname__}"
    # Below 1 is how a back end says of itself that it should not be picked.
    refused = name.startswith(_REFUSED) or "plain" in name.lower() or float(found.priority) < 1
    return None if refused else found


def put(user: str, secret: bytes) -> bool:
    """Keeps a secret under a user name; whether a fit keyring took it and gives it back."""
    keyring = backend()
    if keyring is None:
        return False
    try:
        keyring.set_password(SERVICE, user, base64.b64encode(secret).decode("ascii"))
    except Exception:
        return False
    return get(user) == secret


def get(user: str) -> bytes | None:
    """The secret kept under a user name; None if there is none or the keyring cannot be reached."""
    keyring = backend()
    if keyring is None:
        return None
    try:
        text = keyring.get_password(SERVICE, user)
        return base64.b64decode(text, validate=True) if text else None
    except Exception:
        return None
