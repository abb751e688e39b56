"""Which officials hear of a piece of news, when, and in which form: by the rules, the roster and what each one chose.

At once, unless the official chose a digest or the office is closed; what comes in a burst, such as an import of 500 new
dossiers, is gathered and told as one digest. What was told is a row that is unique, so nobody hears twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers.agency import Agency
from handlers.messages import Notice, Reply
from handlers.officials import news as office_news
from handlers.officials import words as duty_words
from handlers.texts import Words, words
from knowledge.calendar import Unit
from knowledge.duties import Matter, News, Person, Rule, hearers
from storage import accounts
from storage.database import Connection
from storage.dossiers.records import Dossier
from storage.officials import duty, roster
from storage.officials import register as officials
from storage.officials.duty import DIGEST, NOW, Item
from storage.officials.register import Official, Role

BATCH_MOST = 10  # news for one official out of one event that are told one by one
MINUTE_MOST = 20  # news for one official in a minute, as many as a platform lets into a group
SETTLE, LONGEST = timedelta(minutes=1), timedelta(minutes=10)  # a burst is over after the one, and told after the other
DIGEST_TIMES = "07:30,13:30"  # where an official chose none
NOT_FOR: Mapping[News, Role] = {News.FEEDBACK: Role.DESK, News.HANDOVER: Role.GROUP}
"""Who does not hear of what, whatever the rules say: the counter handles no feedback, a group cannot be talked to."""


@dataclass(frozen=True, slots=True)
class Told:
    """A piece of news: of which dossier, and what makes it another one than the last of its kind.

    `subject` and `field`: of what else it is (see `news.py`), where it is of no dossier.
    """

    news: News
    dossier: Dossier | None
    mark: str
    subject: str = ""
    field: str | None = None

    @property
    def about(self) -> str:
        """Name what it is of."""
        return self.subject if self.dossier is None else duty.about(self.dossier.id)

    def matter(self, claimer: int | None) -> Matter:
        """Say what of it the rules go by."""
        one = self.dossier
        if one is None:
            return Matter(self.news, self.field)
        return Matter(self.news, one.field_title, one.procedure_code, one.channel, claimer)


@dataclass(frozen=True, slots=True)
class Hearing:
    """Who can hear now, by what rules, and how each wants to: read once for many pieces of news."""

    agency: Agency
    crew: Mapping[int, tuple[Official, Person]]
    rules: Sequence[Rule]
    wishes: Mapping[int, Mapping[str, str]]
    on_duty: int | None
    local: datetime

    @classmethod
    def now(cls, agency: Agency, tx: Connection, now: datetime) -> Hearing:
        """Read it."""
        local = now.astimezone(ZoneInfo(agency.timezone))
        on_duty = roster.load(tx).on_duty(agency.calendar, local.date())
        return cls(agency, duty.crew(tx), duty.rules(tx), duty.wishes(tx), on_duty, local)

    def of(self, matter: Matter) -> dict[int, str]:
        """Tell who hears of a matter, each with the reason."""
        persons = [person for one, person in self.crew.values() if one.role is not NOT_FOR.get(matter.news)]
        return hearers(self.rules, persons, self.on_duty, matter)

    def when(self, number: int, news: str) -> datetime | None:
        """Tell when an official hears of news: None for at once, else the next opening or the next digest."""
        return when(self.agency, self.wishes.get(number, {}), news, self.local)

    def account(self, number: int) -> int:
        """Give the chat of somebody who can hear."""
        account_id = self.crew[number][0].account_id
        assert account_id is not None, "a crew is of those who are linked"
        return account_id


def tell(
    agency: Agency, tx: Connection, told: Sequence[Told], now: datetime, *, gathered: bool = False
) -> Iterator[Notice]:
    """Note who hears of what, and give the notices that go at once.

    `gathered`: it is part of a burst, so everybody hears in one message when it is over.
    """
    if not told:
        return
    hearing = Hearing.now(agency, tx, now)
    claims = duty.claims(tx, [one.dossier.id for one in told if one.dossier is not None])
    plan: list[tuple[int, str, Told]] = []
    for one in told:
        claim = None if one.dossier is None else claims.get(one.dossier.id)
        matter = one.matter(None if claim is None else claim.official_id)
        plan += [(number, why, one) for number, why in hearing.of(matter).items()]
    recent, batch = Counter(duty.told_since(tx, now - SETTLE)), Counter(number for number, _, _ in plan)
    items: dict[Item, Told] = {}
    for number, why, one in plan:
        recent[number] += 1
        at = hearing.when(number, one.news)
        if at is None and (gathered or batch[number] > BATCH_MOST or recent[number] > MINUTE_MOST):
            at = now + SETTLE
        dossier_id = None if one.dossier is None else one.dossier.id
        items[Item(one.news, one.about, one.mark, number, why, dossier_id, at)] = one
    for item in duty.note(tx, list(items), now):
        if item.digest_at is None:
            found = single(agency, tx, items[item], hearing.account(item.official_id), now)
            if found is not None:
                yield found


def when(agency: Agency, wishes: Mapping[str, str], news: str, local: datetime) -> datetime | None:
    """Tell when somebody with these wishes hears of news: None for at once, else the next opening or digest."""
    how = wishes.get(news, duty.HOURS)
    naive = local.replace(tzinfo=None)
    if how == DIGEST:
        return _next_digest(agency, wishes.get(duty.DIGEST_TIMES, DIGEST_TIMES), naive).replace(tzinfo=local.tzinfo)
    opens = agency.calendar.opening(naive)
    return None if how == NOW or opens == naive else opens.replace(tzinfo=local.tzinfo)


def _next_digest(agency: Agency, times: str, local: datetime) -> datetime:
    day = agency.calendar.opening(datetime.combine(local.date(), time())).date()
    for first in (day, agency.calendar.opening(datetime.combine(day + timedelta(days=1), time())).date()):
        for at in sorted(time.fromisoformat(one) for one in times.split(",")):
            if datetime.combine(first, at) > local:
                return datetime.combine(first, at)
    raise AssertionError("the next worked day has a digest")


def later(agency: Agency, now: datetime, by: timedelta) -> datetime:
    """Give the time after so much working time."""
    local = now.astimezone(ZoneInfo(agency.timezone))
    due = agency.calendar.due(local.replace(tzinfo=None), by / timedelta(hours=1), Unit.WORKING_HOURS)
    return due.at.replace(tzinfo=local.tzinfo)


def single(agency: Agency, tx: Connection, told: Told, account_id: int, now: datetime) -> Notice | None:
    """Word one piece of news for one account, with its buttons; None where it is news no more."""
    say = say_to(tx, account_id)
    if told.dossier is None:
        worded = office_news.worded(agency, tx, say, told.about, told.mark, now)
        if worded is None:
            return None
        role = officials.role_of(tx, account_id)
        reply = replace(worded, buttons=()) if role is Role.GROUP else worded
        return Notice(account_id, reply, urgent=True, here=True, about=told.about)
    reply = shown(agency, tx, say, told.news, told.dossier, now)
    return Notice(account_id, reply, urgent=True, here=True, about=told.about)


def shown(agency: Agency, tx: Connection, say: Words, news: str, dossier: Dossier, now: datetime) -> Reply:
    """Word a piece of news of a dossier as it stands now."""
    claim = duty.claim_of(tx, dossier.id)
    claimer = None if claim is None else officials.by_id(tx, claim.official_id)
    who = "" if claimer is None else claimer.name or str(claimer.id)
    return duty_words.notice(say, agency, news, dossier, now, claim=claim, who=who)


def say_to(tx: Connection, account_id: int) -> Words:
    """Give the words of an account's language."""
    found = accounts.by_id(tx, account_id)
    return words(None if found is None else found[0].language)
