"""Drafts of a person with several accounts: what was begun on one is gone on with on whichever they write next."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from handlers.messages import SESSION_VERSION, Session
from storage.accounts import Account, Saved
from storage.database import Connection
from storage.people import joined as people

LONG_AGO = datetime.min.replace(tzinfo=UTC)  # so that the person is asked whether to go on, and a text is no answer


def brought(tx: Connection, account: Account, session: Session) -> tuple[Session, dict[int, Saved]]:
    """Bring the latest draft from another account of the person here, if there is none.

    Gives the session, and where the other account stands then: the draft is here alone.
    """
    if account.person_id is None or session.draft is not None:
        return session, {}
    for other, saved in people.states_elsewhere(tx, account):
        there = _read(saved)
        if there is None or there.draft is None:
            continue
        left = Saved(SESSION_VERSION, replace(there, draft=None, offered=()).to_json())
        return replace(session, draft=replace(there.draft, asked_at=LONG_AGO, paused=False)), {other: left}
    return session, {}


def _read(saved: Saved) -> Session | None:
    if saved.version != SESSION_VERSION or saved.state is None:
        return None
    try:
        return Session.from_json(saved.state)
    except (ValueError, KeyError, TypeError):
        return None
