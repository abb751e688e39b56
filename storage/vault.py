"""Encryption of personal columns, and keyed hashes for equality.

One key file of 32 random bytes (base64) feeds two derived keys: AES-256-GCM for what must be read again, HMAC-SHA256
for what only must be compared. Without the file the personal columns of a database or backup are unreadable.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from knowledge.errors import Wrong

KEY_BYTES = 32
NONCE_BYTES = 12  # the size that GCM is specified for (NIST SP 800-38D)
DIGEST_CHARACTERS = 32  # 128 bits: enough that two addresses never meet, short enough for an index


class Vault:
    """Seals and opens texts, and hashes addresses, with the keys derived from one secret of 32 bytes."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(hmac.digest(secret, b"motcua seal 1", hashlib.sha256))
        self._hash_key = hmac.digest(secret, b"motcua hash 1", hashlib.sha256)

    def seal(self, text: str, place: str) -> bytes:
        """Encrypt `text`; `place` (table.column) is bound in, so that a value moved elsewhere does not open."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, text.encode(), place.encode())

    def open(self, sealed: bytes, place: str) -> str:
        """Decrypt what `seal` made for the same place; raises `Wrong` when the key or the place is another."""
        try:
            plain = self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
        except (InvalidTag, ValueError):
            raise Wrong(f"{place} cannot be decrypted: database.key_file is not this database's key") from None
        return plain.decode()

    def digest(self, *parts: str) -> str:
        """Hash the parts with the key: equal parts give equal digests, and nothing can be read back."""
        message = "\x1f".join(parts).encode()
        return hmac.digest(self._hash_key, message, hashlib.sha256).hex()[:DIGEST_CHARACTERS]


def open_vault(key_file: Path) -> Vault:
    """Open the vault of this key file, making the file (mode 0600) where there is none.

    Raises `Wrong` when the file does not hold 32 bytes in base64 or cannot be read.
    """
    try:
        if not key_file.exists():
            key_file.parent.mkdir(parents=True, exist_ok=True)
            _make(key_file)
        return Vault(_read(key_file))
    except OSError as error:
        raise Wrong(f"database.key_file {key_file}: {error.strerror}") from None


def _make(key_file: Path) -> None:
    """Write a new key beside the file and link it in whole: of two first starts at once, one wins and both read it."""
    descriptor, draft = tempfile.mkstemp(dir=key_file.parent)  # with mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(os.urandom(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, key_file)
    finally:
        Path(draft).unlink()


def _read(key_file: Path) -> bytes:
    try:
        secret = base64.b64decode(key_file.read_bytes().strip(), validate=True)
    except binascii.Error:
        secret = b""
    if len(secret) != KEY_BYTES:
        raise Wrong(f"database.key_file {key_file}: not {KEY_BYTES} bytes in base64")
    return secret
