"""What happened → which officials hear of it, when, and in which form.

At once, unless the official chose a digest or the office is closed; what comes in a burst, such as an import of 500 new
dossiers, is gathered and told as one digest. What was told is a row that is unique, so nobody hears twice.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from handlers.agency import Agency
from handlers.intake import batches as intake
from handlers.messages import FileRef, Happening, Notice, Reply
from handlers.notices import Rules
from handlers.officials import words as duty_words
from handlers.officials.words import LISTED
from handlers.rooms import Outcome
from handlers.texts import Words, words
from knowledge.calendar import Unit
from knowledge.duties import OF_CLAIMER, Matter, News, hearers
from knowledge.status import Status
from knowledge.urgency import stage, working_days_between
from storage import accounts, audit, jobs
from storage.database import Connection
from storage.dossiers import records as dossiers
from storage.dossiers.records import Dossier
from storage.events import Pending
from storage.jobs import NewJob
from storage.officials import duty, duty_dossiers, roster
from storage.officials import register as officials
from storage.officials.duty import DIGEST, NOW, Item, Waiting

DAY = "duty_day"  # the moment of the working day at which due dates are looked at
DIGESTS = "duty_digests"  # the moment, every few minutes, at which what waits is told
FILE = "duty_file"  # the job that writes a digest's file
CLAIMED = "dossier_claimed"
BATCH_MOST = 10  # news for one official out of one event that are told one by one
MINUTE_MOST = 20  # news for one official in a minute, as many as a platform lets into a group
SETTLE, LONGEST = timedelta(minutes=1), timedelta(minutes=10)  # a burst is over after the one, and told after the other
STUCK_DAYS = 5  # our choice: working days without a step, after which somebody is asked
DIGEST_TIMES = "07:30,13:30"  # where an official chose none


@dataclass(frozen=True, slots=True)
class Told:
    """A piece of news: of which dossier, and what makes it another one than the last of its kind."""

    news: News
    dossier: Dossier
    mark: str


def rules(agency: Agency) -> Rules:
    """Give the rules by which officials hear."""
    return {
        intake.ARRIVED: partial(_arrived, agency),
        intake.CHANGED: partial(_changed, agency),
        DAY: partial(_day, agency),
        DIGESTS: partial(_digested, agency),
        CLAIMED: partial(_claimed, agency),
    }


def _arrived(agency: Agency, tx: Connection, happening: Happening, now: datetime) -> Iterator[Notice]:
    """Tell of new dossiers that are to be handled; one that is over when it becomes known is no news."""
    found = dossiers.by_ids(tx, happening.facts["dossiers"])
    return tell(agency, tx, [Told(News.NEW, one, "") for one in found if _is_open(one)], now)


def _is_open(dossier: Dossier) -> bool:
    runs = dossier.status is Status.SUBMITTED or dossier.status.clock_is_running
    return runs and not dossier.illustrative and dossier.finished_at is None


def _changed(agency: Agency, tx: Connection, happening: Happening, now: datetime) -> Iterator[Notice]:
    """Tell that a supplement came in; stop everything about a dossier that is over."""
    facts = happening.facts
    old, new = facts["old"], Status(facts["new"])
    dossier = None if facts["late"] else dossiers.by_id(tx, facts["dossier_id"])
    if dossier is None:
        return iter(())
    if new.is_final or new is Status.RESULT_READY:
        duty.stop(tx, dossier.id, now)
        duty.finish(tx, dossier.id, now)
    elif old == Status.NEED_SUPPLEMENT and _is_open(dossier):
        return tell(agency, tx, [Told(News.SUPPLEMENT, dossier, str(facts["history_id"]))], now)
    return iter(())


def tell(agency: Agency, tx: Connection, told: Sequence[Told], now: datetime) -> Iterator[Notice]:
    """Note who hears of what, and give the notices that go at once."""
    if not told:
        return
    crew, local = duty.crew(tx), _local(agency, now)
    given, wishes = duty.rules(tx), duty.wishes(tx)
    on_duty = roster.load(tx).on_duty(agency.calendar, local.date())
    claims = duty.claims(tx, [one.dossier.id for one in told])
    persons = [person for _, person in crew.values()]
    plan: list[tuple[int, str, Told]] = []
    for one in told:
        claim = claims.get(one.dossier.id)
        matter = matter_of(one.news, one.dossier, None if claim is None else claim.official_id)
        plan += [(number, why, one) for number, why in hearers(given, persons, on_duty, matter).items()]
    recent, batch = Counter(duty.told_since(tx, now - SETTLE)), Counter(number for number, _, _ in plan)
    items = []
    for number, why, one in plan:
        recent[number] += 1
        at = when(agency, wishes.get(number, {}), one.news, local)
        if at is None and (batch[number] > BATCH_MOST or recent[number] > MINUTE_MOST):
            at = now + SETTLE
        subject = duty.about(one.dossier.id)
        items.append((Item(one.news, subject, one.mark, number, why, one.dossier.id, at), one))
    by_item = {(item.news, item.subject, item.mark, item.official_id): one for item, one in items}
    for item in duty.note(tx, [item for item, _ in items], now):
        if item.digest_at is None:
            one = by_item[item.news, item.subject, item.mark, item.official_id]
            account_id = crew[item.official_id][0].account_id
            assert account_id is not None
            yield single(agency, tx, one.news, one.dossier, account_id, now)


def matter_of(news: News, dossier: Dossier, claimer: int | None) -> Matter:
    """Say what of a dossier the rules go by."""
    return Matter(news, dossier.field_title, dossier.procedure_code, dossier.channel, claimer)


def when(agency: Agency, wishes: dict[str, str], news: str, local: datetime) -> datetime | None:
    """Tell when an official hears of news: None for at once, else the next opening or the next digest."""
    how = wishes.get(news, duty.HOURS)
    naive = local.replace(tzinfo=None)
    if how == DIGEST:
        return _next_digest(agency, wishes.get(duty.DIGEST_TIMES, DIGEST_TIMES), naive).replace(tzinfo=local.tzinfo)
    opens = agency.calendar.opening(naive)
    return None if how == NOW or opens == naive else opens.replace(tzinfo=local.tzinfo)


def later(agency: Agency, now: datetime, by: timedelta) -> datetime:
    """Give the time after so much working time."""
    local = _local(agency, now)
    due = agency.calendar.due(local.replace(tzinfo=None), by / timedelta(hours=1), Unit.WORKING_HOURS)
    return due.at.replace(tzinfo=local.tzinfo)


def _next_digest(agency: Agency, times: str, local: datetime) -> datetime:
    day = agency.calendar.opening(datetime.combine(local.date(), time())).date()
    for first in (day, agency.calendar.opening(datetime.combine(day + timedelta(days=1), time())).date()):
        for at in sorted(time.fromisoformat(one) for one in times.split(",")):
            if datetime.combine(first, at) > local:
                return datetime.combine(first, at)
    raise AssertionError("the next worked day has a digest")


def single(agency: Agency, tx: Connection, news: str, dossier: Dossier, account_id: int, now: datetime) -> Notice:
    """Word one piece of news for one account, with its buttons."""
    claim = duty.claim_of(tx, dossier.id)
    claimer = None if claim is None else officials.by_id(tx, claim.official_id)
    who = "" if claimer is None else claimer.name or str(claimer.id)
    reply = duty_words.notice(_say(tx, account_id), agency, news, dossier, now, claim=claim, who=who)
    return Notice(account_id, reply, urgent=True, here=True, about=duty.about(dossier.id))


def look_at_the_day(_tx: Connection, _event: Pending, _now: datetime) -> list[Happening]:
    """Bring about what only the clock does."""
    return [Happening(DAY, {})]


def _day(agency: Agency, tx: Connection, _happening: Happening, now: datetime) -> Iterator[Notice]:
    """Tell what is due soon, today or over it, and what nobody has touched for long."""
    local, told = _local(agency, now), []
    zone = ZoneInfo(agency.timezone)
    if not agency.calendar.is_working_day(local.date()):
        return iter(())
    running = [(one, since) for one, since in duty_dossiers.running(tx) if not one.illustrative]
    claims = duty.claims(tx, [one.id for one, _ in running])
    for one, since in running:
        claim = claims.get(one.id)
        is_done = claim is not None and claim.done_at is not None
        due = None if one.due_at is None else one.due_at.astimezone(zone).replace(tzinfo=None)
        news = None if due is None else stage(agency.calendar, due, local.replace(tzinfo=None))
        if news is not None and due is not None and not (is_done and news in OF_CLAIMER | {News.DUE_1}):
            told.append(Told(news, one, f"{local.date() if news is News.OVERDUE else due.date()}"))
        elif news is None and not is_done and _stands(agency, since.astimezone(zone), local):
            told.append(Told(News.STUCK, one, since.isoformat()))
    return tell(agency, tx, told, now)


def _stands(agency: Agency, since: datetime, local: datetime) -> bool:
    return working_days_between(agency.calendar, since.date(), local.date()) >= STUCK_DAYS


def tell_waiting(tx: Connection, event: Pending, now: datetime) -> list[Happening]:
    """Find whose digest is due; a long one is written into a file first (a job)."""
    ready: list[Happening] = []
    for number, waiting in duty.due(tx, now, SETTLE, LONGEST).items():
        standing = _standing(tx, waiting)
        facts = {"account": waiting[0].account_id, "items": [(one.news, one.dossier_id) for one in standing]}
        if len(standing) > LISTED:
            body = {**facts, "official": number, "language": _say(tx, waiting[0].account_id).language}
            jobs.add(tx, NewJob(FILE, json.dumps(body), event.lane, event.channel), now)
        elif standing:
            ready.append(Happening(DIGESTS, facts))
    return ready


def _standing(tx: Connection, waiting: Sequence[Waiting]) -> list[Waiting]:
    """Leave out what is no news any more: claimed by somebody else meanwhile, or over."""
    numbers = [one.dossier_id for one in waiting if one.dossier_id is not None]
    claims, known = duty.claims(tx, numbers), {one.id: one for one in dossiers.by_ids(tx, numbers)}
    found = []
    for one in waiting:
        claim = None if one.dossier_id is None else claims.get(one.dossier_id)
        is_others = claim is not None and claim.official_id != one.official_id and one.news in OF_CLAIMER
        if one.dossier_id in known and _is_open(known[one.dossier_id]) and not is_others:
            found.append(one)
    return found


def file_written(tx: Connection, event: Pending, now: datetime) -> list[Happening]:
    """Handle the end of the job: the digest goes out with its file, or without one where it could not be written."""
    outcome = Outcome.from_json(event.body)
    if outcome.result is None:
        audit.add(tx, "duty_file_failed", now, event_id=event.id, detail=outcome.error)
        return []
    return [Happening(DIGESTS, json.loads(outcome.result))]


def _digested(agency: Agency, tx: Connection, happening: Happening, now: datetime) -> Iterator[Notice]:
    """Send a digest to whoever still is an official; of one piece of news alone the notice itself."""
    facts = happening.facts
    account_id: int = facts["account"]
    if officials.of_account(tx, account_id) is None:
        return
    known = {one.id: one for one in dossiers.by_ids(tx, [number for _, number in facts["items"]])}
    told = [(news, known[number]) for news, number in facts["items"] if number in known]
    if len(told) == 1:
        yield single(agency, tx, *told[0], account_id, now)
        return
    say = _say(tx, account_id)
    files = (FileRef(facts["file"], say.plain("duty.file_name")),) if "file" in facts else ()
    buttons = duty_words.digest_buttons(say)
    yield Notice(account_id, Reply(duty_words.digest(say, agency, told, now), buttons, files), urgent=True, here=True)


def _claimed(agency: Agency, tx: Connection, happening: Happening, now: datetime) -> Iterator[Notice]:
    """Let the messages of linked groups say who took a dossier; the one that was pressed says so already."""
    facts = happening.facts
    dossier = dossiers.by_id(tx, facts["dossier_id"])
    if dossier is None:
        return
    for account_id, message in duty.shown_in(tx, dossier.id):
        if account_id != facts["account"]:
            found = single(agency, tx, News.NEW, dossier, account_id, now)
            yield Notice(account_id, replace_message(found.reply, message), urgent=True, here=True, about=found.about)


def replace_message(reply: Reply, message: str | None) -> Reply:
    """Let a reply take the place of a message."""
    return Reply(reply.text, reply.buttons, reply.files, message)


def _local(agency: Agency, now: datetime) -> datetime:
    return now.astimezone(ZoneInfo(agency.timezone))


def _say(tx: Connection, account_id: int) -> Words:
    found = accounts.by_id(tx, account_id)
    return words(None if found is None else found[0].language)
