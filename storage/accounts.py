"""Accounts (places where somebody can be reached) and where each conversation stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.schema import account, conversation
from storage.vault import Vault

Inserting = sqlite.Insert | postgresql.Insert


@dataclass(frozen=True, slots=True)
class Account:
    """A place where somebody can be reached."""

    id: int
    channel: str
    address: str
    lane: str
    language: str | None
    gone_at: datetime | None
    paused_until: datetime | None = None
    person_id: int | None = None

    def is_paused(self, now: datetime) -> bool:
        """Tell whether a person of the agency speaks here just now, so that the bot does not answer."""
        return self.paused_until is not None and now < self.paused_until


@dataclass(frozen=True, slots=True)
class Saved:
    """The saved state of a conversation: JSON text and the version of its shape."""

    version: int
    state: str | None


COLUMNS = (
    account.c.id,
    account.c.channel,
    account.c.address,
    account.c.lane,
    account.c.language,
    account.c.gone_at,
    account.c.paused_until,
    account.c.person_id,
    conversation.c.version,
    conversation.c.state,
)
"""What `found` reads, for a query that joins the two tables itself."""
_FIND = select(*COLUMNS).select_from(account.outerjoin(conversation))
_BY_LANE = _FIND.where(account.c.lane == bindparam("b_lane"))
_BY_ID = _FIND.where(account.c.id == bindparam("b_id"))
_HELD = (
    select(conversation.c.version, conversation.c.state)
    .where(conversation.c.account_id == bindparam("b_id"))
    .with_for_update()
)
_ADD = insert(account)


def _adding(insert_: Callable[[Table], Inserting]) -> Inserting:
    return insert_(conversation).values(
        account_id=bindparam("b_id"),
        version=bindparam("b_version"),
        state=bindparam("b_state"),
        updated_at=bindparam("b_now"),
    )


def _saving(insert_: Callable[[Table], Inserting]) -> Inserting:
    adding = _adding(insert_)
    changed = {name: adding.excluded[name] for name in ("version", "state", "updated_at")}
    return adding.on_conflict_do_update(index_elements=["account_id"], set_=changed)


_INSERTS: Mapping[str, Callable[[Table], Inserting]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_SAVE_STATE = {engine: _saving(insert_) for engine, insert_ in _INSERTS.items()}
_ADD_IF_NEW = {engine: _adding(insert_).on_conflict_do_nothing() for engine, insert_ in _INSERTS.items()}
_SPEAK = update(account).where(account.c.id == bindparam("b_id")).values(language=bindparam("b_language"))
_PAUSE = update(account).where(account.c.id == bindparam("b_id")).values(paused_until=bindparam("b_until"))
_GONE = update(account).where(account.c.id == bindparam("b_id")).values(gone_at=bindparam("b_at"))


def lane_of(vault: Vault, channel: str, address: str) -> str:
    """Give the lane of the conversation at this address."""
    return vault.digest("conversation", channel, address)


def ensure(tx: Connection, *, channel: str, address: str, lane: str, now: datetime) -> int:
    """Return the id of the account at this address, made now when it is new."""
    known = by_lane(tx, lane)
    return known[0].id if known is not None else add(tx, channel=channel, address=address, lane=lane, now=now)


def add(tx: Connection, *, channel: str, address: str, lane: str, now: datetime) -> int:
    """Make the account at an address that is new and return its id."""
    row = {"channel": channel, "address": address, "lane": lane, "created_at": now}
    key = tx.execute(_ADD, row).inserted_primary_key
    assert key is not None
    return int(key[0])


def by_lane(tx: Connection, lane: str) -> tuple[Account, Saved | None] | None:
    """Load the account of a lane and its conversation's state, if any."""
    row = tx.execute(_BY_LANE, {"b_lane": lane}).one_or_none()
    return None if row is None else found(*row)


def by_id(tx: Connection, account_id: int) -> tuple[Account, Saved | None] | None:
    """Load an account and its conversation's state, if any."""
    row = tx.execute(_BY_ID, {"b_id": account_id}).one_or_none()
    return None if row is None else found(*row)


def held_state(tx: Connection, account_id: int, version: int, now: datetime) -> Saved:
    """Load a conversation's state and hold it to the end of the transaction: to change it from another lane.

    Where there is none, an empty one of this `version` is made, for only what is there can be held. Whoever holds more
    than one takes them in the order of their ids (`handlers/numbered.py`).
    """
    row = tx.execute(_HELD, {"b_id": account_id}).one_or_none()
    if row is None:
        new = {"b_id": account_id, "b_version": version, "b_state": None, "b_now": now}
        tx.execute(_ADD_IF_NEW[tx.dialect.name], new)
        row = tx.execute(_HELD, {"b_id": account_id}).one()
    return Saved(*row)


def found(*values: Any) -> tuple[Account, Saved | None]:
    """Make the account and its conversation's state of the values of `COLUMNS`."""
    *of_account, version, state = values
    return Account(*of_account), None if version is None else Saved(version, state)


def save_state(tx: Connection, account_id: int, saved: Saved, *, now: datetime) -> None:
    """Save where the conversation stands."""
    changes = {"b_id": account_id, "b_version": saved.version, "b_state": saved.state, "b_now": now}
    tx.execute(_SAVE_STATE[tx.dialect.name], changes)


def speak(tx: Connection, account_id: int, language: str) -> None:
    """Remember the language that this account chose."""
    tx.execute(_SPEAK, {"b_id": account_id, "b_language": language})


def close(tx: Connection, account_id: int, at: datetime | None) -> None:
    """Mark an account as gone, or with None as back: who writes again has come back."""
    tx.execute(_GONE, {"b_id": account_id, "b_at": at})


def pause(tx: Connection, account_id: int, until: datetime | None) -> None:
    """Let the bot answer nothing at this account until then; None ends that. Notices go on (`handlers/turn.py`)."""
    tx.execute(_PAUSE, {"b_id": account_id, "b_until": until})
