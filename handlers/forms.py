"""The one form engine: questions asked one by one, with checks, ways back, a review, and drafts that survive.

A form is declared (`Form`, `Question`); this module asks it. At each step one may go back, skip what is optional or
cancel, by button or by word. The review shows every answer with its own "edit", which asks that one question again with
the old answer at hand: a chat only goes forward. A draft lives in the session, so a restart changes nothing; after a
pause, or when the form is begun again, the bot asks whether to go on or to start anew. Whatever else is said in between
is answered by the router, which then calls `pending`.

A draft is always at a question or at the review, every answer in it has passed its check, and the review is reached
only with all that is compulsory.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from markupsafe import Markup

from handlers import form_words
from handlers.actions import parse
from handlers.board import contact
from handlers.form_asking import REVIEW, VERB, Check, Form, Question, buttons, cancel, choice, one_of, worded
from handlers.form_words import Move
from handlers.messages import Draft, Reply, Session, Turn
from handlers.talk import Talk, lines

__all__ = ["REVIEW", "VERB", "Check", "Form", "Question", "choice", "one_of"]

PAUSE = timedelta(minutes=30)  # after that a text is as likely a new matter as the answer to an old question
FAULTS_ALONE = 1  # a second fault in a row is told with the people who can help


def begin(talk: Talk, form: Form, filling: Form | None) -> Turn:
    """Start a form; while another one, or the same, is half filled in, the person chooses first."""
    draft = talk.session.draft
    if draft is None or not draft.answers or filling is None:
        return _anew(talk, form)
    return offer(talk, filling, form)


def open_question(talk: Talk, form: Form) -> Question | None:
    """Give the question that is open; None at the review."""
    return form.question(_draft(talk).step)


def takes_all(talk: Talk, form: Form) -> bool:
    """Tell whether the open question takes whatever is typed for its answer."""
    question = open_question(talk, form)
    return talk.session.is_filling and question is not None and question.free


def names_option(talk: Talk, form: Form) -> bool:
    """Tell whether what was typed is an option of the open question, whatever else it may mean."""
    question = open_question(talk, form)
    return talk.session.is_filling and question is not None and question.chosen(talk) is not None


def is_stale(talk: Talk) -> bool:
    """Tell whether the person comes back to the open question after a pause."""
    return talk.session.is_filling and talk.now - _draft(talk).asked_at > PAUSE


def is_offered(session: Session) -> bool:
    """Tell whether the last thing asked was to go on or to start anew."""
    offered = (parse(written) for _, written in session.offered)
    is_open = any(one is not None and one[0] == VERB and one[1][1:2] == (Move.RESUME,) for one in offered)
    return is_open and session.draft is not None and session.draft.paused


def read_move(talk: Talk, form: Form) -> tuple[Move, str] | None:
    """Read a text that stands for a button: the move and its step; None when it is none now."""
    draft = _draft(talk)
    shown = form.shown(draft.answers)
    found = form_words.read(talk.text, [talk.say.plain(question.label) for question in shown])
    if found is None:
        return None
    move, place = found
    if draft.paused and not (move is Move.RESUME or (move is Move.ANEW and is_offered(talk.session))):
        return None
    if move is Move.EDIT:
        return move, "" if place is None else shown[place].name
    return move, draft.step


def spoken(talk: Talk, form: Form, move: Move, step: str) -> Turn:
    """Do what was typed instead of a button, or say why it is not possible at this step."""
    done = act(talk, form, move, step)
    if done is not None:
        return done
    if move is Move.ANEW:
        return begin(talk, form, form)
    return _show(talk, form, _draft(talk), note=_NOT_NOW.get(move))


def take(talk: Talk, form: Form) -> Turn:
    """Take a text as the answer to the open question."""
    draft = replace(_draft(talk), paused=False)
    question = form.question(draft.step)
    if question is None:
        return _refuse(talk, form, draft, talk.say("form.not_sent"))
    given = question.read(talk)
    fault = question.check(talk, given)
    return _answered(talk, form, draft, given) if fault is None else _refuse(talk, form, draft, fault)


def act(talk: Talk, form: Form, move: str, step: str = "", option: str = "") -> Turn | None:
    """Do what a button of the form says; None where it is out of place: an old button, or one pressed twice.

    While the person has not said whether to go on, every other button of the draft only shows where it stands.
    """
    draft = talk.session.draft
    if draft is None or move not in set(Move) or (option != "") != (move == Move.CHOOSE):
        return None
    if draft.paused and move == Move.ANEW:
        return _anew(talk, form)
    if draft.form != form.name:
        return None
    if draft.paused or move == Move.RESUME:
        return _show(talk, form, draft)
    if move == Move.CHOOSE:
        return _choose(talk, form, draft, step, option)
    return _move(talk, form, draft, Move(move), step)


def _choose(talk: Talk, form: Form, draft: Draft, step: str, option: str) -> Turn | None:
    """Take a button for the answer; one that was pressed twice changes nothing."""
    question = form.question(step)
    if question is None or question.options is None or option not in question.options(talk):
        return None
    if step == draft.step:
        return _answered(talk, form, draft, option)
    return _show(talk, form, draft) if draft.answers.get(step) == option else None


def _move(talk: Talk, form: Form, draft: Draft, move: Move, step: str) -> Turn | None:
    question, prior = form.question(draft.step), form.before(draft.step, draft.answers)
    is_here = step == draft.step
    match move:
        case Move.BACK if is_here and (draft.editing or prior is not None):
            before = REVIEW if draft.editing or prior is None else prior
            return _show(talk, form, replace(draft, step=before, editing=False))
        case Move.SKIP if is_here and question is not None and question.optional:
            kept = {name: answer for name, answer in draft.answers.items() if name != question.name}
            return _onward(talk, form, replace(draft, answers=kept))
        case Move.KEEP if is_here and question is not None and question.answered(talk, draft.answers) is not None:
            return _onward(talk, form, draft)
        case Move.OTHER if is_here and question is not None and question.other:
            return _show(talk, form, draft, note="form.type_other")
        case Move.EDIT if form.question(step) is not None:
            return _edit(talk, form, draft, step)
        case Move.SEND if draft.step == REVIEW and _lacking(talk, form, draft) is None:
            waits = form.waits(talk)
            if waits is not None:
                return _show(talk, form, draft, note=waits)
            answers = form.filled(talk, draft.answers)
            return form.send(replace(talk, session=replace(talk.session, draft=None, misses=0)), answers)
    return None


def _edit(talk: Talk, form: Form, draft: Draft, step: str) -> Turn | None:
    """Ask a question again: from the review that one alone, before it from there on, as "back" does."""
    from_review = draft.editing or draft.step == REVIEW
    if not from_review and form.position(step) >= form.position(draft.step):
        return None
    return _show(talk, form, replace(draft, step=step, editing=from_review))


def offer(talk: Talk, form: Form, wanted: Form | None = None) -> Turn:
    """Ask whether to go on with the draft of this form, or to begin anew: the same one, or the one that is wanted."""
    title = talk.say.plain(form.title)
    if wanted is None or wanted == form:
        text = talk.say("form.resume", title=title)
        anew = talk.button("anew", VERB, form.name, Move.ANEW)
    else:
        text = talk.say("form.resume_or", title=title, other=talk.say.plain(wanted.title))
        anew = talk.button("instead", VERB, wanted.name, Move.ANEW)
    resume = talk.button("resume", VERB, form.name, Move.RESUME)
    draft = replace(_draft(talk), paused=True)
    return talk.answer(text, [[resume, anew], cancel(talk)], draft=draft, step=None, misses=0, done="form_offered")


def propose(talk: Talk, form: Form) -> Talk:
    """Keep what was typed after a pause beside the open question, if it could be the answer and none is there yet."""
    draft, question = _draft(talk), open_question(talk, form)
    if question is None or question.name in draft.answers or question.check(talk, question.read(talk)) is not None:
        return talk
    proposed = replace(draft, answers={**draft.answers, question.name: question.read(talk)})
    return replace(talk, session=replace(talk.session, draft=proposed))


def pending(talk: Talk, form: Form, turn: Turn) -> Turn:
    """Repeat the open question behind the answer to something else; after a pause, ask whether to go on.

    All buttons stand under the question: where buttons are numbers to type, a number must not mean two of them.
    """
    if turn.session is None or turn.session.draft is None:
        return turn
    draft = turn.session.draft
    held = replace(talk, session=turn.session)
    asked = offer(held, form) if is_stale(held) else _show(held, form, draft, note="form.pending")
    assert asked.session is not None
    others = tuple(row for reply in turn.replies for row in reply.buttons)
    said = tuple(replace(reply, buttons=()) for reply in turn.replies)
    question = replace(asked.replies[0], buttons=(*others, *asked.replies[0].buttons))
    session = replace(asked.session, misses=turn.session.misses)
    return replace(turn, replies=(*said, question), session=session)


def _draft(talk: Talk) -> Draft:
    assert talk.session.draft is not None, "the router calls a form only while there is a draft"
    return talk.session.draft


def _anew(talk: Talk, form: Form) -> Turn:
    draft = Draft(form.name, form.questions[0].name, dict(form.prefill(talk)), talk.now)
    text = lines([talk.say(form.intro, agency=talk.agency_name()), "", worded(talk, form, draft)])
    return talk.answer(text, buttons(talk, form, draft), draft=draft, step=None, misses=0, done="form_begun")


def _answered(talk: Talk, form: Form, draft: Draft, given: str) -> Turn:
    question = form.question(draft.step)
    remark = None if question is None or question.remark is None else question.remark(talk, given)
    return _onward(talk, form, replace(draft, answers={**draft.answers, draft.step: given}), remark)


def _onward(talk: Talk, form: Form, draft: Draft, remark: Markup | None = None) -> Turn:
    """Go on to the next question, or to the review after the last one or after an edit."""
    step = REVIEW if draft.editing else form.after(draft.step, draft.answers, form.prefill(talk))
    turn = _show(talk, form, replace(draft, step=step, editing=False))
    said = turn.replies[0]
    return replace(turn, replies=(replace(said, text=lines([remark, said.text])),)) if remark else turn


def _show(talk: Talk, form: Form, draft: Draft, *, note: str | None = None) -> Turn:
    """Ask the open question or show the review; a review that lacks an answer asks for it."""
    lacking = _lacking(talk, form, draft) if draft.step == REVIEW else None
    draft = draft if lacking is None else replace(draft, step=lacking)
    reply, draft = _ask(talk, form, draft, talk.say(note, title=talk.say.plain(form.title)) if note else Markup(""))
    session = replace(talk.session, draft=draft, step=None, misses=0)
    return Turn((reply,), session, done="form_answered")


def _refuse(talk: Talk, form: Form, draft: Draft, fault: Markup) -> Turn:
    """Say what is wrong and ask again; who fails twice in a row hears who can help."""
    misses = talk.session.misses + 1
    people = talk.say("form.ask_people", contact=contact(talk)) if misses > FAULTS_ALONE else ""
    reply, draft = _ask(talk, form, draft, lines([fault, people]))
    session = replace(talk.session, draft=draft, step=None, misses=misses)
    return Turn((reply,), session, done="form_fault")


def _ask(talk: Talk, form: Form, draft: Draft, note: Markup) -> tuple[Reply, Draft]:
    rows = tuple(tuple(row) for row in buttons(talk, form, draft) if row)
    return Reply(lines([note, worded(talk, form, draft)]), rows), replace(draft, asked_at=talk.now, paused=False)


def _lacking(talk: Talk, form: Form, draft: Draft) -> str | None:
    """Name the first question that lacks a good answer: a check may have become stricter since."""
    for question in form.shown(draft.answers):
        answer = question.answered(talk, draft.answers)
        is_bad = not question.optional if answer is None else question.check(talk, answer) is not None
        if is_bad:
            return question.name
    return None


# What is said to a move that is typed where it is out of place.
_NOT_NOW = {
    Move.BACK: "form.is_first",
    Move.SKIP: "form.is_needed",
    Move.KEEP: "form.nothing_to_keep",
    Move.EDIT: "form.nothing_to_edit",
    Move.SEND: "form.not_ready",
}
