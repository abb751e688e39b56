"""News that are of no dossier, as officials read them: feedback, a silent source, what failed, a person asked for.

A subject is a kind and a name (`feedback:PAKN-…`); it is worded from what is kept at the time of telling, so what
waited for a digest tells how things stand then, and what is settled is told no more.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.actions import action
from handlers.agency import Agency
from handlers.messages import Button, Reply
from handlers.texts import Words, words
from storage import feedback, handovers
from storage.database import Connection
from storage.delivery.outbox_desk import count_failed
from storage.dossiers import sources

FEEDBACK, SOURCE, CHANNEL, HANDOVER = "feedback", "source", "channel", "handover"
SUBJECT_MOST = 80  # characters, as the tables keep
DAY = timedelta(days=1)


def subject(kind: str, name: object) -> str:
    """Name what a piece of news is of."""
    return f"{kind}:{name}"[:SUBJECT_MOST]


def worded(agency: Agency, tx: Connection, say: Words, about: str, mark: str, now: datetime) -> Reply | None:
    """Word a piece of news; None where it is news no more. `mark`: what happened, and when."""
    kind, _, name = about.partition(":")
    match kind:
        case "feedback":
            return _feedback(agency, tx, say, name, mark.partition(" ")[0])
        case "source":
            return _silent(agency, tx, say, about, mark)
        case "channel":
            return Reply(say("alarm.dead", channel=name, count=count_failed(tx, name, now - DAY)))
        case "handover":
            return _handover(tx, say, int(name))
    raise AssertionError(f"news of {about}")


def stands(agency: Agency, tx: Connection, about: str, mark: str, now: datetime) -> bool:
    """Tell whether it still is news."""
    return worded(agency, tx, words(None), about, mark, now) is not None


def _feedback(agency: Agency, tx: Connection, say: Words, number: str, what: str) -> Reply | None:
    """Say what became of a feedback, without anything of who sent it and what it says."""
    one = feedback.find(tx, number)
    if one is None:
        return None
    due = "–" if one.due_at is None else f"{one.due_at.astimezone(ZoneInfo(agency.timezone)):%d/%m/%Y}"
    text = say(f"fbdesk.{what}", number=one.number, kind=say.plain(f"feedback.kind_{one.kind}"), due=due)
    return Reply(text, ((Button(say.plain("button.fb_show"), action("fb", "show", one.number)),),))


def _silent(agency: Agency, tx: Connection, say: Words, about: str, mark: str) -> Reply | None:
    source = next((one for one in sources.known(tx) if subject(SOURCE, one.name) == about), None)
    if source is None:
        return None
    if source.good_at is not None and source.good_at > datetime.fromisoformat(mark):
        return None  # it gives again
    if source.good_at is None:
        return Reply(say("silent.never", source=source.name))
    since = source.good_at.astimezone(ZoneInfo(agency.timezone)).strftime("%H:%M, %d/%m/%Y")
    return Reply(say("silent.told", source=source.name, since=since))


def _handover(tx: Connection, say: Words, number: int) -> Reply | None:
    found = handovers.by_id(tx, number)
    if found is None or found.closed_at is not None or found.taken_by is not None:
        return None
    if found.console:
        return Reply(say("handover.waits", number=number))
    take = Button(say.plain("button.handover_take"), action("relay", "take", str(number)))
    return Reply(Markup("\n").join((say("duty.handover"), say("handover.topic", number=number))), ((take,),))
