"""How content people are: asked once after a dossier's result and after a feedback's answer, three levels by a button.

A reason is asked for at the lowest level only. Totals go into the report; reasons are read by officials.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from handlers.actions import action
from handlers.intake import batches as intake
from handlers.messages import Button, Happening, Notice, Reply, Turn
from handlers.notices import Rules
from handlers.rooms import Room
from handlers.talk import Talk
from handlers.texts import Words, words
from knowledge.status import Status
from storage import accounts
from storage.database import Connection
from storage.dossiers import follows
from storage.dossiers import records as dossiers
from storage.people import surveys

DOSSIER, FEEDBACK = "dossier", "feedback"
LEVELS = (3, 2, 1)
LOWEST = 1
REASON = "survey_reason"  # the open question
REASON_MOST = 2000


def asking(tx: Connection, say: Words, account_id: int, subject: str, reference: str, now: datetime) -> Reply | None:
    """Word the question, once for each account and matter; None where it was asked before."""
    row = surveys.ask(tx, account_id, subject, reference, now)
    if row is None:
        return None
    levels = tuple(Button(say.plain(f"survey.level_{level}"), action("rate", str(row), str(level))) for level in LEVELS)
    return Reply(say(f"survey.ask_{subject}", reference=reference), tuple((button,) for button in levels))


def _returned(tx: Connection, happening: Happening, now: datetime) -> Iterator[Notice]:
    """Ask who follows a dossier once its result was given back."""
    facts = happening.facts
    found = dossiers.by_id(tx, facts["dossier_id"]) if facts["new"] == Status.RETURNED else None
    if found is None or found.illustrative or found.status is not Status.RETURNED:
        return
    for one in follows.followers(tx, found.id, now):
        account = accounts.by_id(tx, one.account_id)
        say = words(None if account is None else account[0].language)
        asked = asking(tx, say, one.account_id, DOSSIER, found.code, now)
        if asked is not None:
            yield Notice(one.account_id, asked)


def _rate(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Take a level; a second press changes nothing."""
    match arguments:
        case (row, level) if row.isascii() and row.isdigit() and level in map(str, LEVELS):
            if not surveys.rate(talk.tx, talk.account.id, int(row), int(level), talk.now):
                return talk.answer(talk.say("survey.already"), [[talk.button("menu", "menu")]], misses=0)
            if int(level) != LOWEST:
                return talk.answer(
                    talk.say("survey.thanks"), [[talk.button("menu", "menu")]], misses=0, done="survey_rated"
                )
            turn = talk.answer(
                talk.say("survey.why"), [[talk.button("skip", "menu")]], step=REASON, topic=f"s{row}", misses=0
            )
            return replace(turn, done="survey_rated")
    return None


def _reason(talk: Talk) -> Turn | None:
    """Take the reason for the lowest level."""
    row = (talk.session.topic or "").removeprefix("s")
    if not row.isdigit() or not surveys.explain(talk.tx, talk.account.id, int(row), talk.text[:REASON_MOST]):
        return None
    return talk.answer(
        talk.say("survey.noted"),
        [[talk.button("menu", "menu")]],
        step=None,
        topic=None,
        misses=0,
        done="survey_explained",
    )


RULES: Rules = {intake.CHANGED: _returned}
ROOM = Room("satisfaction", verbs={"rate": _rate}, steps={REASON: _reason})
