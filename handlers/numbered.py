"""The buttons of a notice where buttons are numbers to type: the number must mean what was shown last."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from handlers.messages import SESSION_VERSION, Reply, Session
from storage import accounts
from storage.accounts import Account, Saved
from storage.database import Connection

NUMBERED = frozenset({"zalo_oa", "zalo_bot", "terminal"})
"""The channels that may show buttons as numbered lines."""


def offer(tx: Connection, account: Account, reply: Reply, now: datetime) -> None:
    """Let a number typed at this account stand for the buttons of a notice that goes there now.

    Where a form is being filled in, a number is an answer to its question; the notice has to be tapped, or read again.
    """
    if account.channel not in NUMBERED or not reply.buttons:
        return
    saved = accounts.held_state(tx, account.id)
    try:
        session = Session() if saved is None or saved.state is None else Session.from_json(saved.state)
    except (ValueError, KeyError, TypeError):
        return
    if session.is_filling or (saved is not None and saved.version != SESSION_VERSION):
        return
    offered = tuple((button.label, button.action) for row in reply.buttons for button in row)
    state = replace(session, offered=offered).to_json()
    accounts.save_state(tx, account.id, Saved(SESSION_VERSION, state), known=saved is not None, now=now)
