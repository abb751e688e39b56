"""My feedback: where each stands, its answer, taking it back, and "not satisfactory", once.

A receipt number opens a feedback only in the conversation that handed it in; elsewhere it is as unknown as any other.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from markupsafe import Markup

from handlers.actions import action
from handlers.board import contact
from handlers.messages import Button, FileRef, Happening, Reply, Turn
from handlers.talk import Talk, lines
from storage import feedback
from storage.feedback import OPEN, Feedback, State
from storage.people import joined as people

NUMBER = re.compile(r"\bPAKN[-\s]?(\d{8})[-\s]?(\d{4,})\b", re.IGNORECASE)
LISTED = 10
AGAIN = "feedback_again"  # the open question: why the answer is not satisfactory
MORE = "feedback_more"  # the open question: what was asked for
REASON_MOST = 2000


def act(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Do what a button about one's own feedback says."""
    match arguments:
        case () | ("mine",):
            return mine(talk)
        case (what, number):
            one = own(talk, number)
            doing = {"show": show, "withdraw": _ask_withdraw, "sure": _withdraw, "again": _ask_again, "more": _ask_more}
            return None if one is None or what not in doing else doing[what](talk, one)
    return None


def own(talk: Talk, number: str) -> Feedback | None:
    """Find one of this person's feedback."""
    found = feedback.find(talk.tx, number)
    return found if found is not None and people.are_one(talk.tx, found.account_id, talk.account.id) else None


def hears(talk: Talk) -> Turn | None:
    """Read a receipt number."""
    named = NUMBER.search(talk.text)
    if named is None or talk.group:
        return None
    one = own(talk, f"PAKN-{named[1]}-{named[2]}")
    if one is None:
        text = talk.say("feedback.not_yours", number=f"PAKN-{named[1]}-{named[2]}", contact=contact(talk))
        return talk.answer(text, [[talk.button("my_feedback", "pakn", "mine"), talk.button("menu", "menu")]], misses=0)
    return show(talk, one)


def mine(talk: Talk) -> Turn:
    """List this person's feedback."""
    found = feedback.listed(talk.tx, LISTED, feedback.Wanted(account_id=talk.account.id))
    menu = [talk.button("feedback", "feedback"), talk.button("menu", "menu")]
    if not found:
        return talk.answer(talk.say("feedback.none_yet"), [menu], misses=0)
    rows = [
        [Button(f"{one.number}: {talk.say.plain(f'feedback.state_{one.state}')}", action("pakn", "show", one.number))]
        for one in found
    ]
    return talk.answer(talk.say("feedback.mine"), [*rows, menu], misses=0)


def show(talk: Talk, one: Feedback) -> Turn:
    """Tell where a feedback stands, with its answer and what can be done."""
    say, rows = talk.say, []
    is_open = one.state in OPEN
    late = is_open and one.due_at is not None and one.due_at < talk.now
    text = lines(
        [
            say(
                "feedback.stands",
                number=one.number,
                state=say.plain(f"feedback.state_{one.state}"),
                day=talk.day(one.received_at),
            ),
            say("feedback.due", day=talk.day(one.due_at)) if is_open and one.due_at and not late else "",
            say("feedback.late", contact=contact(talk)) if late else "",
            _last_note(talk, one),
            say("feedback.forwarded", body=one.forwarded_to, letter=one.letter or "") if one.forwarded_to else "",
            say("feedback.answer", answer=one.answer) if one.answer else "",
        ]
    )
    if one.state == State.SUPPLEMENT:
        rows.append([talk.button("pakn_more", "pakn", "more", one.number)])
    if one.state == State.ANSWERED and one.reopened_at is None:
        rows.append([talk.button("pakn_again", "pakn", "again", one.number)])
    if is_open:
        rows.append([talk.button("pakn_withdraw", "pakn", "withdraw", one.number)])
    rows.append([talk.button("my_feedback", "pakn", "mine"), talk.button("menu", "menu")])
    turn = talk.answer(text, rows, misses=0)
    files = tuple(FileRef(key, name) for key, name in feedback.files_of(talk.tx, one, of_answer=True))
    return replace(turn, replies=(replace(turn.replies[0], files=files),)) if files else turn


def _last_note(talk: Talk, one: Feedback) -> Markup | str:
    """Tell what officials said last where that is not the answer itself."""
    noted = [
        step for step in feedback.steps(talk.tx, one) if step.note and step.state in (State.SUPPLEMENT, State.REFUSED)
    ]
    is_now = bool(noted) and noted[-1].state == one.state
    return talk.say(f"feedback.note_{one.state}", note=noted[-1].note or "") if is_now else ""


def _ask_withdraw(talk: Talk, one: Feedback) -> Turn | None:
    if one.state not in OPEN:
        return show(talk, one)
    rows = [
        [talk.button("pakn_sure", "pakn", "sure", one.number)],
        [talk.button("pakn_keep", "pakn", "show", one.number)],
    ]
    return talk.answer(talk.say("feedback.ask_withdraw", number=one.number), rows, misses=0)


def _withdraw(talk: Talk, one: Feedback) -> Turn | None:
    if one.state not in OPEN:
        return show(talk, one)
    feedback.move(talk.tx, one, State.WITHDRAWN, talk.now)
    turn = talk.answer(
        talk.say("feedback.withdrawn", number=one.number),
        [[talk.button("menu", "menu")]],
        misses=0,
        done="feedback_withdrawn",
    )
    return replace(turn, detail=one.number, events=(Happening("feedback_withdrawn", {"number": one.number}),))


def _ask_again(talk: Talk, one: Feedback) -> Turn | None:
    if one.state != State.ANSWERED or one.reopened_at is not None:
        return show(talk, one)
    return talk.answer(
        talk.say("feedback.ask_again"), [[talk.button("cancel", "menu")]], step=f"{AGAIN}", topic=one.number, misses=0
    )


def _ask_more(talk: Talk, one: Feedback) -> Turn | None:
    if one.state != State.SUPPLEMENT:
        return show(talk, one)
    return talk.answer(
        talk.say("feedback.ask_more"), [[talk.button("cancel", "menu")]], step=MORE, topic=one.number, misses=0
    )


def read_again(talk: Talk) -> Turn | None:
    """Take the reason why an answer is not satisfactory: the feedback is opened once more, with a new promise."""
    one = own(talk, talk.session.topic or "")
    if one is None or one.state != State.ANSWERED or one.reopened_at is not None:
        return None
    due = talk.now + timedelta(days=talk.agency.feedback.days)
    note = talk.text[:REASON_MOST]
    feedback.move(talk.tx, one, State.REOPENED, talk.now, note=note, reopened_at=talk.now, due_at=due, news_at=due)
    text = talk.say("feedback.reopened", number=one.number, day=talk.day(due))
    turn = talk.answer(
        text,
        [[talk.button("my_feedback", "pakn", "mine"), talk.button("menu", "menu")]],
        step=None,
        topic=None,
        misses=0,
        done="feedback_reopened",
    )
    return replace(turn, detail=one.number, events=(Happening("feedback_reopened", {"number": one.number}),))


def read_more(talk: Talk) -> Turn | None:
    """Take what was asked for."""
    one = own(talk, talk.session.topic or "")
    if one is None or one.state != State.SUPPLEMENT:
        return None
    feedback.move(talk.tx, one, State.ACCEPTED, talk.now, note=talk.text[:REASON_MOST])
    turn = talk.answer(
        talk.say("feedback.more_taken", number=one.number),
        [[talk.button("my_feedback", "pakn", "mine"), talk.button("menu", "menu")]],
        step=None,
        topic=None,
        misses=0,
        done="feedback_supplemented",
    )
    return replace(turn, detail=one.number, events=(Happening("feedback_supplemented", {"number": one.number}),))


def acknowledge(talk: Talk, key: str, name: str) -> Turn:
    """Send the acknowledgement that a job wrote."""
    return Turn(
        (Reply(talk.say("feedback.receipt"), files=(FileRef(key, name),)),), talk.session, done="feedback_receipt"
    )
