"""Officials in chat: an invite links a conversation, and what only they may do is known to nobody else.

A link or a code only shows a button; the press uses the code up, so a preview that opens a link does not. Whoever is no
official gets for an official's command the same answer as for a command that does not exist.
"""

from __future__ import annotations

from dataclasses import replace

from handlers import front
from handlers.messages import Turn
from handlers.rooms import Room
from handlers.talk import Talk, lines
from storage import officials
from storage.officials import CODE, Role, plain_code

LINK = "moi_"  # what a deep link to an invite brings: /start moi_CODE
INTAKE = frozenset({Role.ADMINISTRATOR, Role.OFFICIAL})
"""Who takes files in, and hears when a source is silent."""


def role_of(talk: Talk) -> Role | None:
    """Tell the role of whoever speaks."""
    return officials.role_of(talk.tx, talk.account.id)


def may_take_in(talk: Talk) -> bool:
    """Tell whether files of dossiers are taken from whoever speaks, here."""
    return not talk.group and role_of(talk) in INTAKE


def _invited(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Read a command with a code, or the press of the button that uses one."""
    match arguments:
        case ():
            return _show(talk, plain_code(talk.text))
        case (code,):
            return _accept(talk, code)
    return None


def _linked(talk: Talk) -> Turn | None:
    """Read what a deep link brought."""
    return _show(talk, talk.text.removeprefix(LINK)) if talk.text.startswith(LINK) else None


def _typed(talk: Talk) -> Turn | None:
    """Read a code that was typed or pasted as it is."""
    code = plain_code(talk.text)
    return _show(talk, code) if CODE.fullmatch(code) else None


def _show(talk: Talk, code: str) -> Turn | None:
    """Say whose invite this is over the button that takes it; None for a code that was never made here."""
    if not officials.is_ours(talk.tx, code):
        return None
    if talk.group:
        return front.in_private(talk)
    found = officials.open_invite(talk.tx, code, talk.now)
    if found is None:
        return _spent(talk)
    one = found.official
    text = talk.say("official.invited", name=one.name or "", role=_role(talk, one.role), agency=talk.agency_short())
    return talk.answer(text, [[talk.button("accept", "invite", code)], [talk.button("menu", "menu")]], misses=0)


def _accept(talk: Talk, code: str) -> Turn | None:
    if talk.group or not officials.is_ours(talk.tx, code):
        return None
    found = officials.open_invite(talk.tx, code, talk.now)
    if found is None or not officials.accept(talk.tx, found, talk.account.id, talk.now):
        return _spent(talk)
    role = found.official.role
    text = lines([talk.say("official.linked", role=_role(talk, role)), _can(talk, role)])
    turn = talk.answer(text, [[talk.button("menu", "menu")]], misses=0, done="official_linked")
    return replace(turn, detail=f"official {found.official.id}, {role}")


def _spent(talk: Talk) -> Turn:
    text = talk.say("official.spent", agency=talk.agency_short())
    return talk.answer(text, [[talk.button("menu", "menu")]], done="invite_spent")


def _about(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Tell an official who they are here, and what they can do."""
    role = role_of(talk)
    if arguments or talk.group or role is None:
        return None
    text = lines([talk.say("official.you_are", role=_role(talk, role)), _can(talk, role)])
    return talk.answer(text, [[talk.button("menu", "menu")]], misses=0)


def _can(talk: Talk, role: Role) -> str:
    return talk.say("official.can_take_in") if role in INTAKE else talk.say("official.can_read")


def _role(talk: Talk, role: Role) -> str:
    return talk.say.plain(f"role.{role}")


ROOM = Room(
    "officials",
    verbs={"invite": _invited, "staff": _about},
    commands={"moi": "invite", "canbo": "staff"},
    links=_linked,
    hears=_typed,
)
