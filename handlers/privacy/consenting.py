"""Consents by a button, one for each purpose; nothing is ticked before, and each can be taken back."""

from __future__ import annotations

from handlers.messages import Turn
from handlers.privacy.noting import note
from handlers.talk import Talk, lines
from storage import feedback
from storage.dossiers import follows
from storage.people import consents
from storage.people.privacy_requests import Asked


def act(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Show what is asked for, take the consent, or take it back."""
    match arguments:
        case (purpose,) if purpose in consents.PURPOSES:
            return _ask(talk, purpose)
        case (purpose, "yes") if purpose in consents.PURPOSES and purpose != consents.PHONE:
            return _give(talk, purpose)
        case (purpose, "no") if purpose in consents.PURPOSES:
            return _withdraw(talk, purpose)
    return None


def _ask(talk: Talk, purpose: str) -> Turn:
    if consents.stands(talk.tx, talk.account.id, purpose):
        choose = talk.button("consent_no", "consent", purpose, "no")
    elif purpose == consents.PHONE:  # there is nothing to consent to before a number is shared
        choose = talk.button("by_phone", "byphone")
    else:
        choose = talk.button("consent_yes", "consent", purpose, "yes")
    return talk.answer(talk.say(f"consent.text_{purpose}"), [[choose], [talk.button("menu", "menu")]], misses=0)


def _give(talk: Talk, purpose: str) -> Turn:
    """Note the consent to the text as it stands now, with who, when and how."""
    text = talk.say.plain(f"consent.text_{purpose}")
    consents.give(talk.tx, talk.account.id, purpose, text, talk.language, talk.now)
    if purpose == consents.CONTACT:
        _remember(talk)
    return talk.answer(talk.say("consent.given"), [[talk.button("menu", "menu")]], misses=0, done="consent_given")


def _remember(talk: Talk) -> None:
    """Remember the contact of the last feedback that has one."""
    mine = feedback.listed(talk.tx, 5, feedback.Wanted(account_id=talk.account.id))
    last = next((one for one in mine if one.sender_name and one.sender_phone), None)
    if last is not None:
        values = {"name": last.sender_name, "address": last.sender_address, "phone": last.sender_phone}
        consents.remember(talk.tx, talk.account.id, values, talk.now)


def _withdraw(talk: Talk, purpose: str) -> Turn:
    """Take the consent back, and stop what only it allowed."""
    consents.withdraw(talk.tx, talk.account.id, purpose, talk.now)
    if purpose in consents.FOLLOWED:
        for archived in (False, True):
            for follow, _ in follows.listed(talk.tx, talk.account.id, archived=archived):
                follows.end(talk.tx, follow.id)
    note(talk, Asked.WITHDRAW, f"consent to {purpose} withdrawn")
    going_on = purpose == consents.FEEDBACK and bool(_open_ones(talk))
    rows = [[talk.button("my_feedback", "pakn", "mine")]] if going_on else []
    text = lines([talk.say("consent.withdrawn"), talk.say("consent.feedback_goes_on") if going_on else ""])
    return talk.answer(text, [*rows, [talk.button("menu", "menu")]], misses=0, done="consent_withdrawn")


def _open_ones(talk: Talk) -> list[feedback.Feedback]:
    """List this person's feedback on which somebody still works: the law on feedback has it answered."""
    return feedback.listed(talk.tx, 1, feedback.Wanted(feedback.OPEN, account_id=talk.account.id))
