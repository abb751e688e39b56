"""Encryption of personal columns, and keyed hashes for equality.

One key file of 32 random bytes (base64) feeds two derived keys: AES-256-GCM for what must be read again, HMAC-SHA256
for what only must be compared. Without the file the personal columns of a database or backup are unreadable.

A newer key (`new_key`) writes, and older ones are still read until nothing is left under them (`storage/rotating.py`).
Hashes of which the words are not kept (conversations, files, invites) cannot be made anew, so a new key file carries
the hash key of the first one in its second line; it opens nothing. An owner's numbers are hashed with the newest key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from knowledge.errors import Wrong

KEY_BYTES = 32
NONCE_BYTES = 12  # the size that GCM is specified for (NIST SP 800-38D)
DIGEST_CHARACTERS = 32  # 128 bits: enough that two addresses never meet, short enough for an index


HASHES = "hashes "  # begins the line of a key file that carries the hash key of an older one


class Vault:
    """Seals and opens texts, and hashes addresses, with the keys derived from one secret of 32 bytes.

    `older`: secrets that are still read; `hash_key`: the one in use before this secret, for hashes that stay.
    """

    def __init__(self, secret: bytes, older: Sequence[bytes] = (), hash_key: bytes | None = None) -> None:
        self._ciphers = [AESGCM(hmac.digest(one, b"motcua seal 1", hashlib.sha256)) for one in (secret, *older)]
        self._owner_keys = [_hash_key(one) for one in (secret, *older)]
        self.hash_key = hash_key or self._owner_keys[0]
        self.reads_older = bool(older)

    def seal(self, text: str, place: str) -> bytes:
        """Encrypt `text`; `place` (table.column) is bound in, so that a value moved elsewhere does not open."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._ciphers[0].encrypt(nonce, text.encode(), place.encode())

    def open(self, sealed: bytes, place: str) -> str:
        """Decrypt what `seal` made for the same place; raises `Wrong` when the key or the place is another."""
        for cipher in self._ciphers:
            plain = _opened(cipher, sealed, place)
            if plain is not None:
                return plain.decode()
        raise Wrong(f"{place} cannot be decrypted: database.key_file is not this database's key")

    def is_newest(self, sealed: bytes, place: str) -> bool:
        """Tell whether the newest key made this."""
        return _opened(self._ciphers[0], sealed, place) is not None

    def digest(self, *parts: str) -> str:
        """Hash the parts with the key: equal parts give equal digests, and nothing can be read back."""
        return _digest(self.hash_key, parts)

    def owner_digest(self, *parts: str) -> str:
        """Hash a number that is kept sealed as well with the newest key."""
        return _digest(self._owner_keys[0], parts)

    def owner_digests(self, *parts: str) -> list[str]:
        """Give the hashes of such a number with each key that is read: it may stand under any of them."""
        return [_digest(key, parts) for key in self._owner_keys]


def _hash_key(secret: bytes) -> bytes:
    return hmac.digest(secret, b"motcua hash 1", hashlib.sha256)


def _digest(key: bytes, parts: Sequence[str]) -> str:
    return hmac.digest(key, "\x1f".join(parts).encode(), hashlib.sha256).hex()[:DIGEST_CHARACTERS]


def _opened(cipher: AESGCM, sealed: bytes, place: str) -> bytes | None:
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
    except (InvalidTag, ValueError):
        return None


def open_vault(key_file: Path, older: Sequence[Path] = ()) -> Vault:
    """Open the vault of this key file, making the file (mode 0600) where there is none; `older`: still read.

    Raises `Wrong` when a file does not hold 32 bytes in base64 or cannot be read, and for older ones beside a key file
    that was not made by `new_key`: hashes would be others.
    """
    try:
        if not key_file.exists():
            key_file.parent.mkdir(parents=True, exist_ok=True)
            _make(key_file)
        secret, carried = _read(key_file)
        if older and carried is None:
            raise Wrong(f"database.key_file {key_file}: made by itself; a newer key is made by: motcua keys new")
        return Vault(secret, [_read_older(one) for one in older], carried)
    except OSError as error:
        raise Wrong(f"database.key_file {key_file}: {error.strerror}") from None


def new_key(vault: Vault, key_file: Path) -> None:
    """Make the file of a newer key, which carries what `vault` hashes with; raises `Wrong` where it cannot be made."""
    try:
        if key_file.exists():
            raise Wrong(f"{key_file} is there already: a key is never written over")
        key_file.parent.mkdir(parents=True, exist_ok=True)
        _make(key_file, f"{HASHES}{base64.b64encode(vault.hash_key).decode()}\n".encode())
    except OSError as error:
        raise Wrong(f"{key_file}: {error.strerror}") from None


def _make(key_file: Path, more: bytes = b"") -> None:
    """Write a new key beside the file and link it in whole: of two first starts at once, one wins and both read it."""
    descriptor, draft = tempfile.mkstemp(dir=key_file.parent)  # with mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(os.urandom(KEY_BYTES)) + b"\n" + more)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, key_file)
    finally:
        Path(draft).unlink()


def _read(key_file: Path, name: str = "database.key_file") -> tuple[bytes, bytes | None]:
    """Read a secret, and the hash key that its file carries, if any."""
    first, _, second = key_file.read_bytes().strip().partition(b"\n")
    carried = second.strip().removeprefix(HASHES.encode())
    found = [_decoded(first), _decoded(carried) if carried else None]
    if any(one is not None and len(one) != KEY_BYTES for one in found) or found[0] is None:
        raise Wrong(f"{name} {key_file}: not {KEY_BYTES} bytes in base64")
    return found[0], found[1]


def _read_older(key_file: Path) -> bytes:
    try:
        return _read(key_file, "database.old_key_files")[0]
    except OSError as error:
        raise Wrong(f"database.old_key_files {key_file}: {error.strerror}") from None


def _decoded(line: bytes) -> bytes:
    try:
        return base64.b64decode(line.strip(), validate=True)
    except binascii.Error:
        return b""
