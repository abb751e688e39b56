"""A short feedback form (phản ánh, kiến nghị): four questions, a review, a receipt number.

The four are what the law asks for: clear content, name, address, phone (Nghị định 20/2008/NĐ-CP, Điều 7). Before the
first one the form says who reads the answers. Nothing is handed in before the person presses the button.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from markupsafe import Markup

from handlers.board import contact
from handlers.forms import Form, Question
from handlers.messages import Happening, Turn
from handlers.talk import Talk
from storage import feedback
from storage.feedback import Feedback

CONTENT_LEAST, CONTENT_MOST = 10, 4000  # characters: less says nothing, more belongs into a letter
LINE_LEAST, LINE_MOST = 2, 200  # characters of a name or an address
# Vietnamese numbers have 10 digits since 2018, land lines 11; numbers from abroad at most 15 (ITU-T E.164).
PHONE = re.compile(r"(?<!\d)(?:0\d{9,10}|84\d{9,10}|\+\d{8,15})(?!\d)")


def _content(talk: Talk, given: str) -> Markup | None:
    if len(given) < CONTENT_LEAST:
        return talk.say("feedback.content_short", least=CONTENT_LEAST)
    return talk.say("feedback.content_long", most=CONTENT_MOST) if len(given) > CONTENT_MOST else None


def _line(talk: Talk, given: str) -> Markup | None:
    if LINE_LEAST <= len(given) <= LINE_MOST:
        return None
    return talk.say("feedback.line_bad", least=LINE_LEAST, most=LINE_MOST)


def _phone(talk: Talk, given: str) -> Markup | None:
    found = PHONE.search(re.sub(r"[\s.\-()]", "", given))
    return None if found and len(given) <= LINE_MOST else talk.say("feedback.phone_bad")


def _send(talk: Talk, answers: Mapping[str, str]) -> Turn:
    """Keep the feedback and give its receipt number."""
    number = feedback.next_number(talk.tx, talk.now.year)
    given = Feedback(
        number, talk.now, "received", answers["content"], answers["name"], answers["address"], answers["phone"]
    )
    feedback.add(talk.tx, talk.account.id, given)
    text = talk.say("feedback.done", number=number, contact=contact(talk))
    turn = talk.answer(text, [[talk.button("menu", "menu")]], done="feedback_received")
    return replace(turn, events=(Happening("feedback_received", {"number": number}),))


FORM = Form(
    "feedback",
    "feedback.title",
    "feedback.intro",
    (
        Question("content", "feedback.content", "feedback.content_label", _content, free=True),
        Question("name", "feedback.name", "feedback.name_label", _line, names=True),
        Question("address", "feedback.address", "feedback.address_label", _line),
        Question("phone", "feedback.phone", "feedback.phone_label", _phone),
    ),
    _send,
)
