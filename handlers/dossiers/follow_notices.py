"""What followers are told: each change of their dossier, and what only the clock brings about.

The clock's part runs once a day: that a due date has passed, that the end of a supplement comes near, that a follow
expires. Each is told once for its date, and again when the date is another one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.agency import Agency
from handlers.board import contact
from handlers.dossiers import words as tell
from handlers.dossiers.follows import name
from handlers.intake import batches as intake
from handlers.messages import Button, Happening, Notice, Reply
from handlers.notices import Rules
from handlers.talk import Talk, lines, written_to
from knowledge.status import Status
from storage.database import Connection
from storage.dossiers import follows, look_ups
from storage.dossiers import records as dossiers
from storage.dossiers.follows import Follow
from storage.dossiers.records import Dossier
from storage.events import Pending

DAY = "follows"  # the moment of the day at which the clock's part is looked at
TOLD = "follow_told"
EXPIRY_NEAR = timedelta(days=7)  # our choice: before a follow expires its follower has a week to renew it
OVERDUE, END_NEAR, EXPIRES = "overdue", "end_near", "expires"
_COLUMN = {OVERDUE: "overdue_told", END_NEAR: "end_told", EXPIRES: "expiry_told_at"}


@dataclass(frozen=True, slots=True)
class _About:
    """One follower's view of what happened: in their language, of their dossier."""

    talk: Talk
    follow: Follow
    dossier: Dossier

    @property
    def name(self) -> Markup:
        return name(self.talk, self.follow, self.dossier)

    def notice(self, parts: list[Markup | str], *buttons: Button) -> Notice:
        talk, dossier = self.talk, self.dossier
        marked = talk.say("lookup.illustrative") if dossier.illustrative else ""
        text = lines([marked, *parts, tell.fresh(talk, dossier)])
        row = (talk.button("show", "dossier", dossier.code), talk.button("unfollow", "unfollow", dossier.code))
        rows = (buttons, row) if buttons else (row,)
        return Notice(self.follow.account_id, Reply(text, rows, by_phone=() if marked else (self.by_phone,)))

    @property
    def by_phone(self) -> tuple[tuple[str, str], ...]:
        """What a notice by phone tells (`messages.PHONE_VALUES`): how the dossier stands, whatever the notice is of."""
        talk, dossier = self.talk, self.dossier
        status = talk.say.plain(f"status.{tell.status_key(dossier)}")
        return ("code", dossier.code), ("status", status), ("time", talk.moment(talk.now))


def rules(agency: Agency) -> Rules:
    """Give the rules by which followers hear."""
    return {
        intake.CHANGED: partial(_changed, agency),
        intake.DUE: partial(_due, agency),
        TOLD: partial(_told, agency),
    }


def _changed(agency: Agency, tx: Connection, happening: Happening, now: datetime) -> Iterator[Notice]:
    """Tell a status that became known, and put the dossier into the archive or take it out."""
    facts = happening.facts
    telling = list(_followers(agency, tx, facts, now))
    if not telling:
        return
    for about in telling:
        if not about.follow.is_over(now):
            yield about.notice(_change(about, facts, now))
    status = telling[0].dossier.status
    is_archived = telling[0].follow.archived_at is not None
    if status.is_final != is_archived:
        follows.archive(tx, facts["dossier_id"], now if status.is_final else None)


def _change(about: _About, facts: Mapping[str, Any], now: datetime) -> list[Markup | str]:
    talk, dossier, new = about.talk, about.dossier, Status(facts["new"])
    status = talk.say(f"status.{tell.status_key(dossier, new)}")
    if facts["late"] or new is not dossier.status:
        today = talk.say(f"status.{tell.status_key(dossier)}")
        since = talk.moment(facts["since"])
        return [talk.say("follow.changed_late", name=about.name, status=status, since=since, today=today)]
    told: list[Markup | str] = [
        talk.say("follow.changed", name=about.name, status=status),
        tell.dates(talk, dossier),
        tell.late(talk, dossier) or tell.next_step(talk, dossier),
        *tell.collecting(talk, dossier),
    ]
    if about.follow.may_tell(now):
        told += tell.personal(talk, dossier)
    elif dossier.status.waits_for_business:
        told.append(talk.say("follow.more"))
    return told


def _due(agency: Agency, tx: Connection, happening: Happening, now: datetime) -> Iterator[Notice]:
    """Tell another due date; where the one before has passed, with an apology."""
    old, new = happening.facts["old"], happening.facts["new"]
    for about in _followers(agency, tx, happening.facts, now):
        talk, dossier = about.talk, about.dossier
        if about.follow.is_over(now) or dossier.status.is_final or dossier.due_at != new:
            continue
        if new is None:
            yield about.notice([talk.say("follow.due_gone", name=about.name, contact=contact(talk))])
            continue
        before = talk.say("follow.due_before", due=talk.moment(old)) if old is not None else ""
        is_late = old is not None and dossier.status.clock_is_running and talk.local(old).date() < talk.now.date()
        sorry = talk.say("follow.due_sorry") if is_late else ""
        yield about.notice([talk.say("follow.due", name=about.name, due=talk.moment(new)), before, sorry])


def _told(agency: Agency, tx: Connection, happening: Happening, now: datetime) -> Iterator[Notice]:
    """Tell what the clock brought about."""
    facts = happening.facts
    followed = follows.by_id(tx, facts["follow_id"])
    about = None if followed is None else _about(agency, tx, followed, now)
    if about is None:
        return
    talk, code = about.talk, about.dossier.code
    match facts["what"]:
        case "overdue":
            due = talk.moment(facts["at"])
            yield about.notice([talk.say("follow.overdue", name=about.name, due=due, contact=contact(talk))])
        case "end_near":
            told = [talk.say("follow.end_near", name=about.name, at=talk.moment(facts["at"]))]
            more = tell.personal(talk, about.dossier) if about.follow.may_tell(now) else [talk.say("follow.more")]
            yield about.notice([*told, *more])
        case "expires":
            told = [talk.say("follow.expires", name=about.name, at=talk.day(facts["at"]))]
            yield about.notice([*told], talk.button("renew", "renew", code))


def _followers(agency: Agency, tx: Connection, facts: Mapping[str, Any], now: datetime) -> Iterator[_About]:
    for followed in follows.followers(tx, facts["dossier_id"], now) if facts["followed"] else ():
        about = _about(agency, tx, followed, now)
        if about is not None:
            yield about


def _about(agency: Agency, tx: Connection, followed: Follow, now: datetime) -> _About | None:
    talk, dossier = written_to(agency, tx, followed.account_id, now), dossiers.by_id(tx, followed.dossier_id)
    return None if talk is None or dossier is None else _About(talk, followed, dossier)


def look_at_the_day(agency: Agency, tx: Connection, _event: Pending, now: datetime) -> list[Happening]:
    """Find what followers are to be told today, note that it was, and forget the askers of yesterday's look-ups."""
    look_ups.forget(tx, now)
    today = now.astimezone(ZoneInfo(agency.timezone)).replace(hour=0, minute=0, second=0, microsecond=0)
    remind = timedelta(days=agency.look_ups.remind_days)
    found = [(OVERDUE, one, at, at) for one, at in follows.overdue(tx, today)]
    found += [(END_NEAR, one, at, at) for one, at in follows.ending(tx, now, now + remind)]
    found += [(EXPIRES, one, at, now) for one, at in follows.expiring(tx, now + EXPIRY_NEAR)]
    happenings = []
    for what, one, at, noted in found:
        if not one.is_over(now):
            follows.told(tx, one.id, _COLUMN[what], noted)
            happenings.append(Happening(TOLD, {"follow_id": one.id, "what": what, "at": at}))
    return happenings
