"""The questions by which a person says who they are: name, address and phone, asked alike wherever they are asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from markupsafe import Markup

from handlers.form_asking import Options, Question
from handlers.talk import Talk

LINE_LEAST, LINE_MOST = 2, 200  # characters of a name or an address
# Vietnamese numbers have 10 digits since 2018, land lines 11; numbers from abroad at most 15 (ITU-T E.164).
PHONE = re.compile(r"(?<!\d)(?:0\d{9,10}|84\d{9,10}|\+\d{8,15})(?!\d)")
When = Callable[[Mapping[str, str]], bool]


def line(talk: Talk, given: str) -> Markup | None:
    """Check a name, an address or another single line; gives what is wrong with it."""
    if not LINE_LEAST <= len(given) <= LINE_MOST:
        return talk.say("feedback.line_bad", least=LINE_LEAST, most=LINE_MOST)
    # Who runs ahead gives the phone where the address is asked for.
    return None if any(map(str.isalpha, given)) else talk.say("feedback.line_wordless")


def phone(talk: Talk, given: str) -> Markup | None:
    """Check a telephone number; gives what is wrong with it."""
    found = PHONE.search(re.sub(r"[\s.\-()]", "", given))
    return None if found and len(given) <= LINE_MOST else talk.say("feedback.phone_bad")


def name_question(options: Options | None = None) -> Question:
    """Ask for the name; `options`: what may be chosen instead of one."""
    return Question("name", "feedback.name", "feedback.name_label", line, names=True, options=options)


def address_question(when: When = lambda _answers: True) -> Question:
    """Ask for the address."""
    return Question("address", "feedback.address", "feedback.address_label", line, when=when)


def phone_question(when: When = lambda _answers: True) -> Question:
    """Ask for the phone."""
    return Question("phone", "feedback.phone", "feedback.phone_label", phone, when=when)
