"""Officials: who may do what, by which chat, and the invites that link one.

An invite's code is 12 random bytes and a keyed mark, so that a made-up one is known without a look at the table; the
table holds only the code's keyed hash. A code is used once, before its end, and only while its official stands.
"""

from __future__ import annotations

import hmac
import re
import secrets
from base64 import b32encode
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from storage.columns import vault_of
from storage.schema import account, invite, official, outbox

RANDOM_BYTES = 12  # 96 bits: nobody guesses a code
MARK_CHARACTERS = 4  # of the mark: with it a slip of the finger is told from an old code
CODE = re.compile(r"[A-Z2-7]{24}")  # base32 of the random bytes (20) and the mark (4)
GROUP = 6  # characters between the dashes of a code as people read it


class Role(StrEnum):
    """What somebody is to the bot (vai trò); what each may do is decided in `handlers/officials/room.py`."""

    ADMINISTRATOR = "administrator"  # quản trị: takes files in, hears of what goes wrong
    LEADER = "leader"  # lãnh đạo: reads, takes nothing in
    OFFICIAL = "official"  # cán bộ: handles dossiers, takes files in, hears of what goes wrong
    DESK = "desk"  # một cửa: the counter; handles dossiers, takes nothing in
    GROUP = "group"  # nhóm: a group or a topic that hears; it has no rights, whoever presses there has theirs


@dataclass(frozen=True, slots=True)
class Official:
    """An official; `name` is None once the person was erased, `account_id` while no chat is linked."""

    id: int
    role: Role
    name: str | None
    account_id: int | None
    created_at: datetime
    linked_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Invite:
    """An invite that can be used now: its row, and the official to whom it leads."""

    id: int
    official: Official


_COLUMNS = (
    official.c.id,
    official.c.role,
    official.c.name,
    official.c.account_id,
    official.c.created_at,
    official.c.linked_at,
    official.c.revoked_at,
)
_OF_ACCOUNT = select(*_COLUMNS).where(official.c.account_id == bindparam("b_account"))
_OPEN = (
    select(invite.c.id, *_COLUMNS)
    .join(official)
    .where(
        invite.c.code_hash == bindparam("b_hash"),
        invite.c.used_at.is_(None),
        invite.c.expires_at > bindparam("b_now"),
        official.c.revoked_at.is_(None),
    )
)
_USE = (
    update(invite)
    .where(invite.c.id == bindparam("b_id"), invite.c.used_at.is_(None))
    .values(used_at=bindparam("b_now"))
)
_LET_GO = (
    update(official)
    .where(official.c.account_id == bindparam("b_account"))
    .values(account_id=None, revoked_at=bindparam("b_now"))
)
_LINK = (
    update(official)
    .where(official.c.id == bindparam("b_id"))
    .values(account_id=bindparam("b_account"), linked_at=bindparam("b_now"))
)
_REVOKE = (
    update(official)
    .where(official.c.id == bindparam("b_id"), official.c.revoked_at.is_(None))
    .values(account_id=None, revoked_at=bindparam("b_now"))
)
_BY_ID = select(*_COLUMNS).where(official.c.id == bindparam("b_id"))
_REACHED = (
    select(official.c.account_id)
    .join(account)
    .where(official.c.role.in_(bindparam("b_roles", expanding=True)), account.c.gone_at.is_(None))
    .order_by(official.c.id)
)


def of_account(tx: Connection, account_id: int) -> Official | None:
    """Find the official who speaks from this account; None for everybody who is none."""
    row = tx.execute(_OF_ACCOUNT, {"b_account": account_id}).one_or_none()
    return None if row is None else _read(row)


def role_of(tx: Connection, account_id: int) -> Role | None:
    """Tell the role of whoever speaks from this account; None for everybody who is no official."""
    found = of_account(tx, account_id)
    return None if found is None else found.role


def by_id(tx: Connection, official_id: int) -> Official | None:
    """Load an official by their number, also one whose rights were taken."""
    row = tx.execute(_BY_ID, {"b_id": official_id}).one_or_none()
    return None if row is None else _read(row)


def reached(tx: Connection, roles: Collection[Role]) -> list[int]:
    """List the accounts of the officials with these roles who can be reached."""
    return list(tx.execute(_REACHED, {"b_roles": [str(role) for role in roles]}).scalars())


def invite_new(tx: Connection, role: Role, name: str, now: datetime, until: datetime) -> tuple[int, str]:
    """Note an official to be and give the row's id and the code that links their chat until then."""
    key = tx.execute(insert(official), {"role": role, "name": name, "created_at": now}).inserted_primary_key
    assert key is not None
    random = b32encode(secrets.token_bytes(RANDOM_BYTES)).decode().rstrip("=")
    code = random + _mark(tx, random)
    tx.execute(insert(invite), {"official_id": key[0], "code_hash": _hash(tx, code), "expires_at": until})
    return int(key[0]), code


def is_ours(tx: Connection, code: str) -> bool:
    """Tell whether this code was once made here; nothing is said of whether it can still be used."""
    if CODE.fullmatch(code) is None:
        return False
    return hmac.compare_digest(code[-MARK_CHARACTERS:], _mark(tx, code[:-MARK_CHARACTERS]))


def open_invite(tx: Connection, code: str, now: datetime) -> Invite | None:
    """Find the invite of a code; None when it was used, has ended, was revoked, or never was. Nothing is used up."""
    if not is_ours(tx, code):
        return None
    row = tx.execute(_OPEN, {"b_hash": _hash(tx, code), "b_now": now}).one_or_none()
    return None if row is None else Invite(row[0], _read(row[1:]))


def accept(tx: Connection, found: Invite, account_id: int, now: datetime) -> bool:
    """Link an account by an invite; False when somebody else was faster. What the account was before ends."""
    if tx.execute(_USE, {"b_id": found.id, "b_now": now}).rowcount != 1:
        return False
    tx.execute(_LET_GO, {"b_account": account_id, "b_now": now})
    tx.execute(_LINK, {"b_id": found.official.id, "b_account": account_id, "b_now": now})
    return True


def link(tx: Connection, official_id: int, account_id: int, now: datetime) -> bool:
    """Link an account without an invite; False where the official has one, does not stand, or the account is taken."""
    one = by_id(tx, official_id)
    if one is None or one.revoked_at is not None or one.account_id is not None or of_account(tx, account_id):
        return False
    tx.execute(_LINK, {"b_id": official_id, "b_account": account_id, "b_now": now})
    tx.execute(
        update(invite).where(invite.c.official_id == official_id, invite.c.used_at.is_(None)).values(used_at=now)
    )
    return True


def revoke(tx: Connection, official_id: int, now: datetime) -> bool:
    """Take an official's rights and invites from now on; False when there is no such official, or no longer.

    What was decided to be told them and has not left does not leave any more.
    """
    told = select(official.c.account_id).where(official.c.id == official_id).scalar_subquery()
    unsent = update(outbox).where(outbox.c.account_id == told, outbox.c.about.is_not(None), outbox.c.state == "queued")
    tx.execute(unsent.values(state="gone", body=None, settled_at=now))
    return tx.execute(_REVOKE, {"b_id": official_id, "b_now": now}).rowcount == 1


def listed(tx: Connection) -> list[tuple[Official, str | None, datetime | None]]:
    """List all officials: each with the channel of their chat, and the end of an invite that can still be used."""
    ends = select(invite.c.expires_at).where(invite.c.official_id == official.c.id, invite.c.used_at.is_(None))
    rows = tx.execute(
        select(account.c.channel, ends.limit(1).scalar_subquery(), *_COLUMNS)
        .select_from(official.outerjoin(account))
        .order_by(official.c.id)
    )
    return [(_read(row[2:]), row[0], row[1]) for row in rows]


def written(code: str) -> str:
    """Write a code as people read it, in groups."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def plain_code(typed: str) -> str:
    """Take dashes, blanks and small letters out of a code as people type it."""
    return re.sub(r"[\s-]", "", typed).upper()


def _read(values: Sequence[Any]) -> Official:
    """Make an official of the values of `_COLUMNS`."""
    official_id, role, *rest = values
    return Official(official_id, Role(role), *rest)


def _mark(tx: Connection, random: str) -> str:
    return b32encode(bytes.fromhex(vault_of(tx).digest("invite mark", random))).decode()[:MARK_CHARACTERS]


def _hash(tx: Connection, code: str) -> str:
    return vault_of(tx).digest("invite", code)
