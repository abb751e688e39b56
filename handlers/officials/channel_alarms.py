"""What administrators hear of a channel: that it will fall silent unless a person acts, what it could not send."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from functools import partial

from handlers.agency import Agency
from handlers.messages import Happening, Notice, Reply
from handlers.notices import Rules
from handlers.officials import news as office_news
from handlers.officials.telling import Told, tell
from handlers.texts import words
from knowledge.duties import News
from storage import accounts, events
from storage.columns import vault_of
from storage.database import Connection
from storage.events import NewEvent, Pending
from storage.officials import register as officials
from storage.officials.register import Role

TROUBLE = "channel_trouble"  # the kind of the event, and what happens by it
DEAD = "dead_letters"  # the same for messages that were given up
REFUSED, OLD = "alarm.zalo_refused", "alarm.zalo_old"
FAILING, BLOCKED, BY_PHONE = "alarm.zalo_failing", "alarm.zalo_blocked", "alarm.zalo_phone"
USED_UP = "alarm.zalo_used_up"
"""The troubles, by the keys of their words: Zalo renews no longer; the refresh token nears its end; a renewal failed
for the first time; every message is refused; every message by phone is; those of today are used up."""


def take_in(_tx: Connection, event: Pending, _now: datetime) -> list[Happening]:
    """Say what the trouble is."""
    return [Happening(TROUBLE, {"why": json.loads(event.body)["why"]})]


def _told(tx: Connection, happening: Happening, _now: datetime) -> Iterator[Notice]:
    for account_id in officials.reached(tx, {Role.ADMINISTRATOR}):
        found = accounts.by_id(tx, account_id)
        say = words(None if found is None else found[0].language)
        yield Notice(account_id, Reply(say(happening.facts["why"])), urgent=True)


def bury(tx: Connection, channel: str, now: datetime) -> None:
    """Note that a message of a channel was given up: an event, so that administrators hear, once in an hour."""
    lane = vault_of(tx).digest("alarm", channel)
    events.accept(tx, NewEvent(channel, f"{DEAD}:{now:%Y-%m-%dT%H}", DEAD, "{}", lane), now)


def take_in_dead(_tx: Connection, event: Pending, now: datetime) -> list[Happening]:
    """Say of which channel, and of which hour."""
    return [Happening(DEAD, {"channel": event.channel, "hour": f"{now:%Y-%m-%dT%H}"})]


def _dead(agency: Agency, tx: Connection, happening: Happening, now: datetime) -> Iterator[Notice]:
    facts = happening.facts
    about = office_news.subject(office_news.CHANNEL, facts["channel"])
    return tell(agency, tx, [Told(News.FAILED, None, facts["hour"], about)], now)


def rules(agency: Agency) -> Rules:
    """Give the rules: of a trouble administrators hear at any hour, of what failed whoever the rules lead to."""
    return {TROUBLE: _told, DEAD: partial(_dead, agency)}
