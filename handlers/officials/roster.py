"""The duty roster in chat: who is on duty, weeks that change places, leave, and the list as a file (a job)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from handlers.actions import action
from handlers.messages import Button, FileRef, Job, Reply, Turn
from handlers.rooms import Outcome, Room
from handlers.standing import PEOPLE, READERS, acting
from handlers.talk import Talk, lines
from knowledge.roster import WEEK, Days, Week
from storage.officials import register as officials
from storage.officials import roster

FILE = "roster_file"  # the job that writes the list
WEEKS = 6  # in one message
CHANGED = 4  # weeks that have buttons


def names(talk: Talk) -> Mapping[int, str]:
    """Name the officials by their numbers."""
    return {one.id: one.name or f"({one.id})" for one, _, _ in officials.listed(talk.tx)}


def _show(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Tell who is on duty today and in the coming weeks."""
    return None if arguments else _listed(talk)


def _listed(talk: Talk, *told: str, done: str = "answered") -> Turn:
    calendar, today, called = talk.agency.calendar, talk.now.date(), names(talk)
    found = roster.load(talk.tx)
    weeks = list(found.weeks(calendar, today, WEEKS))
    if not found.rotations and not found.instead:
        return talk.answer(talk.say("roster.none"), [[talk.button("menu", "menu")]], misses=0)
    who = found.on_duty(calendar, today)
    now = talk.say("roster.today", who=called[who]) if who is not None else talk.say("roster.nobody_today")
    table = [line for week in weeks for line in _lines(talk, week, called)]
    rows = [_changes(talk, week) for week in weeks[:CHANGED]]
    last = [talk.button("roster_file", "rosterfile"), talk.button("menu", "menu")]
    return talk.answer(lines([*told, now, *table]), [*rows, last], misses=0, done=done)


def _lines(talk: Talk, week: Week, called: Mapping[int, str]) -> list[str]:
    if not week.days:
        return [talk.say("roster.free", first=day_of(week.monday))]
    return [
        talk.say(
            "roster.week",
            first=day_of(one.first),
            last=day_of(one.last),
            who=talk.say.plain("roster.nobody") if one.official is None else called[one.official],
        )
        for one in week.stretches
    ]


def _changes(talk: Talk, week: Week) -> list[Button]:
    """Give the buttons by which a week can be changed: any for who leads, one's own for who is on duty."""
    one = acting(talk)
    if one is None or not week.officials or (one.role not in READERS and one.id not in week.officials):
        return []
    labels = (("button.roster_away", "dutyaway"), ("button.roster_swap", "dutyswap"))
    return [
        Button(talk.say.plain(label, day=day_of(week.monday)), action(verb, week.monday.isoformat()))
        for label, verb in labels
    ]


def _away(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Note that whoever is on duty in a week is away then."""
    week = _week(talk, arguments)
    if week is None:
        return None
    who = week.officials[0]
    roster.note(talk.tx, roster.AWAY, Days(who, week.monday, week.monday + WEEK - timedelta(days=1)), talk.now)
    turn = _listed(talk, talk.say("roster.away_noted", who=names(talk)[who]), done="roster_changed")
    return replace(turn, detail=f"official {who} away in the week of {week.monday}")


def _swap(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Let a week and the next one that somebody else is on duty in change places."""
    week = _week(talk, arguments)
    if week is None:
        return None
    later = roster.load(talk.tx).weeks(talk.agency.calendar, week.monday + WEEK, WEEKS)
    other = next((one for one in later if one.officials and one.officials[0] != week.officials[0]), None)
    swapped = None if other is None else roster.swap(talk.tx, talk.agency.calendar, week.monday, other.monday, talk.now)
    if other is None or swapped is None:
        return _listed(talk, talk.say("roster.no_swap"), done="roster_kept")
    shown = {"first": day_of(week.monday), "second": day_of(other.monday)}
    turn = _listed(talk, talk.say("roster.swapped", **shown), done="roster_changed")
    return replace(turn, detail=f"weeks of {week.monday} and {other.monday} swapped")


def _week(talk: Talk, arguments: tuple[str, ...]) -> Week | None:
    """Find the week that a button names, if whoever pressed may change it; a past week is past."""
    try:
        (day,) = map(date.fromisoformat, arguments)
    except ValueError:
        return None
    if day + WEEK <= talk.now.date():
        return None
    week = next(roster.load(talk.tx).weeks(talk.agency.calendar, day, 1))
    return week if _changes(talk, week) else None


def _order(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    if arguments:
        return None
    body = {"account": talk.account.id, "from": talk.now.date().isoformat(), "language": talk.language}
    turn = talk.answer(talk.say("checklist.writing"), misses=0, done="roster_ordered")
    return replace(turn, jobs=(Job(FILE, json.dumps(body)),))


def _written(talk: Talk, outcome: Outcome) -> Turn:
    if outcome.result is None or acting(talk) is None:
        return talk.answer(talk.say("checklist.failed"), done="roster_failed")
    file = FileRef(outcome.result, talk.say.plain("roster.file"))
    return Turn((Reply(talk.say("roster.written"), files=(file,)),), talk.session, done="roster_sent")


def day_of(day: date) -> str:
    """Write a day as the roster does."""
    return f"{day:%d/%m}"


ROOM = Room(
    "duty_roster",
    verbs={"duty": _show, "dutyaway": _away, "dutyswap": _swap, "rosterfile": _order},
    commands={"truc": "duty", "lichtruc": "duty"},
    results={FILE: _written},
    roles=dict.fromkeys(("duty", "dutyaway", "dutyswap", "rosterfile"), PEOPLE),
)
