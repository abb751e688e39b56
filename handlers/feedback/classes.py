"""The classes that a person can choose from: those of Nghị định 20/2008/NĐ-CP, Điều 5, and what is none of them."""

from __future__ import annotations

from handlers.form_asking import Options
from knowledge.feedback_kind import CLAUSES, FeedbackKind, classify

BOTH, OTHER = "both", "other"
_CONDUCT = 1  # khoản 1 is about conduct, 2 to 8 about regulations
NAMES = (*(str(clause) for clause in CLAUSES), BOTH, OTHER)


def _classes() -> Options:
    return lambda talk: {name: talk.say.plain(f"feedback.class_{name}") for name in NAMES}


CLASSES = _classes()


def class_of(content: str) -> str:
    """Propose the class of a content: a clause of Điều 5, both or other."""
    found = classify(content)
    if found.kind is FeedbackKind.BOTH:
        return BOTH
    return OTHER if found.clause is None else str(found.clause)


def parts_of(name: str) -> tuple[str, int | None]:
    """Give the kind and the clause that a class stands for, as the register keeps them."""
    if name in (BOTH, OTHER):
        return name, _CONDUCT if name == BOTH else None
    clause = int(name)
    return str(FeedbackKind.CONDUCT if clause == _CONDUCT else FeedbackKind.REGULATION), clause
