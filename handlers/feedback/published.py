"""Published questions and answers: shown before somebody asks the same again, and found like anything else."""

from __future__ import annotations

from markupsafe import Markup

from handlers.messages import Turn
from handlers.talk import Talk, lines
from knowledge.similar import most_alike
from storage import feedback

LOOKED_AT = 300  # the latest ones
ALIKE, SURE = 0.34, 0.5  # shares of rarer word pairs: to be mentioned, to be the answer to a free question
TOLD = 2
SHOWN = 500  # characters of an answer in passing


def alike(talk: Talk, text: str, least: float = ALIKE, most: int = TOLD) -> Markup:
    """Word what was published about something alike; "" when nothing was."""
    known = feedback.published(talk.tx, LOOKED_AT)
    places = most_alike(text, [one.published_question or "" for one in known], least, most) if known else []
    told = [
        talk.say(
            "alike.one",
            question=known[place].published_question or "",
            answer=_cut(known[place].published_answer or ""),
            number=known[place].number,
        )
        for place in places
    ]
    return lines([talk.say("alike.heading"), *told]) if told else Markup("")


def hears(talk: Talk) -> Turn | None:
    """Answer a question that was answered before to somebody else."""
    if talk.shelf is not None and len(talk.text.split()) < 4:
        return None
    found = alike(talk, talk.text, SURE, 1)
    if not found:
        return None
    return talk.answer(
        found, [[talk.button("fields", "fields"), talk.button("menu", "menu")]], misses=0, done="published_shown"
    )


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN].rstrip()}…"
