"""Photos and files of a feedback: they may come at any step of the form; a job looks at each before it is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from markupsafe import Markup

from handlers import attachments, forms
from handlers.forms import Form, Question
from handlers.messages import Job, Turn
from handlers.rooms import Outcome
from handlers.talk import Talk
from storage import files

KIND = "feedback_file"  # the job
FILES_MOST = 5
REASONS = frozenset({"feedback_kind", "feedback_unsafe"})


def read(answer: str | None) -> list[tuple[str, str]]:
    """Read what the draft holds of files: hash and name of each."""
    return [(key, name) for key, name in json.loads(answer)] if answer else []


def _check(talk: Talk, given: str) -> Markup | None:
    try:
        return None if read(given) else talk.say("feedback.files_send")
    except (ValueError, TypeError):
        return talk.say("feedback.files_send")


QUESTION = Question(
    "files",
    "feedback.files",
    "feedback.files_label",
    _check,
    optional=True,
    aside=True,
    words=lambda talk, kept: talk.say.plain("feedback.files_count", count=len(read(kept))),
)


def take(form: Form, talk: Talk) -> Turn | None:
    """Order a look at the files that came with a message while the form is open; words with them are an answer."""
    draft = talk.session.draft
    if draft is None or draft.form != form.name:
        return None
    room = FILES_MOST - len(read(draft.answers.get("files")))
    wanted = talk.files[: max(room, 0)]
    ordered = tuple(Job(KIND, attachments.order(talk, file)) for file in wanted)
    if not ordered:
        return talk.answer(talk.say("feedback.files_most", most=FILES_MOST), done="feedback_files_most")
    if talk.text and talk.session.is_filling:
        return replace(forms.take(replace(talk, files=()), form), jobs=ordered)
    turn = talk.answer(talk.say("feedback.files_looking", count=len(ordered)), done="form_file_taken")
    return replace(turn, jobs=ordered)


def tell(form: Form, talk: Talk, outcome: Outcome) -> Turn:
    """Put a file that was looked at into the draft, or say why it cannot be taken."""
    found: Mapping[str, str] = {} if outcome.result is None else json.loads(outcome.result)
    draft = talk.session.draft
    if "hash" not in found:
        return talk.answer(_fault(talk, found.get("fault")), done="feedback_file_refused")
    if draft is None or draft.form != form.name:
        files.forget(talk.tx, found["hash"])
        return talk.answer(talk.say("feedback.files_late"), [[talk.button("menu", "menu")]], done="feedback_file_late")
    known = read(draft.answers.get("files"))
    if found["hash"] not in {key for key, _ in known}:
        known = [*known, (found["hash"], found["name"])]
    kept = replace(draft, answers={**draft.answers, "files": json.dumps(known[:FILES_MOST], ensure_ascii=False)})
    return talk.answer(talk.say("feedback.files_taken", count=len(known)), draft=kept, done="feedback_file_taken")


def _fault(talk: Talk, reason: str | None) -> Markup:
    return talk.say(f"file.{reason}") if reason in REASONS else attachments.fault(talk, reason)
