"""Officials in chat: an invite links a conversation, and what only they may do is known to nobody else.

A link or a code only shows a button; the press uses the code up, so a preview that opens a link does not. Whoever is no
official gets for an official's command the same answer as for a command that does not exist. A group or a topic is
linked the same way, by an invite for a group: it hears, and whoever presses there has the rights of their own.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from handlers import front
from handlers.actions import SEPARATOR, action
from handlers.messages import ACTION_BYTES, Button, Turn
from handlers.rooms import Room
from handlers.standing import ADMINISTRATORS, INTAKE, PEOPLE, role_of
from handlers.talk import Talk, in_rows, lines
from storage import audit
from storage.officials import departures
from storage.officials import register as officials
from storage.officials.register import CODE, Role, plain_code, written

LINK = "moi_"  # what a deep link to an invite brings: /start moi_CODE
PUBLIC_CHANNELS = frozenset({"zalo_oa"})  # the agency's public account never carries officials' news
DAYS = 3  # how long an invite that was made in chat can be used


def may_take_in(talk: Talk) -> bool:
    """Tell whether files of dossiers are taken from whoever speaks, here."""
    return not talk.group and role_of(talk) in INTAKE


def _invited(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Read a command with a code, or the press of the button that uses one."""
    match arguments:
        case ():
            return _show(talk, plain_code(talk.text)) or _offer(talk)
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
    found = officials.open_invite(talk.tx, code, talk.now)
    if found is None:
        return front.in_private(talk) if talk.group else _spent(talk)
    one = found.official
    if talk.account.channel in PUBLIC_CHANNELS:
        return talk.answer(
            talk.say("official.not_here"), [[talk.button("menu", "menu")]], misses=0, done="invite_elsewhere"
        )
    if talk.group is not (one.role is Role.GROUP):
        return front.in_private(talk) if talk.group else _for_a_group(talk)
    text = talk.say("official.invited", name=one.name or "", role=_role(talk, one.role), agency=talk.agency_short())
    return talk.answer(text, [[talk.button("accept", "invite", code)], [talk.button("menu", "menu")]], misses=0)


def _for_a_group(talk: Talk) -> Turn:
    text = talk.say("official.for_a_group")
    return talk.answer(text, [[talk.button("menu", "menu")]], misses=0, done="invite_elsewhere")


def _accept(talk: Talk, code: str) -> Turn | None:
    if not officials.is_ours(talk.tx, code) or talk.account.channel in PUBLIC_CHANNELS:
        return None
    found = officials.open_invite(talk.tx, code, talk.now)
    if found is not None and talk.group is not (found.official.role is Role.GROUP):
        return None
    if found is None or not officials.accept(talk.tx, found, talk.account.id, talk.now):
        return None if talk.group else _spent(talk)
    role = found.official.role
    text = lines([talk.say("official.linked", role=_role(talk, role)), _can(talk, role)])
    turn = talk.answer(text, [[talk.button("menu", "menu")]], misses=0, done="official_linked")
    return replace(turn, detail=f"official {found.official.id}, {role}")


def _spent(talk: Talk) -> Turn:
    text = talk.say("official.spent", agency=talk.agency_short())
    return talk.answer(text, [[talk.button("menu", "menu")]], done="invite_spent")


def _offer(talk: Talk) -> Turn | None:
    """Offer an administrator the roles for somebody new, whose name stands behind the command."""
    if talk.group or role_of(talk) is not Role.ADMINISTRATOR or CODE.fullmatch(plain_code(talk.text)):
        return None
    name = " ".join(talk.text.replace(SEPARATOR, " ").split())
    if not name:
        return talk.answer(talk.say("official.whom"), [[talk.button("menu", "menu")]], misses=0)
    buttons = [Button(_role(talk, role), action("invitenew", role, _short(role, name))) for role in Role]
    return talk.answer(talk.say("official.which_role", name=name), in_rows(buttons, 2), misses=0)


def _short(role: Role, name: str) -> str:
    """Cut a name off so that it fits into a button."""
    while len(":".join(("1", "invitenew", role, name)).encode()) > ACTION_BYTES:
        name = name[:-1]
    return name


def _make(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Make an invite for an administrator who pressed a role."""
    if len(arguments) != 2 or arguments[0] not in set(Role) or not arguments[1].strip():
        return None
    role, until = Role(arguments[0]), talk.now + timedelta(days=DAYS)
    number, code = officials.invite_new(talk.tx, role, arguments[1], talk.now, until)
    shown = {"role": _role(talk, role), "name": arguments[1], "code": written(code), "until": talk.moment(until)}
    text = talk.say("official.made", **shown)
    turn = talk.answer(text, [[talk.button("menu", "menu")]], misses=0, done="official_invited")
    return replace(turn, detail=f"official {number}, {role}, in chat")


def _revoke(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """List who can be revoked, ask, and take the rights at once."""
    match arguments:
        case ():
            rows = [[Button(_named(talk, one), action("revoke", str(one.id)))] for one in _others(talk)]
            text = talk.say("official.whom_to_revoke" if rows else "official.nobody_to_revoke")
            return talk.answer(text, [*rows, [talk.button("menu", "menu")]], misses=0)
        case (number, *sure) if (one := _other(talk, number)) is not None and sure in ([], ["yes"]):
            if not sure:
                rows = [[talk.button("revoke", "revoke", number, "yes"), talk.button("menu", "menu")]]
                return talk.answer(talk.say("official.sure", name=_named(talk, one)), rows, misses=0)
            departures.dismiss(talk.tx, one.id, talk.now)
            audit.add(talk.tx, "official_revoked", talk.now, detail=f"official {one.id}, in chat")
            text = talk.say("official.revoked", name=_named(talk, one))
            return talk.answer(text, [[talk.button("menu", "menu")]], misses=0, done="revoked")
    return None


def _others(talk: Talk) -> list[officials.Official]:
    listed = (one for one, _, _ in officials.listed(talk.tx))
    return [one for one in listed if one.revoked_at is None and one.account_id != talk.account.id]


def _other(talk: Talk, number: str) -> officials.Official | None:
    return next((one for one in _others(talk) if str(one.id) == number), None)


def _named(talk: Talk, one: officials.Official) -> str:
    return f"{one.id}. {one.name or '–'} ({_role(talk, one.role)})"[:60]


def _about(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Tell an official who they are here, and what they can do."""
    role = role_of(talk)
    if arguments or role is None:
        return None
    text = lines([talk.say("official.you_are", role=_role(talk, role)), _can(talk, role)])
    return talk.answer(text, [[talk.button("menu", "menu")]], misses=0)


def _can(talk: Talk, role: Role) -> str:
    if role in INTAKE:
        return talk.say("official.can_take_in")
    return talk.say(f"official.can_{role}")


def _role(talk: Talk, role: Role) -> str:
    return talk.say.plain(f"role.{role}")


ROOM = Room(
    "officials",
    verbs={"invite": _invited, "invitenew": _make, "revoke": _revoke, "staff": _about},
    commands={"moi": "invite", "canbo": "staff", "thuhoi": "revoke"},
    links=_linked,
    hears=_typed,
    roles={"invitenew": ADMINISTRATORS, "revoke": ADMINISTRATORS, "staff": PEOPLE},
)
