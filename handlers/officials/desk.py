"""Officials' work in chat: claim, hand over, be reminded, be done; today's work, search, statistics, one's wishes.

A claim is won by exactly one. Whoever may not press a button gets the answer to one that nobody made (`Room.roles`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from markupsafe import Markup

from handlers.actions import action
from handlers.dossiers import asking as dossier_asking
from handlers.messages import Button, FileRef, Happening, Job, Notice, Reply, Turn
from handlers.notices import Rules
from handlers.officials import telling
from handlers.officials import words as duty_words
from handlers.officials.notices import CLAIMED
from handlers.rooms import Outcome, Room
from handlers.standing import HANDLING, PEOPLE, acting, role_of
from handlers.talk import Talk, lines
from handlers.texts import words
from knowledge.duties import News
from storage import accounts
from storage.database import Connection
from storage.dossiers import records as dossiers
from storage.dossiers.records import Dossier
from storage.officials import duty, duty_dossiers
from storage.officials import register as officials
from storage.officials.duty import Item
from storage.officials.register import Official

CHART = "duty_chart"  # the job that draws the statistics
HANDED = "dossier_handed_over"
LATER = timedelta(hours=2)  # of working time: what is put off in the morning comes back in the afternoon
SHOWN = 12  # dossiers in a list
WISHED = tuple(news for news in News if news is not News.REMINDER)
TIMES = ("07:30,13:30", "07:30", "13:30", "16:00")

Do = Callable[[Talk, Official, Dossier], Turn | None]


def _on(do: Do) -> Callable[[Talk, tuple[str, ...]], Turn | None]:
    """Let a verb find the dossier that its button names, and who pressed."""

    def verb(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
        found = _dossier(talk, arguments[0]) if len(arguments) == 1 else None
        one = acting(talk)
        return None if found is None or one is None else do(talk, one, found)

    return verb


def _dossier(talk: Talk, number: str) -> Dossier | None:
    return dossiers.by_id(talk.tx, int(number)) if number.isdecimal() and len(number) < 12 else None


def _claim(talk: Talk, one: Official, dossier: Dossier) -> Turn | None:
    """Take a dossier: of two who press in one instant one wins, the other is told who."""
    if not duty.take(talk.tx, dossier.id, one.id, talk.now):
        return _shown(talk, dossier, "duty.too_late", done="claim_lost")
    duty.stop(talk.tx, dossier.id, talk.now, but=one.id)
    turn = _shown(talk, dossier, "duty.yours", done="dossier_claimed")
    facts = {"dossier_id": dossier.id, "account": talk.account.id}
    return replace(turn, events=(Happening(CLAIMED, facts),), detail=f"{dossier.code}, official {one.id}")


def _done(talk: Talk, one: Official, dossier: Dossier) -> Turn | None:
    """Be done with a dossier: its reminders stop, unless its due date comes and the source still shows it open."""
    if not duty.finish(talk.tx, dossier.id, talk.now, one.id):
        return _shown(talk, dossier, "duty.not_yours", done="done_refused")
    duty.stop(talk.tx, dossier.id, talk.now)
    turn = _shown(talk, dossier, "duty.done", done="dossier_done")
    return replace(turn, detail=f"{dossier.code}, official {one.id}")


def _later(talk: Talk, one: Official, dossier: Dossier) -> Turn | None:
    """Be reminded after two hours of working time, the claimed and the unclaimed alike."""
    at = telling.later(talk.agency, talk.now, LATER)
    subject = duty.about(dossier.id)
    item = Item(News.REMINDER, subject, at.isoformat(), one.id, "asked", dossier.id, at)
    duty.note(talk.tx, [item], talk.now)
    text = talk.say("duty.later", code=dossier.code, at=duty_words.moment(talk.agency, at))
    turn = talk.answer(text, done="reminder_set")
    return replace(turn, detail=f"{dossier.code}, official {one.id}")


def _hand_over(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Offer the colleagues, or give the dossier to the one who was chosen."""
    one, found = acting(talk), _dossier(talk, arguments[0]) if arguments else None
    if one is None or found is None or len(arguments) > 2:
        return None
    others = {
        number: other
        for number, (other, _) in duty.crew(talk.tx).items()
        if other.role in HANDLING and number != one.id
    }
    if len(arguments) == 1:
        rows = [
            [Button(other.name or str(number), action("handover", str(found.id), str(number)))]
            for number, other in list(others.items())[:SHOWN]
        ]
        text = talk.say("duty.to_whom" if rows else "duty.nobody", code=found.code)
        return talk.answer(text, [*rows, [talk.button("menu", "menu")]], misses=0)
    taker = next((other for number, other in others.items() if str(number) == arguments[1]), None)
    if taker is None or not duty.hand_over(talk.tx, found.id, one.id, taker.id, talk.now):
        return _shown(talk, found, "duty.not_yours", done="hand_over_refused")
    text = talk.say("duty.handed", code=found.code, who=taker.name or str(taker.id))
    turn = talk.answer(text, [[talk.button("menu", "menu")]], misses=0, done=HANDED)
    facts = {"dossier_id": found.id, "account": taker.account_id, "by": one.name or str(one.id)}
    claimed = Happening(CLAIMED, {"dossier_id": found.id, "account": None})
    return replace(
        turn,
        events=(Happening(HANDED, facts), claimed),
        detail=f"{found.code} to official {taker.id}, official {one.id}",
    )


def _shown(talk: Talk, dossier: Dossier, key: str, *, done: str) -> Turn:
    """Show a dossier as it stands, in the place of the message that was pressed."""
    claim = duty.claim_of(talk.tx, dossier.id)
    who = "" if claim is None else name_of(talk.tx, claim.official_id)
    parts: list[Markup | str] = [
        talk.say(key, code=dossier.code),
        duty_words.about(talk.say, talk.agency, dossier, talk.now),
        duty_words.taken(talk.say, talk.agency, claim, who),
    ]
    turn = talk.answer(lines(parts), duty_words.buttons(talk.say, dossier, claim), misses=0, done=done)
    return replace(turn, replies=(replace(turn.replies[0], edits=talk.message),), detail=dossier.code)


def name_of(tx: Connection, number: int) -> str:
    """Name an official."""
    one = officials.by_id(tx, number)
    return str(number) if one is None or one.name is None else one.name


def _work(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Tell today's work: one's own by urgency, and what nobody has taken."""
    one = acting(talk)
    if one is None or arguments:
        return None
    mine = duty_dossiers.of_official(talk.tx, one.id, SHOWN)
    free = duty_dossiers.unclaimed(talk.tx, SHOWN)
    held, left = duty_dossiers.count_of_official(talk.tx, one.id), duty_dossiers.count_unclaimed(talk.tx)
    text = lines(
        [
            talk.say("duty.mine", count=held) if mine else talk.say("duty.none_mine"),
            *(duty_words.line(talk.say, talk.agency, found, talk.now) for found in mine),
            talk.say("duty.free", count=left) if free else talk.say("duty.none_free"),
            *(duty_words.line(talk.say, talk.agency, found, talk.now) for found in free),
            talk.say("duty.search_hint"),
        ]
    )
    rows = [[Button(found.code, action("dossierof", str(found.id)))] for found in (*mine, *free)[:6]]
    last = [talk.button("statistics", "dutystats"), talk.button("wishes", "wishes"), talk.button("menu", "menu")]
    return talk.answer(text, [*rows, last], misses=0)


def _search(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Show a dossier by its code, for officials: what is behind `/ho`, or of a button."""
    if arguments:
        found = _dossier(talk, arguments[0]) if len(arguments) == 1 else None
        return None if found is None else _shown(talk, found, "duty.found", done="dossier_shown")
    codes = [one.reading.code.text for one in dossier_asking.asked(talk) if one.reading.code is not None]
    found = next((one for code in codes if (one := dossiers.find(talk.tx, code)) is not None), None)
    if found is None:
        return talk.answer(talk.say("duty.not_found"), [[talk.button("work", "work")]], misses=0)
    return replace(_shown(talk, found, "duty.found", done="dossier_shown"), detail=found.code)


def _statistics(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Count what is open and late by field; the chart comes as a picture (a job)."""
    if arguments:
        return None
    found = duty_dossiers.counts(talk.tx, talk.now)
    nameless = talk.say.plain("duty.no_field")
    rows = [
        talk.say("duty.count", field=field or nameless, open=count, late=late) for field, count, late in found[:SHOWN]
    ]
    total = talk.say("duty.total", open=sum(count for _, count, _ in found), late=sum(late for _, _, late in found))
    turn = talk.answer(lines([total, *rows]), [[talk.button("work", "work")]], misses=0, done="statistics")
    body = {
        "account": talk.account.id,
        "title": talk.say.plain("duty.chart"),
        "labels": [talk.say.plain("duty.chart_open"), talk.say.plain("duty.chart_late")],
        "rows": [(field or nameless, count, late) for field, count, late in found],
    }
    return replace(turn, jobs=(Job(CHART, json.dumps(body, ensure_ascii=False)),)) if found else turn


def _drawn(talk: Talk, outcome: Outcome) -> Turn:
    if outcome.result is None or role_of(talk) not in PEOPLE:
        return talk.answer(talk.say("checklist.failed"), done="chart_failed")
    file = FileRef(outcome.result, talk.say.plain("duty.chart_name"))
    return Turn((Reply(talk.say("duty.chart"), files=(file,)),), talk.session, done="chart_sent")


def _wishes(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Show how one hears each kind of news; a press takes the next way, or the next times of digests."""
    one = acting(talk)
    if one is None:
        return None
    wishes = duty.wishes(talk.tx).get(one.id, {})
    match arguments:
        case ():
            pass
        case ("times",):
            times = wishes.get(duty.DIGEST_TIMES, TIMES[0])
            wishes[duty.DIGEST_TIMES] = _next(TIMES, times)
            duty.wish(talk.tx, one.id, duty.DIGEST_TIMES, wishes[duty.DIGEST_TIMES])
        case (news,) if news in set(WISHED):
            wishes[news] = _next(duty.HOWS, wishes.get(news, duty.HOURS))
            duty.wish(talk.tx, one.id, news, wishes[news])
        case _:
            return None
    rows = [[_wish_button(talk, news, wishes)] for news in WISHED]
    times = wishes.get(duty.DIGEST_TIMES, TIMES[0]).replace(",", ", ")
    label = talk.say.plain("button.digest_times", times=times)
    rows += [[Button(label, action("wishes", "times"))], [talk.button("work", "work")]]
    done = "wish_changed" if arguments else "answered"
    return talk.answer(talk.say("duty.wishes"), rows, misses=0, done=done)


def _wish_button(talk: Talk, news: News, wishes: dict[str, str]) -> Button:
    how = wishes.get(news, duty.HOURS)
    label = f"{talk.say.plain(f'news.{news}')}: {talk.say.plain(f'how.{how}')}"
    return Button(label, action("wishes", news))


def _next(ways: tuple[str, ...], way: str) -> str:
    return ways[(ways.index(way) + 1) % len(ways)] if way in ways else ways[0]


def _handed(tx: Connection, happening: Happening, _now: datetime) -> list[Notice]:
    """Tell whoever was given a dossier."""
    facts = happening.facts
    dossier, account = dossiers.by_id(tx, facts["dossier_id"]), accounts.by_id(tx, facts["account"])
    if dossier is None or account is None:
        return []
    say, claim = words(account[0].language), duty.claim_of(tx, dossier.id)
    text = say("duty.given", by=facts["by"], code=dossier.code)
    return [
        Notice(
            account[0].id, Reply(text, duty_words.buttons(say, dossier, claim)), here=True, about=duty.about(dossier.id)
        )
    ]


RULES: Rules = {HANDED: _handed}
ROOM = Room(
    "duty_desk",
    verbs={
        "claim": _on(_claim),
        "dossierdone": _on(_done),
        "later": _on(_later),
        "handover": _hand_over,
        "work": _work,
        "dossierof": _search,
        "dutystats": _statistics,
        "wishes": _wishes,
    },
    commands={"viec": "work", "tim": "dossierof", "thongke": "dutystats", "nhantin": "wishes"},
    results={CHART: _drawn},
    roles={
        **dict.fromkeys(("claim", "dossierdone", "later", "handover"), HANDLING),
        **dict.fromkeys(("work", "dossierof", "dutystats", "wishes"), PEOPLE),
    },
    in_groups=frozenset({"claim", "dossierdone", "later"}),
)
