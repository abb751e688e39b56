"""When a file is due that is handed in now, and how that comes about, day by day."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from markupsafe import Markup

from handlers.board import contact
from handlers.catalogue import cards
from handlers.catalogue.values import day_of
from handlers.messages import Turn
from handlers.talk import Talk, lines
from knowledge.aspects import Aspect
from knowledge.calendar import WEEKEND, Due, Step, StepKind, Unit
from knowledge.catalogue import Duration, Procedure
from knowledge.vietnamese import fold

_NOW = re.compile(r"\b(?:hom nay|bay gio|luc nay|now|today)\b")
_TOMORROW = re.compile(r"\b(?:ngay mai|sang mai|chieu mai|tomorrow)\b")
SKIPPED_NAMED = 6  # days off that are named one by one; weekends are told together


def asked_for(text: str) -> timedelta | None:
    """Read when somebody means to hand in: now, or tomorrow at this hour; None when the text does not say."""
    folded = fold(text)
    if _TOMORROW.search(folded):
        return timedelta(days=1)
    return timedelta(0) if _NOW.search(folded) else None


def show(talk: Talk, procedure: Procedure, after: timedelta = timedelta(0)) -> Turn:
    """Reckon the due date of a file that is handed in now, or after a while, with the reasoning."""
    buttons = [[talk.button("card", "show", procedure.id), talk.button("menu", "menu")]]
    time = procedure.time
    if time is None:
        told = lines([talk.say("reckon.unknown", contact=contact(talk)), cards.edition_line(talk)])
        return talk.answer(told, buttons, misses=0, topic=procedure.id)
    due = _due(talk, time, after)
    standing = cards.standing(talk, procedure, Aspect.time)
    if due is None:
        told = lines([talk.say("reckon.range"), time.note, *standing, cards.edition_line(talk)])
        return talk.answer(told, buttons, misses=0, topic=procedure.id)
    legal = None if time.legal is None else _due(talk, time.legal, after)
    text = lines(
        [
            talk.say("reckon.heading", title=cards.title(talk, procedure), at=_at(due.steps[0].at)),
            *_reasons(talk, time, due),
            talk.say("reckon.due", at=_at(due.at)),
            Markup.escape(time.note),
            "" if legal is None else talk.say("reckon.legal", amount=_amount(talk, time.legal), at=_at(legal.at)),
            *(standing if procedure.is_verified("time") else [talk.say("reckon.doubt", contact=contact(talk))]),
            cards.edition_line(talk),
        ]
    )
    return talk.answer(text, buttons, misses=0, topic=procedure.id, done="reckoned")


def _due(talk: Talk, time: Duration, after: timedelta) -> Due | None:
    if time.value is None or time.unit is None:
        return None
    return talk.agency.calendar.due((talk.now + after).replace(tzinfo=None), time.value, Unit(time.unit))


def _reasons(talk: Talk, time: Duration, due: Due) -> list[Markup]:
    told = [talk.say("reckon.opened", at=_at(step.at)) for step in due.steps if step.kind is StepKind.OPENED]
    told.append(talk.say("reckon.counted", amount=_amount(talk, time)))
    skipped = [step for step in due.steps if step.kind is StepKind.SKIPPED]
    if skipped:
        told.append(talk.say("reckon.skipped", days=", ".join(_skipped(talk, skipped))))
    told += [talk.say("reckon.moved", at=_at(step.at)) for step in due.steps if step.kind is StepKind.MOVED]
    return told


def _skipped(talk: Talk, steps: list[Step]) -> list[str]:
    holidays = [step for step in steps if step.name != WEEKEND]
    weekends = len(steps) - len(holidays)
    told = [f"{day_of(step.at.date())} ({step.name})" for step in holidays[:SKIPPED_NAMED]]
    if len(holidays) > SKIPPED_NAMED:
        told.append(f"… (+{len(holidays) - SKIPPED_NAMED})")
    return [*told, talk.say.plain("reckon.weekends", count=weekends)] if weekends else told


def _amount(talk: Talk, time: Duration | None) -> str:
    assert time is not None
    return talk.say.plain(f"value.{time.unit}", value=time.value)


def _at(at: datetime) -> str:
    return at.strftime("%H:%M, %d/%m/%Y")
