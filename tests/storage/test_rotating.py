"""Changing the key: what an older one made is still read, all is sealed and hashed anew, a stop loses nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, insert, select, text, type_coerce

from knowledge.errors import Wrong
from storage import rotating
from storage.columns import Sealed, use_vault
from storage.database import Database
from storage.dossiers import records
from storage.schema import account, checklist, conversation, dossier, metadata
from storage.vault import Vault, new_key, open_vault
from tests.persons import NOW

PHONE, IDENTITY = "0912 345 678", "1200 456 789"


def keys(tmp_path: Path) -> tuple[Vault, Vault, Vault]:
    """Give the vault before, the one that reads both, and the one of the newer key alone."""
    old, new = tmp_path / "old", tmp_path / "new"
    before = open_vault(old)
    new_key(before, new)
    return before, open_vault(new, [old]), open_vault(new)


def turn_to(database: Database, vault: Vault) -> None:
    database.vault = vault
    use_vault(database.engine.dialect, vault)


def people(database: Database, count: int = 5) -> None:
    """Keep some conversations, ticked lists (whose key is of two columns) and a dossier with its owner's numbers."""
    with database.transaction() as tx:
        for number in range(1, count + 1):
            row = {"id": number, "channel": "telegram", "address": str(number), "lane": f"lane {number}"}
            tx.execute(insert(account), {**row, "created_at": NOW})
            state = {"account_id": number, "version": 1, "state": f"chỗ {number}", "updated_at": NOW}
            tx.execute(insert(conversation), state)
            for entry in ("A", "B"):
                ticked = {"account_id": number, "entry_id": entry, "ticked": f"[{number}]", "updated_at": NOW}
                tx.execute(insert(checklist), ticked)
        owner = {
            "owner_phone": PHONE,
            "owner_phone_hash": records.phone_hash(tx, PHONE),
            "owner_identity": IDENTITY,
            "owner_identity_hash": records.identity_hash(tx, IDENTITY),
        }
        row = {"id": 1, "code": "H58.23-231123-0001", "status": 2, "as_of": NOW, "source": "thử", "illustrative": False}
        tx.execute(insert(dossier), {**row, "received_at": NOW, **owner})


def older(database: Database, vault: Vault) -> list[str]:
    """List what the newest key alone does not open."""
    found = []
    with database.transaction() as tx:
        for table in metadata.sorted_tables:
            for column in rotating.sealed(table):
                assert isinstance(column.type, Sealed)
                for (held,) in tx.execute(select(type_coerce(column, LargeBinary)).where(column.is_not(None))):
                    if not vault.is_newest(bytes(held), column.type.place):
                        found.append(str(column))
    return found


def test_everything_is_sealed_with_the_newest_key_and_the_older_one_may_go(database: Database, tmp_path: Path) -> None:
    before, both, alone = keys(tmp_path)
    turn_to(database, before)
    people(database)
    turn_to(database, both)
    with database.transaction() as tx:
        assert tx.execute(select(conversation.c.state)).scalars().first() == "chỗ 1", "older ones are still read"
        assert records.has_phone(tx, 1, "+84912345678"), "older hashes are still compared"
    assert "conversation.state" in older(database, both)
    done = rotating.rotate(database, batch=2)
    assert (done["conversation"], done["checklist"], done["dossier"]) == (5, 10, 1)
    assert older(database, alone) == []
    turn_to(database, alone)
    with database.transaction() as tx:
        states = tx.execute(select(conversation.c.state).order_by(conversation.c.account_id)).scalars().all()
        assert states == [f"chỗ {number}" for number in range(1, 6)]
        assert records.owner(tx, 1).phone == PHONE
        assert records.has_phone(tx, 1, "+84912345678")
        assert records.has_identity(tx, 1, IDENTITY)
        assert not records.has_phone(tx, 1, "0912345679")
    assert rotating.rotate(database) == {}, "nothing is left to do"


def test_a_rotation_that_was_killed_goes_on_where_it_stopped(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, both, alone = keys(tmp_path)
    turn_to(database, before)
    people(database)
    turn_to(database, both)
    renewed, renew = 0, rotating._renew

    def killed(*given: object) -> bool:
        nonlocal renewed
        if renewed == 4:
            raise KeyboardInterrupt
        renewed += 1
        return renew(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(rotating, "_renew", killed)
    with pytest.raises(KeyboardInterrupt):
        rotating.rotate(database, batch=3)
    monkeypatch.setattr(rotating, "_renew", renew)
    half = older(database, both)
    assert 0 < len(half) < 5 + 10 + 2
    assert sum(rotating.rotate(database, batch=3).values()) >= 1
    assert older(database, alone) == []


def test_conversations_keep_their_lanes_so_nobody_is_forgotten(tmp_path: Path) -> None:
    before, both, alone = keys(tmp_path)
    lanes = {vault.digest("conversation", "telegram", "42") for vault in (before, both, alone)}
    assert len(lanes) == 1
    assert before.seal("a", "b.c") not in (both.seal("a", "b.c"),)
    with pytest.raises(Wrong, match="cannot be decrypted"):
        alone.open(before.seal("a", "b.c"), "b.c")


def test_a_newer_key_is_made_once_for_its_owner_only_and_needs_what_it_carries(tmp_path: Path) -> None:
    vault = open_vault(tmp_path / "old")
    new_key(vault, tmp_path / "new")
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o600
    with pytest.raises(Wrong, match="never written over"):
        new_key(vault, tmp_path / "new")
    with pytest.raises(Wrong, match="motcua keys new"):
        open_vault(tmp_path / "by itself", [tmp_path / "old"])
    (tmp_path / "spoilt").write_text("kein Schlüssel")
    for name in ("spoilt", "not there"):
        with pytest.raises(Wrong, match=f"old_key_files .*{name}"):
            open_vault(tmp_path / "new", [tmp_path / name])


def test_a_value_that_no_key_opens_stops_the_change_and_is_left(database: Database, tmp_path: Path) -> None:
    before, both, _ = keys(tmp_path)
    turn_to(database, before)
    people(database, 1)
    turn_to(database, open_vault(tmp_path / "stranger"))
    with pytest.raises(Wrong, match="cannot be decrypted"):
        rotating.rotate(database)
    turn_to(database, both)
    with database.transaction() as tx:
        assert tx.execute(select(conversation.c.state)).scalar_one() == "chỗ 1"
        assert tx.execute(text("SELECT count(*) FROM checklist")).scalar_one() == 2
