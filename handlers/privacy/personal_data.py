"""Personal data in the person's own hands: see it (as a file too), correct it, withdraw consents, have it erased.

(Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15, Điều 4, 9, 14; Nghị định 356/2025/NĐ-CP, Điều 5: the deadlines.) What is held
is found by the declarations of the schema alone, so nothing is forgotten. What can be done at once is done at once and
stands in the register of requests with its outcome; the rest is for officials, with reminders (`desk.py`).
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime

from handlers.actions import action
from handlers.board import contact
from handlers.messages import Button, FileRef, Happening, Job, Turn
from handlers.privacy import correcting
from handlers.privacy.noting import note
from handlers.rooms import Room
from handlers.talk import Talk, lines
from storage import audit, files
from storage.database import Connection
from storage.events import Pending
from storage.files import KEPT_SHORTLY
from storage.people import consents, privacy_requests
from storage.people import erasure as privacy
from storage.people.privacy_requests import Asked

ERASED = "erase_person_done"
ERASE = "erase_person"  # the job that removes the chat itself, once the last reply has left
KNOWN_TABLES = frozenset(
    {
        "feedback",
        "feedback_step",
        "feedback_file",
        "contact",
        "follow",
        "checklist",
        "unanswered",
        "survey",
        "file",
        "dossier",
        "official",
        "notice_phone",
        "dialogue_question",
        "handover",
    }
)
FILE_NAME = "du-lieu-cua-toi.json"
LAST = frozenset({"account", "conversation", "event", "outbox", "job"})
"""Tables that the turn in which somebody asks for erasure still needs; a job empties them right after it."""


def _data(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    match arguments:
        case ():
            return _overview(talk)
        case ("file",):
            return _as_file(talk)
        case ("fix",):
            return _fix(talk)
        case ("ask",):
            return _ask_officials(talk)
        case ("erase",):
            return _ask_erase(talk)
        case ("sure",):
            return _erase(talk)
    return None


def _overview(talk: Talk) -> Turn:
    """Say what is held, for which purposes, and what can be done."""
    say, held = talk.say, privacy.holdings(talk.tx, talk.account.id)
    known = {table: len(rows) for table, rows in held.items() if table in KNOWN_TABLES}
    given = {
        one.purpose: one for one in reversed(consents.listed(talk.tx, talk.account.id)) if one.withdrawn_at is None
    }
    purposes = [one for one in consents.PURPOSES if one in given or one != consents.PHONE or talk.agency.phone_notices]
    contact_held = consents.remembered(talk.tx, talk.account.id)
    text = lines(
        [
            say("data.heading"),
            say("data.chat", channel=talk.account.channel),
            *(
                say("data.item", what=say.plain(f"data.table_{table}"), count=count)
                for table, count in sorted(known.items())
            ),
            say("data.contact", **{name: contact_held.get(name, "–") for name in ("name", "address", "phone")})
            if contact_held
            else "",
            say("data.consents"),
            *(
                say(
                    "data.consent_given",
                    purpose=say.plain(f"data.purpose_{purpose}"),
                    day=talk.day(given[purpose].given_at),
                    version=given[purpose].text_version,
                )
                if purpose in given
                else say("data.consent_none", purpose=say.plain(f"data.purpose_{purpose}"))
                for purpose in purposes
            ),
        ]
    )
    note(talk, Asked.VIEW, "shown in chat")
    chosen = [[Button(talk.say.plain(f"button.purpose_{purpose}"), action("consent", purpose))] for purpose in purposes]
    fix = talk.button("data_fix", *((correcting.NAME,) if correcting.held(talk) else ("data", "fix")))
    rows = [
        [talk.button("data_file", "data", "file"), fix],
        *chosen,
        [talk.button("data_ask", "data", "ask"), talk.button("data_erase", "data", "erase")],
        [talk.button("menu", "menu")],
    ]
    return talk.answer(text, rows, misses=0, done="data_shown")


def _as_file(talk: Talk) -> Turn:
    """Give everything that is held as a file that programs can read too."""
    held: dict[str, object] = dict(privacy.holdings(talk.tx, talk.account.id))
    held["consent"] = [asdict(one) for one in consents.listed(talk.tx, talk.account.id)]
    held["privacy_request"] = [asdict(one) for one in privacy_requests.of_account(talk.tx, talk.account.id)]
    content = json.dumps(held, ensure_ascii=False, indent=1, default=str).encode()
    key = files.keep(talk.tx, content, talk.now + KEPT_SHORTLY, account_id=talk.account.id)
    note(talk, Asked.VIEW, "given as a file")
    turn = talk.answer(talk.say("data.as_file"), [[talk.button("menu", "menu")]], misses=0, done="data_given")
    return replace(turn, replies=(replace(turn.replies[0], files=(FileRef(key, FILE_NAME),)),))


def _fix(talk: Talk) -> Turn:
    """Say that there is nothing here that can be corrected by oneself."""
    rows = [[talk.button("data_ask", "data", "ask")], [talk.button("menu", "menu")]]
    return talk.answer(talk.say("data.nothing_to_fix", contact=contact(talk)), rows, misses=0)


def _ask_officials(talk: Talk) -> Turn:
    """Put a request that officials have to handle into the register; they hear at once."""
    row = note(talk, Asked.RESTRICT)
    text = talk.say("data.asked", number=row, days=privacy_requests.DAYS[Asked.RESTRICT], contact=contact(talk))
    turn = talk.answer(text, [[talk.button("menu", "menu")]], misses=0, done="data_requested")
    return replace(turn, events=(Happening("data_requested", {"row": row}),))


def _ask_erase(talk: Talk) -> Turn:
    """Say what goes, what must stay, why and how long, before anything is erased."""
    rows = [[talk.button("data_sure", "data", "sure")], [talk.button("pakn_keep_all", "data")]]
    return talk.answer(
        lines([talk.say("data.erase_what"), talk.say("data.erase_stays"), talk.say("data.erase_backups")]),
        rows,
        misses=0,
    )


def _erase(talk: Talk) -> Turn:
    """Erase at once all but what this turn needs; a job removes the chat itself once this reply has left."""
    privacy.erase(talk.tx, talk.account.id, talk.now, spared=LAST)
    note(talk, Asked.ERASE, "erased at once")
    body = json.dumps({"account": talk.account.id})
    turn = talk.answer(
        talk.say("data.erased"),
        draft=None,
        step=None,
        topic=None,
        misses=0,
        code=None,
        proved_until=None,
        done="data_erased",
    )
    return replace(turn, jobs=(Job(ERASE, body),))


def erased(tx: Connection, event: Pending, now: datetime) -> None:
    """Leave a line that the chat is gone; there is nobody left to tell."""
    audit.add(tx, "account_erased", now, event_id=event.id)


ROOM = Room(
    "personal_data",
    forms=(correcting.FORM,),
    verbs={"data": _data, "erase_data": lambda talk, arguments: _ask_erase(talk) if not arguments else None},
    commands={"dulieu": "data", "xoadulieu": "erase_data"},
    private=frozenset({"data", "erase_data"}),
)
