"""What plain words and typed commands stand for: the verb that a button would have said, and when they are taken so."""

from __future__ import annotations

from handlers.form_asking import Question
from handlers.talk import Talk
from knowledge.matters import Matter, Meant

# Wishes that are taken at their word even inside a longer message.
FIRST = frozenset(
    {Matter.lookup, Matter.feedback, Matter.human, Matter.address, Matter.vietnamese, Matter.english},
)
# Politeness is no wish where an answer is open; an "ok" under the review of a form neither sends nor leaves it.
POLITE = frozenset({Matter.greeting, Matter.menu, Matter.thanks, Matter.bye})

WISHES: dict[Matter, tuple[str, tuple[str, ...]]] = {
    **{matter: (matter.value, ()) for matter in Matter},
    Matter.greeting: ("start", ()),
    Matter.address: ("board", ()),
    Matter.phone: ("board", ()),
    Matter.vietnamese: ("lang", ("vi",)),
    Matter.english: ("lang", ("en",)),
}
COMMANDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "start": ("start", ()),
    "batdau": ("start", ()),
    "menu": ("menu", ()),
    "help": ("help", ()),
    "trogiup": ("help", ()),
    "thutuc": ("fields", ()),
    "tracuu": ("lookup", ()),
    "hoso": ("lookup", ()),
    "hosocuatoi": ("mine", ()),
    "phananh": ("feedback", ()),
    "lienhe": ("board", ()),
    "gapcanbo": ("human", ()),
    "huy": ("cancel", ()),
    "cancel": ("cancel", ()),
    "tiengviet": ("lang", ("vi",)),
    "english": ("lang", ("en",)),
    "vi": ("lang", ("vi",)),
    "en": ("lang", ("en",)),
}


def breaks_in(said: Meant, talk: Talk, question: Question | None) -> bool:
    """Tell whether a wish breaks into a form: one that fills the message and can be no answer to the open question.

    Huy and Dũng are names, and without their marks huỷ and dừng look the same.
    """
    if not talk.session.is_filling:
        return said.wholly
    if question is None:
        return said.wholly and said.matter not in POLITE - {Matter.menu}
    return said.wholly and (said.exact or not (question.names or said.matter in POLITE))
