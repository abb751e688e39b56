"""What is told when an official or a group blocked the bot, left, was deleted or revoked.

Until they write again nothing is sent to them: what comes, and what they were to hear and did not, goes to whoever the
rules lead to without them. Administrators hear who left.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from handlers.agency import Agency
from handlers.messages import Happening, Notice, Reply
from handlers.notices import Rules
from handlers.officials.notices import is_open
from handlers.officials.telling import Told, say_to, tell
from knowledge.duties import News
from storage import accounts
from storage.database import Connection
from storage.dossiers import records as dossiers
from storage.events import Pending
from storage.officials import duty, duty_dossiers
from storage.officials import register as officials
from storage.officials.departures import GONE
from storage.officials.register import Role


def take_in(_tx: Connection, event: Pending, _now: datetime) -> list[Happening]:
    """Say who it is."""
    return [Happening(GONE, json.loads(event.body))]


def _told(agency: Agency, tx: Connection, happening: Happening, now: datetime) -> Iterator[Notice]:
    """Report whoever left, and tell whoever the rules lead to now what they were to hear."""
    facts = happening.facts
    one, left = officials.by_id(tx, facts["official"]), accounts.by_id(tx, facts["account"])
    if one is None or left is None:
        return
    if one.revoked_at is None:
        if left[0].gone_at is None:  # back already
            return
        held = duty_dossiers.count_of_official(tx, one.id)
        for account_id in officials.reached(tx, {Role.ADMINISTRATOR}):
            say = say_to(tx, account_id)
            text = say("alarm.gone", who=one.name or str(one.id), role=say.plain(f"role.{one.role}"), held=held)
            yield Notice(account_id, Reply(text))
    yield from tell(agency, tx, _unheard(tx, one.id, facts), now, gathered=True)


def _unheard(tx: Connection, official_id: int, facts: Mapping[str, Any]) -> list[Told]:
    """List what they were to hear and did not, as far as it still is news."""
    found = duty.unheard(tx, official_id, facts["account"], datetime.fromisoformat(facts["at"]))
    known = {one.id: one for one in dossiers.by_ids(tx, [one.dossier_id for one in found if one.dossier_id])}
    told = []
    for one in found:
        dossier = None if one.dossier_id is None else known.get(one.dossier_id)
        if one.dossier_id is None or (dossier is not None and is_open(dossier)):
            told.append(Told(News(one.news), dossier, one.mark, one.subject))
    return told


def rules(agency: Agency) -> Rules:
    """Give the rule of who hears when somebody is gone."""
    return {GONE: partial(_told, agency)}
