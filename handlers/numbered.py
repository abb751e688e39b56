"""Where conversations stand after a turn, and the numbers that notices offer where buttons are numbers to type.

Such a number must mean what was shown last. A notice goes to somebody else, whose own turn may be taken in the same
instant: whatever a turn holds of conversations it takes here, in the order of their ids, so that no two turns ever wait
for each other in a circle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from handlers.messages import SESSION_VERSION, Notice, Session
from storage import accounts
from storage.accounts import Account, Saved
from storage.database import Connection
from storage.delivery import outbox

NUMBERED = frozenset({"zalo_oa", "zalo_bot", "terminal"})
"""The channels that may show buttons as numbered lines."""

Told = Sequence[tuple[Notice, Account]]
"""Notices, each with the account to which it goes."""


def stand(tx: Connection, own: Account | None, states: Mapping[int, Saved], told: Told, now: datetime) -> None:
    """Save where this turn's conversations stand, and what its notices offer at others; hold all of them.

    `own`: whose turn it is; `states`: by account.
    """
    people = {account.id: account for _, account in told} | ({} if own is None else {own.id: own})
    for account_id in sorted({*states, *people}):
        known = people.get(account_id)
        if known is not None and known.channel in outbox.FETCHED:
            outbox.hold_reader(tx, account_id)
        shown = [notice for notice, account in told if account.id == account_id and _is_offered(notice, account)]
        if account_id not in states and not shown:
            continue
        saved = states.get(account_id) or accounts.held_state(tx, account_id, SESSION_VERSION, now)
        for notice in shown:
            saved = _offering(saved, notice)
        accounts.save_state(tx, account_id, saved, now=now)


def _is_offered(notice: Notice, account: Account) -> bool:
    return account.channel in NUMBERED and bool(notice.reply.buttons) and notice.not_before is None


def _offering(saved: Saved, notice: Notice) -> Saved:
    """Let a number that is typed stand for the buttons of a notice that goes there now.

    Where a form is being filled in, a number is an answer to its question; the notice has to be tapped, or read again.
    """
    try:
        session = Session() if saved.state is None else Session.from_json(saved.state)
    except (ValueError, KeyError, TypeError):
        return saved
    if session.is_filling or saved.version != SESSION_VERSION:
        return saved
    offered = tuple((button.label, button.action) for row in notice.reply.buttons for button in row)
    return Saved(SESSION_VERSION, replace(session, offered=offered).to_json())
