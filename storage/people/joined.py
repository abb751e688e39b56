"""Persons with several accounts: which accounts are one person's, how two are joined and parted, where notices go.

What a person did stays with the account on which they did it; it is read for all accounts of the person
(`same_person`). So parting two accounts gives each its own back, and nothing was ever merged.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BindParameter, ColumnElement, Connection, case, delete, exists, insert, or_, select, update

from storage import accounts
from storage.accounts import Account, Saved
from storage.columns import vault_of
from storage.database import lock
from storage.delivery import outbox
from storage.schema import account, account_link, conversation, official, person, zalo_contact
from storage.schema import outbox as outbox_table

CODE_DIGITS = 12  # 10^12 codes; typed on any keyboard, and no input method turns a digit into a letter
GROUP = 4  # digits between the blanks of a code as people read it
LASTS = timedelta(minutes=15)  # our choice: long enough to take another telephone, too short to be passed around
ACCOUNTS_MOST = 6  # of one person: one for each channel, and some more
ZALO_OPEN = timedelta(hours=48)  # since the last contact: later Zalo takes messages for money only, then not at all
_JOINING = 5_206_220  # any fixed number: who joins and parts accounts does so one after the other
_PERSON_LOCK = ord("p") << 56  # a space of its own beside those of `lock_number`


@dataclass(frozen=True, slots=True)
class Link:
    """A code that was made: on which account, who used it up, and until when it holds."""

    id: int
    account_id: int
    second_id: int | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Reached:
    """An account of a person: whether it is the preferred one, and whether a notice can be brought there now."""

    account: Account
    preferred: bool
    reachable: bool


_self, _other = account.alias("self"), account.alias("other")
_LINK = (account_link.c.id, account_link.c.account_id, account_link.c.second_id, account_link.c.expires_at)


def same_person(
    column: ColumnElement[int] | ColumnElement[int | None], account_id: int | BindParameter[int]
) -> ColumnElement[bool]:
    """Ask, within a query, whether a column names an account of the same person as this one."""
    joined = select(_other.c.id).join(_self, _self.c.person_id == _other.c.person_id).where(_self.c.id == account_id)
    return or_(column == account_id, column.in_(joined))


def are_one(tx: Connection, one: int | None, other: int) -> bool:
    """Tell whether two accounts are one person's; None is nobody's."""
    if one is None or one == other:
        return one is not None
    return (
        tx.execute(select(account.c.id).where(account.c.id == one, same_person(account.c.id, other))).first()
        is not None
    )


def hold(tx: Connection, person_id: int) -> None:
    """Hold a person to the end of the transaction: two accounts of theirs are in different lanes."""
    lock(tx, _PERSON_LOCK | person_id, wait=True)


def accounts_of(tx: Connection, account_id: int, now: datetime) -> list[Reached]:
    """List the accounts of the person who has this one, the one used last first."""
    rows = tx.execute(
        select(*accounts.COLUMNS, account.c.preferred, zalo_contact.c.at)
        .select_from(account.outerjoin(conversation).outerjoin(zalo_contact))
        .where(same_person(account.c.id, account_id))
        .order_by(conversation.c.updated_at.desc(), account.c.id)
    )
    found = []
    for *of_account, preferred, contact in rows:
        one, _ = accounts.found(*of_account)
        is_open = one.gone_at is None and one.channel not in outbox.FETCHED
        if one.channel == "zalo_oa":
            is_open = is_open and contact is not None and now - contact < ZALO_OPEN
        found.append(Reached(one, bool(preferred), is_open))
    return found


def route(tx: Connection, account_id: int, now: datetime) -> Account | None:
    """Choose where a notice for this account goes; None when its person can be reached nowhere.

    To the preferred account of the person if it can be reached, else to the one that was meant, else to another,
    the one used last first. What is for an official stays where they were linked.
    """
    known = accounts.by_id(tx, account_id)
    if known is None:
        return None
    meant = known[0]
    if meant.person_id is not None and not _is_official(tx, account_id):
        options = [one for one in accounts_of(tx, account_id, now) if one.reachable]
        if options:
            return min(options, key=lambda one: (not one.preferred, one.account.id != account_id)).account
    return None if meant.gone_at is not None else meant


def pass_on(tx: Connection, account_id: int, now: datetime) -> int:
    """Give the notices that wait for an account that is gone to another of its person; returns how many."""
    to = route(tx, account_id, now)
    if to is None or to.id == account_id:
        return 0
    waiting = (outbox_table.c.account_id == account_id, outbox_table.c.state.in_(outbox.OPEN))
    moved = {"account_id": to.id, "channel": to.channel, "state": "queued", "lease_owner": None, "lease_until": None}
    held = case((outbox_table.c.attempts == 0, outbox_table.c.not_before), else_=None)  # by a quiet hour, not by a try
    # What officials are told belongs to the chat that was linked for it and goes nowhere else.
    passing = update(outbox_table).where(*waiting, outbox_table.c.kind == outbox.NOTICE, outbox_table.c.about.is_(None))
    return tx.execute(passing.values(**moved, not_before=held)).rowcount


def states_elsewhere(tx: Connection, one: Account) -> list[tuple[int, Saved]]:
    """Give where the conversations on the other accounts of this person stand, the latest first."""
    rows = tx.execute(
        select(account.c.id, conversation.c.version, conversation.c.state)
        .join(conversation)
        .where(account.c.person_id == one.person_id, account.c.id != one.id)
        .order_by(conversation.c.updated_at.desc())
    )
    return [(account_id, Saved(version, state)) for account_id, version, state in rows]


def make_code(tx: Connection, account_id: int, now: datetime) -> str:
    """Make the code that joins another account to this one; one made before is worth nothing any more."""
    tx.execute(delete(account_link).where(account_link.c.account_id == account_id))
    code = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))
    row = {"account_id": account_id, "code_hash": _hash(tx, code), "made_at": now, "expires_at": now + LASTS}
    tx.execute(insert(account_link), row)
    return code


def find_code(tx: Connection, code: str, now: datetime) -> Link | None:
    """Find what a code leads to; None when it was used, has ended, was replaced, or never was. Nothing is used up."""
    where = (account_link.c.code_hash == _hash(tx, code), account_link.c.second_id.is_(None), *_open(now))
    row = tx.execute(select(*_LINK).where(*where)).one_or_none()
    return None if row is None else Link(*row)


def use_code(tx: Connection, link: Link, second_id: int, now: datetime) -> bool:
    """Use a code up for this second account, which waits for the first; False when somebody was faster."""
    where = (account_link.c.id == link.id, account_link.c.second_id.is_(None), *_open(now))
    return tx.execute(update(account_link).where(*where).values(second_id=second_id)).rowcount == 1


def waiting(tx: Connection, link_id: int, account_id: int, now: datetime) -> Link | None:
    """Find the link that waits for this account, its first one, to confirm."""
    where = (account_link.c.id == link_id, account_link.c.account_id == account_id, *_open(now))
    row = tx.execute(select(*_LINK).where(*where, account_link.c.second_id.is_not(None))).one_or_none()
    return None if row is None else Link(*row)


def close_link(tx: Connection, link: Link, now: datetime) -> bool:
    """Close a link; False when it was closed already."""
    where = (account_link.c.id == link.id, *_open(now))
    return tx.execute(update(account_link).where(*where).values(closed_at=now)).rowcount == 1


def join(tx: Connection, one: int, other: int, now: datetime) -> bool:
    """Make one person of those who have these two accounts; False when they are one, or would have too many."""
    lock(tx, _JOINING, wait=True)
    firsts, seconds = accounts_of(tx, one, now), accounts_of(tx, other, now)
    if other in [reached.account.id for reached in firsts] or len(firsts) + len(seconds) > ACCOUNTS_MOST:
        return False
    known = firsts[0].account.person_id
    if known is None:
        key = tx.execute(insert(person), {"joined_at": now}).inserted_primary_key
        assert key is not None
        known = key[0]
    whose = [reached.account.id for reached in (*firsts, *seconds)]
    kept = [reached.account.id for reached in firsts if reached.preferred]
    tx.execute(update(account).where(account.c.id.in_(whose)).values(person_id=known, preferred=account.c.id.in_(kept)))
    forget_empty(tx)
    return True


def part(tx: Connection, account_id: int) -> None:
    """Take an account from its person: each keeps what was done on it."""
    lock(tx, _JOINING, wait=True)
    left = select(account.c.person_id).where(account.c.id == account_id).scalar_subquery()
    whose = tx.execute(select(account.c.id).where(account.c.person_id == left)).scalars().all()
    alone = list(whose) if len(whose) < 3 else [account_id]
    tx.execute(update(account).where(account.c.id.in_(alone)).values(person_id=None, preferred=None))
    forget_empty(tx)


def prefer(tx: Connection, account_id: int) -> None:
    """Let the notices for this account's person go to it first."""
    whose = same_person(account.c.id, account_id)
    tx.execute(update(account).where(whose).values(preferred=account.c.id == account_id))


def plain_code(typed: str) -> str | None:
    """Take blanks and dashes out of a code as people type it; None for what is none."""
    digits = re.sub(r"[\s.\-]", "", typed)
    return digits if re.fullmatch(rf"[0-9]{{{CODE_DIGITS}}}", digits) else None


def written(code: str) -> str:
    """Write a code as people read it, in groups."""
    return " ".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def _open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return account_link.c.closed_at.is_(None), account_link.c.expires_at > now


def _is_official(tx: Connection, account_id: int) -> bool:
    return bool(tx.execute(select(exists().where(official.c.account_id == account_id))).scalar_one())


def forget_empty(tx: Connection) -> None:
    """Delete the persons to whom no account belongs any more."""
    tx.execute(delete(person).where(~exists().where(account.c.person_id == person.c.id)))


def _hash(tx: Connection, code: str) -> str:
    return vault_of(tx).digest("link", code)
