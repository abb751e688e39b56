"""The golden questions: would an edition answer them worse than the one before it?

Only what both editions hold is compared, and only with the edition before: a question counts when an expected procedure
is in both, and one that is out of scope when it is now answered with a procedure that is in both and was not before.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from importlib import resources

from knowledge.catalogue.differences import pairs
from knowledge.catalogue.model import Edition, Procedure, national_part
from knowledge.catalogue.search_entries import search_entries
from knowledge.search import Decision, Found, Index

OFFERED = 3
"""Candidates of a choice that a person is shown."""


class Grade(IntEnum):
    """How a question is answered, the worst first."""

    WRONG = 0
    MISSED = 1
    OFFERED = 2
    RIGHT = 3


@dataclass(frozen=True, slots=True)
class Question:
    """A golden question and the ids or national codes that are right answers; none for one out of scope."""

    text: str
    expected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lost:
    """A question that the new edition answers worse, and the id that it finds first, "" for none."""

    question: str
    before: Grade
    after: Grade
    found: str


@dataclass(frozen=True, slots=True)
class Trial:
    """Two editions on the golden questions.

    `asked`: questions that count; how many each edition answers rightly (`right`), answers or offers rightly (`found`)
    and answers wrongly (`wrong`), (before, after); `lost`: those that became worse.
    """

    asked: int
    right: tuple[int, int]
    found: tuple[int, int]
    wrong: tuple[int, int]
    lost: tuple[Lost, ...]

    @property
    def is_worse(self) -> bool:
        """Whether fewer are answered or offered rightly, or more wrongly."""
        return self.right[1] < self.right[0] or self.found[1] < self.found[0] or self.wrong[1] > self.wrong[0]


@cache
def golden_questions() -> tuple[Question, ...]:
    """The questions that are shipped: the tuning half."""
    text = resources.files("knowledge").joinpath("data/golden/tune.jsonl").read_text(encoding="utf-8")
    records = [json.loads(line) for line in text.splitlines()]
    return tuple(Question(record["q"], tuple(record["expect"])) for record in records)


def trial(old: Edition, new: Edition, questions: tuple[Question, ...] | None = None) -> Trial:
    """Ask both editions the golden questions; it takes some seconds."""
    both = list(pairs(old, new))
    named = _names(both)
    before, after = Index(search_entries(old.procedures)), Index(search_entries(new.procedures))
    kept = {a.id for a, _ in both}, {b.id for _, b in both}
    grades: list[tuple[Grade, Grade]] = []
    lost: list[Lost] = []
    for question in golden_questions() if questions is None else questions:
        known = [named[key] for key in question.expected if key in named]
        if question.expected and not known:
            continue
        answers = before.search(question.text, OFFERED), after.search(question.text, OFFERED)
        was, now = (_grade(answers[n], {ids[n] for ids in known}, kept[n]) for n in (0, 1))
        grades.append((was, now))
        if now < was:
            lost.append(Lost(question.text, was, now, answers[1].hits[0].id if answers[1].hits else ""))
    right, offered, wrong = (_both(grades, grade) for grade in (Grade.RIGHT, Grade.OFFERED, Grade.WRONG))
    found = right[0] + offered[0], right[1] + offered[1]
    return Trial(len(grades), right, found, wrong, tuple(lost))


def _both(grades: Sequence[tuple[Grade, Grade]], grade: Grade) -> tuple[int, int]:
    """Count, for each edition, the questions that it answers so."""
    return sum(before is grade for before, _ in grades), sum(after is grade for _, after in grades)


def _names(both: Iterable[tuple[Procedure, Procedure]]) -> Mapping[str, tuple[str, str]]:
    """By what the questions call a procedure, its id or its national code, its ids in both editions."""
    named: dict[str, tuple[str, str]] = {}
    for old, new in both:
        for key in (old.id, new.id, national_part(old.code or ""), national_part(new.code or "")):
            if key:
                named.setdefault(key, (old.id, new.id))
    return named


def _grade(found: Found, expected: set[str], kept: set[str]) -> Grade:
    """Grade an answer; for a question out of scope (nothing expected) no answer is the right one."""
    ids = [hit.id for hit in found.hits]
    if found.decision is Decision.answer:
        if not expected:
            return Grade.WRONG if ids[0] in kept else Grade.RIGHT
        return Grade.RIGHT if ids[0] in expected else Grade.WRONG
    if not expected:
        return Grade.RIGHT
    if found.decision is Decision.choose and expected & set(ids):
        return Grade.OFFERED
    return Grade.MISSED
