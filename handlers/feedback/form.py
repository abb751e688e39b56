"""The feedback form (phản ánh, kiến nghị): what the law asks for, asked; what can be proposed, proposed.

Asked are clear content, name, address and phone (Nghị định 20/2008/NĐ-CP, Điều 7). The class of Điều 5, the field,
procedure and text of law that it is about are proposed from the content and stand in the review, where each can be
changed. Photos and files may come at any step. Nothing is handed in before the person presses the button.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from markupsafe import Markup

from handlers.board import contact
from handlers.contact_questions import LINE_MOST, address_question, line, name_question, phone_question
from handlers.feedback import files as feedback_files
from handlers.feedback import published
from handlers.feedback.classes import CLASSES, class_of, parts_of
from handlers.forms import Form, Question, choice
from handlers.messages import Happening, Job, Turn
from handlers.talk import Talk, lines
from knowledge.legal_reference import legal_reference
from knowledge.search import Decision
from knowledge.vietnamese import fold, guess_language
from storage import feedback, jobs
from storage.feedback import ANONYMOUS, Feedback
from storage.people import consents

CONTENT_LEAST, CONTENT_MOST = 10, 4000  # characters: less says nothing, more belongs into a letter
OPTIONS_MOST = 3  # procedures that are proposed
CONSENT = "consent.text_feedback"  # stands above the button that hands in
RECEIPT = "feedback_receipt"  # the job that writes the acknowledgement
_COMPANY = re.compile(r"\b(cong ty|cty|doanh nghiep|hop tac xa|hiep hoi|tap doan|company|co\W? ?ltd|corp|jsc|inc)\b")


def _content(talk: Talk, given: str) -> Markup | None:
    if len(given) < CONTENT_LEAST:
        return talk.say("feedback.content_short", least=CONTENT_LEAST)
    return talk.say("feedback.content_long", most=CONTENT_MOST) if len(given) > CONTENT_MOST else None


def _remark(talk: Talk, given: str) -> Markup:
    """Say above the next question what was understood, and what was answered before to something alike."""
    is_english = guess_language(given) == "en"
    return lines(
        [
            talk.say("feedback.understood", kind=talk.say.plain(f"feedback.class_{class_of(given)}")),
            talk.say("feedback.to_translate") if is_english else "",
            published.alike(talk, given),
        ]
    )


def _given(talk: Talk) -> str:
    draft = talk.session.draft
    return "" if draft is None else draft.answers.get("content", "")


def _procedures(talk: Talk) -> Mapping[str, str]:
    """Propose procedures that the content may be about."""
    if talk.shelf is None or not _given(talk):
        return {}
    hits = talk.shelf.index.search(_given(talk), OPTIONS_MOST).hits[:OPTIONS_MOST]
    return {hit.id: _short(hit.title) for hit in hits}


def _short(title: str) -> str:
    return title if len(title) <= LINE_MOST // 2 else f"{title[: LINE_MOST // 2 - 1]}…"


def _search(talk: Talk, given: str) -> str:
    """Read the name of a procedure as its id; what is not found stays as it was typed, and the check says so."""
    found = None if talk.shelf is None or _titled(talk, given) else talk.shelf.index.search(given, 1)
    return given if found is None or found.decision is Decision.unknown else found.hits[0].id


def _titled(talk: Talk, entry_id: str) -> str | None:
    found = None if talk.shelf is None else talk.shelf.edition.by_id(entry_id)
    return None if found is None else found.title


def _known_procedure(talk: Talk, given: str) -> Markup | None:
    return None if _titled(talk, given) else talk.say("feedback.no_procedure")


def _probable_procedure(talk: Talk, answers: Mapping[str, str]) -> str | None:
    found = None if talk.shelf is None else talk.shelf.index.search(answers.get("content", ""), 1)
    return found.hits[0].id if found is not None and found.decision is Decision.answer else None


def _fields(talk: Talk) -> Mapping[str, str]:
    named = () if talk.shelf is None else talk.shelf.edition.fields()
    return {fold(name).replace(":", " ")[:20]: name[:LINE_MOST] for name, _ in named}


def _field(talk: Talk, answers: Mapping[str, str]) -> str | None:
    """Propose the field of the procedure."""
    chosen = answers.get("procedure") or _probable_procedure(talk, answers)
    found = None if talk.shelf is None or chosen is None else talk.shelf.edition.by_id(chosen)
    return None if found is None else fold(found.field).replace(":", " ")[:20]


def _sender(_talk: Talk, answers: Mapping[str, str]) -> str:
    return "organisation" if _COMPANY.search(fold(answers.get("name", ""))) else "person"


def is_named(answers: Mapping[str, str]) -> bool:
    """Tell whether the sender gives a name; an anonymous tip is asked for nothing more."""
    return answers.get("name") != ANONYMOUS


def _anonymous(talk: Talk) -> Mapping[str, str]:
    return {ANONYMOUS: talk.say.plain("feedback.anonymous")}


def _optional(talk: Talk, given: str) -> Markup | None:
    return talk.say("feedback.content_long", most=CONTENT_MOST) if len(given) > CONTENT_MOST else None


def _send(talk: Talk, answers: Mapping[str, str]) -> Turn:
    """Keep the feedback and give its receipt number; not while a file is still looked at, nor when it floods."""
    refused = _refused(talk, answers)
    if refused is not None:
        return refused
    given = _record(talk, answers)
    row = feedback.add(talk.tx, talk.account.id, given, talk.agency.feedback.days)
    count = sum(
        feedback.keep_file(talk.tx, row, key, name, talk.now) for key, name in feedback_files.read(answers.get("files"))
    )
    if given.is_counted:
        consents.give(
            talk.tx,
            talk.account.id,
            consents.FEEDBACK,
            talk.say.plain(CONSENT),
            talk.language,
            talk.now,
        )
    turn = replace(_done(talk, given, count), events=(Happening("feedback_received", {"number": given.number}),))
    return (
        replace(turn, jobs=(Job(RECEIPT, json.dumps({"number": given.number, "account": talk.account.id})),))
        if given.is_counted
        else turn
    )


def _refused(talk: Talk, answers: Mapping[str, str]) -> Turn | None:
    menu = [[talk.button("menu", "menu")]]
    today = feedback.Wanted(account_id=talk.account.id)
    recent = [one for one in feedback.listed(talk.tx, 50, today) if talk.now - one.received_at < timedelta(days=1)]
    same = next((one for one in recent if one.content == answers["content"] and one.state != "withdrawn"), None)
    if same is not None:
        return talk.answer(talk.say("feedback.same", number=same.number), menu, draft=None, done="feedback_twice")
    if len(recent) >= talk.agency.feedback.per_day:
        return talk.answer(
            talk.say("feedback.flood", most=talk.agency.feedback.per_day, contact=contact(talk)),
            menu,
            draft=None,
            done="feedback_flood",
        )
    return None


def _record(talk: Talk, answers: Mapping[str, str]) -> Feedback:
    kind, clause = parts_of(answers["class"])
    fields = _fields(talk)
    named = is_named(answers)
    return Feedback(
        feedback.next_number(talk.tx, talk.now.date()),
        talk.now,
        "received",
        answers["content"],
        answers["name"] if named else None,
        answers.get("address"),
        answers.get("phone"),
        kind=kind,
        clause=clause,
        field=fields.get(answers.get("field", "")),
        procedure=answers.get("procedure"),
        language=guess_language(answers["content"]) or "vi",
        sender_kind=answers.get("sender", "person") if named else ANONYMOUS,
        proposal=answers.get("proposal"),
        document=answers.get("document"),
    )


def _done(talk: Talk, given: Feedback, count: int) -> Turn:
    rules = talk.agency.feedback
    promise = given.received_at + timedelta(days=rules.days)
    text = lines(
        [
            talk.say("feedback.done", number=given.number, contact=contact(talk)),
            talk.say("feedback.promise", days=rules.days, day=talk.day(promise), news=rules.news_days)
            if given.is_counted
            else talk.say("feedback.tip"),
            talk.say("feedback.files_kept", count=count) if count else "",
            talk.say("feedback.to_translate") if given.language == "en" else "",
        ]
    )
    rows = [[talk.button("my_feedback", "pakn", "mine")]]
    if given.is_counted and not consents.stands(talk.tx, talk.account.id, consents.CONTACT):
        rows.append([talk.button("remember", "consent", consents.CONTACT)])
    return talk.answer(text, [*rows, [talk.button("menu", "menu")]], draft=None, done="feedback_received")


def _waits(talk: Talk) -> str | None:
    """Wait while a file that came along is still looked at."""
    return "feedback.files_wait" if jobs.is_open(talk.tx, talk.account.lane, feedback_files.KIND) else None


def _known(talk: Talk) -> Mapping[str, str]:
    """Fill in what the person wanted to be remembered."""
    return consents.remembered(talk.tx, talk.account.id)


FORM = Form(
    "feedback",
    "feedback.title",
    "feedback.intro",
    (
        Question("content", "feedback.content", "feedback.content_label", _content, free=True, remark=_remark),
        choice(
            "class",
            "feedback.class",
            "feedback.class_label",
            CLASSES,
            aside=True,
            proposes=lambda _talk, answers: class_of(answers.get("content", "")),
        ),
        Question(
            "proposal", "feedback.proposal", "feedback.proposal_label", _optional, optional=True, free=True, aside=True
        ),
        replace(
            choice(
                "procedure",
                "feedback.procedure",
                "feedback.procedure_label",
                _procedures,
                other=_known_procedure,
                optional=True,
                aside=True,
                proposes=_probable_procedure,
            ),
            reads=_search,
            words=_titled,
        ),
        choice("field", "feedback.field", "feedback.field_label", _fields, optional=True, aside=True, proposes=_field),
        Question(
            "document",
            "feedback.document",
            "feedback.document_label",
            line,
            optional=True,
            aside=True,
            proposes=lambda _talk, answers: legal_reference(answers.get("content", "")),
        ),
        feedback_files.QUESTION,
        name_question(_anonymous),
        choice(
            "sender",
            "feedback.sender",
            "feedback.sender_label",
            lambda talk: {k: talk.say.plain(f"feedback.sender_{k}") for k in ("person", "organisation")},
            aside=True,
            proposes=_sender,
            when=is_named,
        ),
        address_question(is_named),
        phone_question(is_named),
    ),
    _send,
    prefill=_known,
    waits=_waits,
    agrees=lambda answers: CONSENT if is_named(answers) else None,
)
