"""Whoever has not the role for a command or a button gets the answer to one that does not exist.

What there is to try is read from the rooms that the bot is composed of, so a new verb is tried from its first day; one
that is neither for a role nor declared public here fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.app import rooms
from handlers import deep_links, linking
from handlers.actions import action
from handlers.catalogue import checklists
from handlers.dossiers import follows, phone_notices, receipt_photos
from handlers.messages import Incoming, Kind, Reply
from handlers.rooms import Room
from storage import accounts
from storage.database import Database
from storage.officials import register as officials
from storage.officials.register import Role
from storage.schema import audit
from tests.stories.chat import open_office
from tests.stories.office import Office

ADDED = rooms("nd09")
ALWAYS = (follows.ROOM, receipt_photos.ROOM, checklists.ROOM, deep_links.ROOM)  # of everybody's conversation
OPEN = (*ALWAYS, linking.ROOM, phone_notices.ROOM)
PUBLIC = {verb for room in OPEN for verb in room.verbs} | {"invite", "news", "dialogueask", "person"}
PUBLIC |= {
    "pakn",
    "consent",
    "data",
    "erase_data",
    "rate",
    "denounce",
}  # one's own feedback, consents, data and opinion
VERBS = {verb: room for room in ADDED for verb in room.verbs}
GUARDED = sorted(verb for verb in VERBS if verb not in PUBLIC)
COMMANDS = {name: verb for room in ADDED for name, verb in room.commands.items()}
ARGUMENTS: tuple[tuple[str, ...], ...] = ((), ("1",), ("1", "yes"), ("2026-11-23",), ("official", "Mai"))
STRANGER = "stranger"
PERSONS = [STRANGER, *(str(role) for role in Role if role is not Role.GROUP)]


@pytest.fixture
def office(database: Database) -> Iterator[Office]:
    """An office in which everybody is called by their role."""
    with open_office(database, rooms=ADDED) as opened:
        for role in Role:
            link(opened, role, str(role))
        yield opened


def link(office: Office, role: Role, name: str) -> None:
    with office.database.transaction() as tx:
        now = office.clock()
        who = accounts.ensure(tx, channel="test", address=name, lane=office.lane(name), now=now)
        _, code = officials.invite_new(tx, role, name, now, now + timedelta(days=1))
        found = officials.open_invite(tx, code, now)
        assert found is not None
        assert officials.accept(tx, found, who, now)


def presses(office: Office, who: str, verb: str, arguments: tuple[str, ...], group: str = "") -> list[Reply]:
    by = who if group else None
    return office.receives(group or who, Incoming(Kind.TAP, action(verb, *arguments), group=bool(group), by=by))


def allowed(verb: str, who: str) -> bool:
    return who in set(map(str, VERBS[verb].roles[verb]))


def test_every_button_and_command_is_for_roles_or_declared_public() -> None:
    assert [verb for verb in GUARDED if verb not in VERBS[verb].roles] == []
    assert {verb for verb in COMMANDS.values() if verb not in PUBLIC} <= set(GUARDED)
    assert len(GUARDED) > 10, "the rooms were read"


@pytest.mark.parametrize("who", PERSONS)
def test_a_button_of_another_role_is_like_one_that_nobody_made(office: Office, who: str) -> None:
    stale = presses(office, who, "nonsense", ())
    for verb in GUARDED:
        if allowed(verb, who):
            continue
        for arguments in ARGUMENTS:
            assert presses(office, who, verb, arguments) == stale, (verb, arguments)
    assert officials_standing(office) == len(Role)


@pytest.mark.parametrize("who", PERSONS)
def test_a_command_of_another_role_is_like_one_that_does_not_exist(office: Office, who: str) -> None:
    unknown = office.receives(who, Incoming(Kind.TEXT, "/xyz"))
    for name, verb in COMMANDS.items():
        if verb in PUBLIC:
            continue
        told = office.receives(who, Incoming(Kind.TEXT, f"/{name}"))
        assert (told == unknown) is not allowed(verb, who), name


@pytest.mark.parametrize("who", PERSONS)
def test_in_a_group_only_the_buttons_that_are_meant_for_it_work_and_by_the_rights_of_who_presses(
    office: Office, who: str
) -> None:
    stale = presses(office, who, "nonsense", (), group="group")
    for verb in GUARDED:
        if VERBS[verb].in_groups & {verb} and allowed(verb, who):
            continue
        for arguments in ARGUMENTS:
            assert presses(office, who, verb, arguments, group="group") == stale, (verb, arguments)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.GROUP])
def test_whatever_an_official_does_leaves_a_line_that_says_who_and_what(office: Office, role: Role) -> None:
    who = str(role)
    number = office.reads(lambda tx: next(one.id for one, _, _ in officials.listed(tx) if one.name == who))
    done = [(verb, each) for verb in GUARDED if allowed(verb, who) and verb != "revoke" for each in ARGUMENTS]
    stale = presses(office, who, "nonsense", ())
    lines = []
    for verb, arguments in done:
        if presses(office, who, verb, arguments) == stale:
            continue
        lines.append(office.reads(lambda tx: tx.execute(audit.select().order_by(audit.c.id.desc()).limit(1)).one()))
        assert lines[-1].action != "answered", verb
        assert f"official {number}" in (lines[-1].detail or ""), (verb, arguments, lines[-1])
    assert len(lines) > 5, "something was done"


def test_the_group_itself_has_no_rights(office: Office) -> None:
    stale = presses(office, "group", "nonsense", ())
    for verb in GUARDED:
        assert presses(office, "group", verb, ()) == stale, verb


def officials_standing(office: Office) -> int:
    return office.reads(lambda tx: sum(one.revoked_at is None for one, _, _ in officials.listed(tx)))


def test_a_room_that_forgets_the_role_would_be_seen() -> None:
    """The check itself can fail: a verb that is in no table of roles is found."""
    careless = Room("careless", verbs={"leak": lambda talk, _: talk.answer(talk.say("start.menu"))})
    assert [verb for verb in careless.verbs if verb not in careless.roles and verb not in PUBLIC] == ["leak"]
