"""Correcting what is held of a person: name, address and phone, in the remembered contact and in what they handed in.

(Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15, Điều 4.) The form shows what is held; what was changed is written wherever
the old was. A dossier's owner is corrected in the one-stop system, which tells it here.
"""

from __future__ import annotations

from collections.abc import Mapping

from handlers.contact_questions import address_question, name_question, phone_question
from handlers.forms import Form
from handlers.messages import Turn
from handlers.privacy.noting import note
from handlers.talk import Talk
from storage import audit, feedback
from storage.people import consents
from storage.people.privacy_requests import Asked

NAME = "correct"
FIELDS = ("name", "address", "phone")


def held(talk: Talk) -> Mapping[str, str]:
    """Give the name, address and phone that are held: the remembered ones, else those of the last feedback."""
    return consents.remembered(talk.tx, talk.account.id) or feedback.last_sender(talk.tx, talk.account.id)


def _correct(talk: Talk, answers: Mapping[str, str]) -> Turn:
    values = {name: answers[name] for name in FIELDS}
    if consents.remembered(talk.tx, talk.account.id):
        consents.remember(talk.tx, talk.account.id, values, talk.now)
    count = feedback.correct_sender(talk.tx, talk.account.id, values)
    note(talk, Asked.CORRECT, f"corrected: contact, {count} feedback")
    audit.add(talk.tx, "data_corrected", talk.now, detail=f"feedback {count}")
    rows = [[talk.button("my_data", "data"), talk.button("menu", "menu")]]
    return talk.answer(talk.say("data.corrected", count=count), rows, draft=None, misses=0, done="data_corrected")


FORM = Form(
    NAME,
    "data.correct_title",
    "data.correct_intro",
    (name_question(), address_question(), phone_question()),
    _correct,
    prefill=held,
)
