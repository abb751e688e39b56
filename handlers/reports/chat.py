"""The periodic report in chat: leaders ask for a period by buttons, and its draft comes by itself before it is due.

Counting and writing are a job; its result is a summary with the files. Whoever may not ask gets the answer for a
command that does not exist.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.actions import action
from handlers.agency import Agency
from handlers.messages import Button, FileRef, Happening, Job, Notice, Reply, Turn
from handlers.notices import Rules
from handlers.rooms import Outcome, Room
from handlers.standing import READERS, role_of
from handlers.talk import Talk, lines
from handlers.texts import Words, words
from knowledge.calendar import Calendar
from knowledge.errors import Wrong
from knowledge.report import NAMED_MOST
from knowledge.report_period import Period, containing, free, named
from storage import accounts, audit, issued_reports, jobs, moments
from storage.database import Connection
from storage.events import Pending
from storage.jobs import NewJob
from storage.officials import register as officials

REPORT, DRAFT = "report", "report_draft"  # the jobs: one that somebody asked for, one that the clock did
DRAFTED = f"{DRAFT}_done"
DUE = "report_due"  # the moment, every day, at which the due dates are looked at
AHEAD_WORKING_DAYS = 3  # before the due date the draft comes, so that what is missing can still be added
OFFERED = 4  # quarters to choose from: this one and those of a year back
MISSING_TOLD = 12  # lines of one message; the draft's last page has all of them
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


def room(preset: str) -> Room:
    """Give the room; `preset` makes dates of a quarter's name."""
    ask = partial(_ask, preset)
    roles = {"report": READERS}
    return Room("reports", verbs={"report": ask}, commands={"baocao": "report"}, results={REPORT: _made}, roles=roles)


def _ask(preset: str, talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Offer the quarters, or order the report of the one that was chosen or typed."""
    if talk.group or role_of(talk) not in READERS or len(arguments) > 1:
        return None
    zone = ZoneInfo(talk.agency.timezone)
    wish = arguments[0] if arguments else talk.text.strip()  # what was typed behind the command
    if not wish:
        return _offer(preset, zone, talk)
    try:
        period = _read(wish, preset, zone)
    except Wrong:
        return talk.answer(talk.say("report.which"), _quarters(preset, zone, talk), misses=0, done="report_unclear")
    body = {**_days(period), "name": period.name, "account": talk.account.id}
    turn = talk.answer(talk.say("report.writing", **_between(period)), misses=0, done="report_ordered")
    return replace(turn, jobs=(Job(REPORT, json.dumps(body)),))


def _read(wish: str, preset: str, zone: ZoneInfo) -> Period:
    """Read 2020-Q3 or two dates as people write them. Raises `Wrong`."""
    days = [(int(year), int(month), int(day)) for day, month, year in _DAY.findall(wish)]
    if len(days) != 2:
        return named(wish, preset, zone)
    try:
        return free(date(*days[0]), date(*days[1]), zone)
    except ValueError:
        raise Wrong("not a date") from None


def _offer(preset: str, zone: ZoneInfo, talk: Talk) -> Turn:
    return talk.answer(talk.say("report.which"), _quarters(preset, zone, talk), misses=0, done="report_offered")


def _quarters(preset: str, zone: ZoneInfo, talk: Talk) -> list[list[Button]]:
    quarter = containing(talk.now.date(), preset, zone)
    found: list[Period] = []
    while len(found) < OFFERED:
        found.append(quarter)
        quarter = containing(quarter.first - timedelta(days=1), preset, zone)
    rows = [
        [Button(f"{one.name}: {one.first:%d/%m/%y}–{one.last:%d/%m/%y}", action("report", one.name))] for one in found
    ]
    return [*rows, [talk.button("menu", "menu")]]


def _days(period: Period) -> dict[str, str]:
    return {"from": period.first.isoformat(), "to": period.last.isoformat()}


def _between(period: Period) -> dict[str, str]:
    return {"first": f"{period.first:%d/%m/%Y}", "last": f"{period.last:%d/%m/%Y}"}


def _made(talk: Talk, outcome: Outcome) -> Turn:
    """Tell the summary of a report that was asked for, with its files."""
    if role_of(talk) not in READERS:  # no longer
        return talk.answer(talk.say("report.failed"), done="report_failed")
    found = {} if outcome.result is None else json.loads(outcome.result)
    if "total" not in found:
        text = _why_not(talk.say, found)
        return talk.answer(text, [[talk.button("menu", "menu")]], done="report_failed")
    return Turn((_reply(talk.say, found),), talk.session, done="report_sent")


def _reply(say: Words, found: Mapping[str, Any], first: Markup | None = None) -> Reply:
    """Word a report's summary; `first` is what stands above it."""
    total = found["total"]
    feedback = found["feedback"]
    told = [
        first or "",
        say("report.title", first=found["first"], last=found["last"]),
        say("report.illustrative") if found["illustrative"] else "",
        say("report.issued", number=found["number"]) if found["number"] else say("report.draft"),
        say("report.received", **total),
        say("report.resolved", **total),
        say("report.pending", **total),
        say("report.feedback_unknown") if feedback is None else say("report.feedback", count=feedback),
        *_missing(say, found["missing"]),
    ]
    return Reply(lines(told), files=tuple(FileRef(*pair) for pair in found["files"]))


def _missing(say: Words, missing: list[tuple[str, dict[str, str]]]) -> Iterator[Markup]:
    if not missing:
        return
    yield say("report.missing")
    yield from (say("report.lacks", what=say(f"report_note.{key}", **values)) for key, values in missing[:MISSING_TOLD])
    if len(missing) > MISSING_TOLD:
        yield say("report.lacks_more", count=len(missing) - MISSING_TOLD)


def _why_not(say: Words, found: Mapping[str, Any]) -> Markup:
    """Say why there is no report: the dossiers whose dates contradict each other, or that it failed."""
    codes = found.get("broken")
    if not codes:
        return say("report.failed")
    more = ["…"] if len(codes) > NAMED_MOST else []
    return say("report.broken", count=len(codes), codes=", ".join([*codes[:NAMED_MOST], *more]))


# ---------------------------------------------------------------------------------- by the clock


def draft_day(calendar: Calendar, due: date) -> date:
    """Give the day so many working days before a due date."""
    day, left = due, AHEAD_WORKING_DAYS
    while left:
        day -= timedelta(days=1)
        left -= calendar.is_working_day(day)
    return day


def look(agency: Agency, preset: str, due_days: int, tx: Connection, event: Pending, now: datetime) -> None:
    """Order the draft of the quarter whose report is due in three working days, once, unless it was issued."""
    zone = ZoneInfo(agency.timezone)
    today = now.astimezone(zone).date()
    this = containing(today, preset, zone)
    for period in (this, containing(this.first - timedelta(days=1), preset, zone)):
        due = period.last + timedelta(days=due_days)
        begins = draft_day(agency.calendar, due)
        if not begins <= today <= due or issued_reports.find(tx, period) is not None:
            continue
        if officials.reached(tx, READERS) and moments.take(tx, DRAFT, datetime.combine(begins, time(0), zone), now):
            body = {**_days(period), "name": period.name, "account": None, "due": f"{due:%d/%m/%Y}"}
            jobs.add(tx, NewJob(DRAFT, json.dumps(body), event.lane, event.channel), now)


def drafted(tx: Connection, event: Pending, now: datetime) -> list[Happening]:
    """Tell that a draft is there, or that none could be made."""
    outcome = Outcome.from_json(event.body)
    found = {} if outcome.result is None else json.loads(outcome.result)
    audit.add(tx, DRAFTED, now, event_id=event.id, detail="made" if "total" in found else "failed")
    return [Happening(DRAFT, found)]


def _tell(tx: Connection, happening: Happening, _now: datetime) -> Iterator[Notice]:
    """Send the draft to everybody who reads reports, each in their language."""
    found = happening.facts
    for account_id in officials.reached(tx, READERS):
        account = accounts.by_id(tx, account_id)
        say = words(None if account is None else account[0].language)
        if "total" in found:
            yield Notice(account_id, _reply(say, found, say("report.due", due=found["due"])))
        else:
            yield Notice(account_id, Reply(_why_not(say, found)))


RULES: Rules = {DRAFT: _tell}
