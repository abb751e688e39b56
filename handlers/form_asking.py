"""What a form is, and how its open question or its review is worded, with the buttons under it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from markupsafe import Markup

from handlers.actions import action
from handlers.form_words import Move
from handlers.messages import Button, Draft, Turn
from handlers.talk import Talk, in_rows, lines
from knowledge.vietnamese import fold

VERB = "form"  # of the buttons: form, its name, a move, and the step to which the button belongs
REVIEW = "review"
SHOWN = 200  # characters of an old answer that are shown under its question
SIDE_BY_SIDE = 14  # characters of the longest label of which two stand in one row of a telephone

Check = Callable[[Talk, str], Markup | None]
"""Words what is wrong with an answer; None when nothing is."""

Answers = Mapping[str, str]
"""What was answered: name of the question → what is kept."""

Options = Callable[[Talk], Mapping[str, str]]
"""Gives the answers to choose from, in the language of the turn: what is kept (short, without a colon) → its label."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its name, the keys of its text and of its label in the review, and the check of its answers.

    `free`: whatever is typed is the answer, because a long text may hold a code or a question of its own; `names`: the
    answer may be somebody's name, and Huy and Dũng look like huỷ and dừng; `options`: the answer is one of these, by
    button or by its label; `other`: or another one, which is typed (see `choice`).

    `aside`: it is not asked in turn, only shown in the review, with what `proposes` finds in the other answers, and
    asked when somebody wants to change it; `when`: it belongs to the form only with these answers; `reads`: what a
    typed text is kept as; `words`: how what is kept is shown; `remark`: what is said above the next question.
    """

    name: str
    asks: str
    label: str
    check: Check
    optional: bool = False
    free: bool = False
    names: bool = False
    options: Options | None = None
    other: bool = False
    aside: bool = False
    proposes: Callable[[Talk, Answers], str | None] | None = None
    when: Callable[[Answers], bool] = field(default=lambda _answers: True)
    reads: Callable[[Talk, str], str] | None = None
    words: Callable[[Talk, str], str | None] | None = None
    remark: Callable[[Talk, str], Markup] | None = None

    def chosen(self, talk: Talk) -> str | None:
        """Find the option whose label was typed, with or without marks."""
        said = fold(talk.text).strip(" .,!")
        options = {} if self.options is None else self.options(talk)
        return next((kept for kept, label in options.items() if fold(label) == said), None)

    def read(self, talk: Talk) -> str:
        """Read what was typed as it is kept: the option that it names, else itself."""
        return self.chosen(talk) or (talk.text if self.reads is None else self.reads(talk, talk.text))

    def shown(self, talk: Talk, kept: str) -> str:
        """Give an answer that was kept as people read it."""
        worded = None if self.words is None else self.words(talk, kept)
        return worded or (kept if self.options is None else self.options(talk).get(kept, kept))

    def answered(self, talk: Talk, answers: Answers) -> str | None:
        """Give the answer, or what is proposed in its place."""
        known = answers.get(self.name)
        return known if known is not None or self.proposes is None else self.proposes(talk, answers)


def one_of(**labels: str) -> Options:
    """Declare the options of a choice: what is kept → the key of its label."""
    return lambda talk: {kept: talk.say.plain(label) for kept, label in labels.items()}


def choice(
    name: str,
    asks: str,
    label: str,
    options: Options,
    *,
    other: Check | None = None,
    optional: bool = False,
    aside: bool = False,
    proposes: Callable[[Talk, Answers], str | None] | None = None,
    when: Callable[[Answers], bool] = lambda _answers: True,
) -> Question:
    """Declare a question that is answered by one of a few options; with `other` also by any text that passes it."""

    def check(talk: Talk, given: str) -> Markup | None:
        if given in options(talk):
            return None
        return talk.say("form.choose") if other is None else other(talk, given)

    more = {"aside": aside, "proposes": proposes, "when": when}
    return Question(name, asks, label, check, optional, options=options, other=other is not None, **more)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Form:
    """A form: its name, the keys of its title and of what is said first, its questions, and what sending it does.

    `prefill`: answers that are known already and are not asked for, only shown in the review; `waits`: the key of what
    is said where it cannot be sent yet, None where it can.
    """

    name: str
    title: str
    intro: str
    questions: tuple[Question, ...]
    send: Callable[[Talk, Answers], Turn]
    prefill: Callable[[Talk], Answers] = field(default=lambda _talk: {})
    waits: Callable[[Talk], str | None] = field(default=lambda _talk: None)
    agrees: Callable[[Answers], str | None] = field(default=lambda _answers: None)

    def question(self, name: str) -> Question | None:
        """Give the question of this name."""
        return next((question for question in self.questions if question.name == name), None)

    def position(self, step: str) -> int:
        """Tell where a step stands; the review comes after the last question."""
        return next((place for place, one in enumerate(self.questions) if one.name == step), len(self.questions))

    def shown(self, answers: Answers) -> list[Question]:
        """List the questions of the review."""
        return [question for question in self.questions if question.when(answers)]

    def asked(self, answers: Answers) -> list[Question]:
        """List the questions that are asked in turn."""
        return [question for question in self.shown(answers) if not question.aside]

    def after(self, step: str, answers: Answers, known: Answers) -> str:
        """Give the question to ask after a step: none whose answer was known from the start, then the review."""
        later = [one for one in self.asked(answers) if self.position(one.name) > self.position(step)]
        open_ = (one.name for one in later if answers.get(one.name) is None or answers[one.name] != known.get(one.name))
        return next(open_, REVIEW)

    def before(self, step: str, answers: Answers) -> str | None:
        """Give the question asked before a step; None before the first one."""
        earlier = [one.name for one in self.asked(answers) if self.position(one.name) < self.position(step)]
        return earlier[-1] if earlier else None

    def filled(self, talk: Talk, answers: Answers) -> dict[str, str]:
        """Give all answers, proposals included, of the questions that belong to the form."""
        given = ((question.name, question.answered(talk, answers)) for question in self.shown(answers))
        return {name: answer for name, answer in given if answer is not None}

    def fits(self, draft: Draft) -> bool:
        """Tell whether a draft is one of this form as it is declared now."""
        names = {question.name for question in self.questions}
        return draft.form == self.name and draft.step in {*names, REVIEW} and draft.answers.keys() <= names


def worded(talk: Talk, form: Form, draft: Draft) -> Markup:
    """Word the open question, or the review."""
    return _review(talk, form, draft) if draft.step == REVIEW else _asked(talk, form, draft)


def _asked(talk: Talk, form: Form, draft: Draft) -> Markup:
    question = form.questions[form.position(draft.step)]
    known, text = question.answered(talk, draft.answers), talk.say(question.asks)
    if not question.aside:
        asked = [one.name for one in form.asked(draft.answers)]
        text = talk.say("form.question", number=asked.index(question.name) + 1, count=len(asked), text=text)
    if known is None:
        return text
    return lines([text, talk.say("form.known", answer=_short(question.shown(talk, known)))])


def _review(talk: Talk, form: Form, draft: Draft) -> Markup:
    answers = []
    for number, question in enumerate(form.shown(draft.answers), 1):
        kept = question.answered(talk, draft.answers)
        answer = question.shown(talk, kept) if kept else talk.say("form.none")
        answers.append(talk.say("form.answer", number=number, label=talk.say.plain(question.label), answer=answer))
    agreed = form.agrees(draft.answers)
    return lines([talk.say("form.review"), *answers, talk.say(agreed) if agreed else "", talk.say("form.finish")])


def buttons(talk: Talk, form: Form, draft: Draft) -> list[list[Button]]:
    """Lay out what one may choose from, and what one may do at this step besides answering."""
    if draft.step == REVIEW:
        # The edits come first, so that where buttons are numbers a number is that of its question.
        edits = [_edit_button(talk, form, question) for question in form.shown(draft.answers)]
        return [*in_rows(edits, 2), [talk.button("send", VERB, form.name, Move.SEND), *cancel(talk)]]
    question = form.question(draft.step)
    row, last = [], cancel(talk)
    if question is not None and question.answered(talk, draft.answers) is not None:
        row.append(talk.button("keep", VERB, form.name, Move.KEEP, draft.step))
    if question is not None and question.optional:
        row.append(talk.button("skip", VERB, form.name, Move.SKIP, draft.step))
    back = (VERB, form.name, Move.BACK, draft.step)
    if draft.editing:
        last.insert(0, talk.button("to_review", *back))
    elif form.before(draft.step, draft.answers) is not None:
        last.insert(0, talk.button("prior", *back))
    return [*_option_rows(talk, form, question), row, last]


def _option_rows(talk: Talk, form: Form, question: Question | None) -> list[list[Button]]:
    """Lay the options out; they come first, so that where buttons are numbers the first option is 1."""
    if question is None or question.options is None:
        return []
    place = (VERB, form.name, Move.CHOOSE, question.name)
    choices = [Button(label, action(*place, kept)) for kept, label in question.options(talk).items()]
    if question.other:
        choices.append(talk.button("other", VERB, form.name, Move.OTHER, question.name))
    return in_rows(choices, 2 if max(len(button.label) for button in choices) <= SIDE_BY_SIDE else 1)


def _edit_button(talk: Talk, form: Form, question: Question) -> Button:
    label = talk.say.plain("form.edit", label=talk.say.plain(question.label))
    return Button(label, action(VERB, form.name, Move.EDIT, question.name))


def cancel(talk: Talk) -> list[Button]:
    """Give the way out, which stands under every question."""
    return [talk.button("cancel", "cancel")]


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN].rstrip()}…"
