"""The vault: what it seals only it opens, and a key file that is wrong says so."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from knowledge.errors import Wrong
from storage.columns import use_vault
from storage.database import Database
from storage.schema import feedback
from storage.vault import Vault, open_vault
from tests.persons import ANNA, fill

VAULT = Vault(b"k" * 32)


@given(st.text(), st.text(max_size=30))
def test_what_is_sealed_opens_again_and_never_looks_the_same_twice(text: str, place: str) -> None:
    sealed = VAULT.seal(text, place)
    assert VAULT.open(sealed, place) == text
    assert VAULT.seal(text, place) != sealed


def test_a_value_opens_only_in_its_place_with_its_key_and_unchanged() -> None:
    sealed = VAULT.seal("bí mật", "feedback.content")
    changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for vault, value, place in [
        (VAULT, sealed, "feedback.sender_name"),
        (Vault(b"l" * 32), sealed, "feedback.content"),
        (VAULT, changed, "feedback.content"),
    ]:
        with pytest.raises(Wrong, match=rf"{place} cannot be decrypted"):
            vault.open(value, place)


def test_a_hash_is_the_same_for_the_same_parts_only_and_needs_the_key() -> None:
    digest = VAULT.digest("conversation", "telegram", "42")
    assert VAULT.digest("conversation", "telegram", "42") == digest
    others = [
        VAULT.digest("conversation", "telegram", "43"),
        VAULT.digest("conversation", "telegram4", "2"),
        VAULT.digest("conversation", "telegram42"),
        Vault(b"l" * 32).digest("conversation", "telegram", "42"),
    ]
    assert digest not in others
    assert len(set(others)) == len(others)


def test_the_key_file_is_made_once_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "key"
    sealed = open_vault(path).seal("a", "b.c")
    made = path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert open_vault(path).open(sealed, "b.c") == "a"
    assert path.read_bytes() == made


def test_two_key_files_are_two_keys(tmp_path: Path) -> None:
    sealed = open_vault(tmp_path / "one").seal("a", "b.c")
    with pytest.raises(Wrong):
        open_vault(tmp_path / "two").open(sealed, "b.c")


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"no base64!", base64.b64encode(b"k" * 31), base64.b64encode(b"k" * 33), b"\xff" * 44],
)
def test_a_bad_key_file_says_so_without_its_content_and_is_not_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    with pytest.raises(Wrong, match="32 bytes in base64") as raised:
        open_vault(path)
    assert str(path) in str(raised.value)
    assert not content.strip() or content.decode("latin-1") not in str(raised.value)
    assert path.read_bytes() == content


def test_a_key_file_that_cannot_be_read_or_made_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for path in (tmp_path, tmp_path / "file" / "key"):
        with pytest.raises(Wrong, match=r"directory|exists") as raised:
            open_vault(path)
        assert f"database.key_file {path}" in str(raised.value)


def test_a_database_opened_with_another_key_says_which_setting_is_wrong(database: Database) -> None:
    with database.transaction() as tx:
        fill(tx, ANNA)
    use_vault(database.engine.dialect, Vault(b"another key of thirty-two bytes."))
    with database.transaction() as tx, pytest.raises(Wrong, match=r"database\.key_file is not this database's key"):
        tx.execute(select(feedback.c.content)).all()
