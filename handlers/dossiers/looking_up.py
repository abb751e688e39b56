"""Looking dossiers up: the codes in a message, with or without a proof of being the owner, and what is told for each.

A proof is the secret that is printed on the receipt, or a telephone number that the platform vouches for and that the
dossier holds. A tax code is public and proves nothing. Who sends a proof that does not fit hears the same as who sends
a code that does not exist, after as many queries (`guard.py` says when).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from markupsafe import Markup

from handlers.board import contact
from handlers.dossiers import words as tell
from handlers.dossiers.asking import ASKED, Asked, bare_secret, by_secret, example, for_code
from handlers.dossiers.guard import Guard
from handlers.messages import Button, Reply, Turn
from handlers.talk import Talk, lines
from knowledge.receipt_code import Problem, Reading
from storage.dossiers import follows
from storage.dossiers import records as dossiers
from storage.dossiers.records import Dossier
from storage.people import consents

AGREES = "yes"  # the argument of a button under whose text a consent stands
FOLLOW_CONSENT = "consent.text_follow"
PROOF = "proof"  # the open question for the secret of `Session.code`
CODES_ANSWERED = 5  # codes of one message that are looked up; more is a list, not a question
PROVED = timedelta(minutes=30)  # our choice: who proved to be the owner is not asked again while they look around
NO_DOSSIER = 0  # the number of none: a code that is not there costs the same queries
TAX_CODE = re.compile(r"[0-9]{10}(?:-?[0-9]{3})?")  # of a business, and of a unit of it (Thông tư 105/2020/TT-BTC)


@dataclass(frozen=True, slots=True)
class _Told:
    """What is told for one code; `dossier` when something was, `code` when one may go on with it.

    `wants_proof`: the secret is asked for; `again`: one that did not fit may be sent anew.
    """

    text: Markup
    code: str | None = None
    dossier: Dossier | None = None
    proved: bool = False
    wants_proof: bool = False
    again: bool = False


def answer(talk: Talk, wanted: Sequence[Asked]) -> Turn:
    """Tell what may be told of the codes in a message."""
    given = wanted[:CODES_ANSWERED]
    guesses = [one.reading.code.text for one in given if one.fits is not None and one.reading.code is not None]
    guard = Guard(talk, guesses)
    told = [_tell(talk, guard, one) for one in given]
    text = Markup("\n\n").join(one.text for one in told)
    if len(wanted) > CODES_ANSWERED:
        text += Markup("\n\n") + talk.say("lookup.too_many", most=CODES_ANSWERED)
    last = next((one for one in reversed(told) if one.code is not None), None)
    rows = _buttons(talk, told)
    text = lines([text, agreeing(talk, rows)])
    turn = talk.answer(text, rows, misses=0, done="looked_up", **_going_on(talk, last))
    asks = [_asks_phone(talk)] if last is not None and last.wants_proof and _may_share(talk) else []
    return replace(turn, replies=(*turn.replies, *asks), events=guard.close(), not_before=guard.not_before)


def _tell(talk: Talk, guard: Guard, one: Asked) -> _Told:
    reading = one.reading
    if reading.code is None or reading.problem is not None:
        return _Told(_fault(talk, reading))
    code = reading.code.text
    guard.asked(reading.code)
    if one.fits is not None:
        found = dossiers.find(talk.tx, code)
        fits = one.fits(talk.tx, NO_DOSSIER if found is None else found.id)
        if found is None or not fits:
            guard.missed()
            return _Told(talk.say("proof.no_match", code=code, contact=contact(talk)), code, again=True)
        follows.own(talk.tx, found.id, talk.account.id)
        return _Told(tell.detail(talk, found), found.code, found, proved=True)
    if guard.wants_proof:
        return _Told(talk.say("proof.in_private" if talk.group else "proof.needed", code=code), code, wants_proof=True)
    found = dossiers.find(talk.tx, code)
    if found is None:
        guard.missed()
        return _Told(talk.say("lookup.not_found", code=code, contact=contact(talk)), code)
    return _Told(tell.public(talk, found), found.code, found)


def _going_on(talk: Talk, last: _Told | None) -> dict[str, str | None]:
    """Say which dossier the conversation is about now, and whether its secret is asked for."""
    if last is None:
        return {"step": None}
    step = PROOF if (last.wants_proof or last.again) and not talk.group else None
    kept = talk.session.proved_until if last.code == talk.session.code else None
    until = (talk.now + PROVED).isoformat() if last.proved else kept
    return {"step": step, "code": last.code, "proved_until": until}


def _buttons(talk: Talk, told: Sequence[_Told]) -> list[list[Button]]:
    found = told[0] if len(told) == 1 else None
    own = [] if found is None or found.dossier is None else dossier_buttons(talk, found.dossier, proved=found.proved)
    last = [talk.button("lookup", "lookup"), talk.button("human", "human")]
    return [own, last, [talk.button("menu", "menu")]]


def dossier_buttons(talk: Talk, dossier: Dossier, *, proved: bool) -> list[Button]:
    """Lay out what one may do with a dossier that was found: follow it, or no longer, and see more."""
    known = follows.find(talk.tx, talk.account.id, dossier.id)
    row = []
    if known is None or (proved and not known.may_tell(talk.now)):
        row = [] if dossier.status.is_final else [follow_button(talk, dossier.code)]
    else:
        row = [talk.button("unfollow", "unfollow", dossier.code)]
    return row if proved or talk.group else [*row, talk.button("more", "more", dossier.code)]


def follow_button(talk: Talk, code: str) -> Button:
    """Offer to follow a dossier; where that is a consent, its text stands above (`agreeing`) and the button says so."""
    agreed = () if talk.group or consents.may_follow(talk.tx, talk.account.id) else (AGREES,)
    return talk.button("follow", "follow", code, *agreed)


def agreeing(talk: Talk, rows: Sequence[Sequence[Button]]) -> Markup | str:
    """Give the text of the consent that a button of these gives; "" where none does."""
    gives = any(button.action.endswith(f":{AGREES}") for row in rows for button in row)
    return talk.say(FOLLOW_CONSENT) if gives else ""


def ask_code(talk: Talk) -> Turn:
    """Ask for the code, or look up what was typed behind the command."""
    text = talk.say("lookup.ask", example=example(talk.agency), contact=contact(talk))
    return talk.answer(text, [[talk.button("mine", "mine"), talk.button("menu", "menu")]], misses=0, step=ASKED)


def more(talk: Talk, code: str) -> Turn:
    """Show what only the owner may see, or ask for the proof."""
    known = _standing(talk, code)
    if known is not None:
        rows = [dossier_buttons(talk, known, proved=True), [talk.button("mine", "mine"), talk.button("menu", "menu")]]
        text = lines([tell.detail(talk, known), agreeing(talk, rows)])
        return talk.answer(text, rows, misses=0, step=None, code=code, done="looked_up")
    text = lines([talk.say("proof.ask", code=code), talk.say("proof.tax_code")])
    # Whose proof of another dossier stood for this one would see it without any.
    turn = talk.answer(text, [[talk.button("menu", "menu")]], step=PROOF, code=code, proved_until=None, misses=0)
    return replace(turn, replies=(*turn.replies, _asks_phone(talk))) if _may_share(talk) else turn


def _standing(talk: Talk, code: str) -> Dossier | None:
    """Give the dossier of a code whose owner this person proved to be, just now or by a follow that still lasts."""
    found = dossiers.find(talk.tx, code)
    known = follows.find(talk.tx, talk.account.id, NO_DOSSIER if found is None else found.id)
    return found if is_proved(talk, code) or (known is not None and known.may_tell(talk.now)) else None


def is_proved(talk: Talk, code: str) -> bool:
    """Tell whether this person proved a moment ago to be the owner of this dossier."""
    session = talk.session
    if talk.group or session.proved_until is None or session.code != code:
        return False
    return talk.now < datetime.fromisoformat(session.proved_until)


def take_secret(talk: Talk) -> Turn | None:
    """Read the secret that was asked for; None when the message is something else."""
    secret = bare_secret(talk.text)
    if talk.group or talk.session.code is None or secret is None:
        return None
    return answer(talk, for_code(talk, talk.session.code, by_secret(secret)))


def take_phone(talk: Talk) -> Turn:
    """Take a shared telephone number as the proof, if it is the sender's own."""
    if not _may_share(talk) or talk.phone is None:
        return talk.answer(talk.say("proof.not_own"), [[talk.button("menu", "menu")]], done="phone_refused")
    if talk.session.code is None:
        return ask_code(talk)
    return answer(talk, for_code(talk, talk.session.code, partial(dossiers.has_phone, phone=talk.phone)))


def _may_share(talk: Talk) -> bool:
    return talk.account.channel in talk.agency.vouching and not talk.group


def _asks_phone(talk: Talk) -> Reply:
    return Reply(talk.say("proof.ask_phone"), asks_phone=talk.say.plain("button.share_phone"))


def _fault(talk: Talk, reading: Reading) -> Markup:
    """Say what is wrong with a code."""
    if reading.code is None or reading.problem is Problem.FORMAT:
        if TAX_CODE.fullmatch(talk.text.strip()):
            return talk.say("lookup.tax_code", example=example(talk.agency))
        return talk.say("lookup.format", example=example(talk.agency))
    code = reading.code.text
    match reading.problem:
        case Problem.DATE:
            digits = code.rsplit("-", 1)[0].rsplit("-", 1)[-1]
            return talk.say("lookup.date", code=code, digits=digits)
        case Problem.FUTURE:
            return talk.say("lookup.future", code=code)
    return talk.say("lookup.other_agency", code=code, agency=talk.agency_name())
