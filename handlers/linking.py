"""One person, several accounts: a one-time code made on one is typed on another, and the first one confirms.

Both sides are told whom they would be joined with and press a button, so neither a code that was guessed nor one that
somebody was talked into typing joins two persons. Whoever types wrong codes must wait.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from markupsafe import Markup

from handlers.agency import Agency
from handlers.dossiers.guard import HOUR, UNGUARDED
from handlers.messages import Button, Happening, Notice, Reply, Turn
from handlers.notices import Rules
from handlers.rooms import Room
from handlers.talk import Talk, lines, written_to
from knowledge.vietnamese import fold
from storage import accounts
from storage.accounts import Account
from storage.database import Connection
from storage.dossiers import look_ups
from storage.people import joined as people
from storage.people.joined import Link, Reached

VERB = "link"
ASKED, TOLD = "link_asked", "link_told"
MISSES = {"link": 5, "link network": 20}
"""Wrong codes that one account, and one network where the channel knows it, may type in an hour."""
SPOKEN = "lien ket"  # what is typed before a code instead of the command
TAIL = 3  # characters of an address that are shown
CHANNELS = frozenset({"telegram", "zalo_oa", "zalo_bot", "web", "terminal"})
NAMED = frozenset({"telegram", "zalo_oa", "zalo_bot"})
"""Channels whose addresses are numbers that say nothing: their end is shown, to tell two of them apart."""


def _typed(talk: Talk) -> Turn | None:
    """Read a code that was typed after the words for it."""
    said = fold(talk.text)
    if talk.group or not said.startswith(SPOKEN):
        return None
    code = people.plain_code(said.removeprefix(SPOKEN))
    return None if code is None else _show(talk, code)


def _linking(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    match arguments:
        case ():
            code = people.plain_code(talk.text) if talk.text else None
            return _overview(talk) if code is None else _show(talk, code)
        case ("code",):
            return _make(talk)
        case ("use", code):
            return _use(talk, code)
        case ("yes" | "no" as said, number) if number.isdecimal():
            return _decide(talk, int(number), agreed=said == "yes")
        case ("here",):
            return _prefer(talk)
        case ("part", number) if number.isdecimal():
            return _part(talk, int(number))
    return None


def _overview(talk: Talk) -> Turn:
    """Show the accounts of a person and what can be done with them; who has one gets a code at once."""
    mine = people.accounts_of(talk.tx, talk.account.id, talk.now)
    if len(mine) == 1:
        return _make(talk)
    listed = [_item(talk, one) for one in mine]
    rows = [[talk.button("link_part", VERB, "part", str(talk.account.id))]]
    for one in mine:
        if one.account.id != talk.account.id:
            label = talk.say.plain("link.part_other", who=described(talk, one.account))
            rows.append([Button(label, talk.button("link_part", VERB, "part", str(one.account.id)).action)])
    first = talk.button("link_here", VERB, "here")
    rows = [[first, talk.button("link_code", VERB, "code")], *rows, [talk.button("menu", "menu")]]
    return talk.answer(lines([talk.say("link.mine", count=len(mine)), *listed]), rows, misses=0)


def _item(talk: Talk, one: Reached) -> Markup:
    notes = [talk.say("link.this")] if one.account.id == talk.account.id else []
    notes += [talk.say("link.first")] if one.preferred else []
    notes += [talk.say("link.gone")] if one.account.gone_at is not None else []
    return Markup("• ") + Markup("; ").join([described(talk, one.account), *notes])


def described(talk: Talk, account: Account) -> Markup:
    """Say which account is meant without saying whose it is: the channel, and the end of its number."""
    channel = talk.say(f"link.on_{account.channel if account.channel in CHANNELS else 'other'}")
    return talk.say("link.tail", channel=channel, tail=account.address[-TAIL:]) if account.channel in NAMED else channel


def _make(talk: Talk) -> Turn:
    if len(people.accounts_of(talk.tx, talk.account.id, talk.now)) >= people.ACCOUNTS_MOST:
        return _said(talk, talk.say("link.too_many", most=people.ACCOUNTS_MOST))
    code = people.written(people.make_code(talk.tx, talk.account.id, talk.now))
    return _said(talk, talk.say("link.code", code=code, minutes=_minutes(people.LASTS)), done="link_code")


def _show(talk: Talk, code: str) -> Turn:
    """Say whose code it is over the button that asks them; nothing is used up yet."""
    found = _found(talk, code)
    if isinstance(found, Turn):
        return found
    first = accounts.by_id(talk.tx, found.account_id)
    assert first is not None, "a code goes with its account"
    text = talk.say("link.ask", who=described(talk, first[0]))
    return talk.answer(text, [[talk.button("link_ask", VERB, "use", code)], [talk.button("menu", "menu")]], misses=0)


def _use(talk: Talk, code: str) -> Turn:
    """Use the code up and ask the first account."""
    found = _found(talk, code)
    if isinstance(found, Turn):
        return found
    if not people.use_code(talk.tx, found, talk.account.id, talk.now):
        return _said(talk, talk.say("link.wrong"))
    first = accounts.by_id(talk.tx, found.account_id)
    assert first is not None, "a code goes with its account"
    text = talk.say("link.asked", who=described(talk, first[0]), minutes=_minutes(found.expires_at - talk.now))
    facts = {"link": found.id, "first": found.account_id, "second": talk.account.id}
    return replace(_said(talk, text, done="link_asked"), events=(Happening(ASKED, facts),))


def _found(talk: Talk, code: str) -> Link | Turn:
    """Find what a code leads to, or say why not; whoever misses too often is not told whether a code is right."""
    askers = [look_ups.asker(talk.tx, "link", talk.account.lane)]
    askers += [] if talk.network is None else [look_ups.asker(talk.tx, "link network", talk.network)]
    limits = dict(zip(askers, MISSES.values(), strict=False))
    paces = {} if talk.account.channel in UNGUARDED else look_ups.load(talk.tx, askers, talk.now)
    free_at = [paces[one].missed_until - HOUR / limits[one] * (limits[one] - 1) for one in paces]
    wait = max((at - talk.now for at in free_at), default=timedelta(0))
    if wait > timedelta(0):
        return _said(talk, talk.say("link.wait", minutes=_minutes(wait)), done="link_slowed")
    found = people.find_code(talk.tx, code, talk.now)
    if found is not None and found.account_id == talk.account.id:
        return _said(talk, talk.say("link.same"))
    mine = [one.account.id for one in people.accounts_of(talk.tx, talk.account.id, talk.now)]
    if found is not None and found.account_id in mine:
        return _said(talk, talk.say("link.already"))
    if found is None:
        later = {one: max(pace.missed_until, talk.now) + HOUR / limits[one] for one, pace in paces.items()}
        look_ups.save(talk.tx, [replace(paces[one], missed_until=at) for one, at in later.items()])
        return _said(talk, talk.say("link.wrong"), done="link_missed")
    return found


def _decide(talk: Talk, number: int, *, agreed: bool) -> Turn | None:
    """Join the two accounts, or not; only the account that made the code can say so, once."""
    found = people.waiting(talk.tx, number, talk.account.id, talk.now)
    if found is None or found.second_id is None or not people.close_link(talk.tx, found, talk.now):
        return None
    second = accounts.by_id(talk.tx, found.second_id)
    if second is None:
        return None
    who = described(talk, second[0])
    if not agreed:
        events = (_told([second[0].id], "link.refused_there", talk.account),)
        return replace(_said(talk, talk.say("link.refused"), done="link_refused"), events=events)
    if not people.join(talk.tx, talk.account.id, second[0].id, talk.now):
        return _said(talk, talk.say("link.too_many", most=people.ACCOUNTS_MOST))
    others = [one.account.id for one in people.accounts_of(talk.tx, talk.account.id, talk.now)]
    events = (_told([one for one in others if one != talk.account.id], "link.joined", talk.account),)
    turn = _said(talk, talk.say("link.joined", who=who), done="accounts_joined")
    return replace(turn, events=events, detail=f"accounts {talk.account.id} and {second[0].id}")


def _prefer(talk: Talk) -> Turn:
    people.prefer(talk.tx, talk.account.id)
    return _said(talk, talk.say("link.preferred"), done="account_preferred")


def _part(talk: Talk, number: int) -> Turn | None:
    """Take one of the person's accounts from the others; None for an account of somebody else."""
    mine = {one.account.id: one.account for one in people.accounts_of(talk.tx, talk.account.id, talk.now)}
    if number not in mine or len(mine) == 1:
        return None
    people.part(talk.tx, number)
    who = described(talk, mine[number])
    events = (_told([one for one in mine if one != talk.account.id], "link.parted", mine[number]),)
    turn = _said(talk, talk.say("link.parted", who=who), done="account_parted")
    return replace(turn, events=events, detail=f"account {number}")


def _told(whom: Sequence[int], key: str, about: Account) -> Happening:
    return Happening(TOLD, {"accounts": tuple(whom), "key": key, "about": about.id})


def _said(talk: Talk, text: Markup, *, done: str = "answered") -> Turn:
    return talk.answer(text, [[talk.button("menu", "menu")]], misses=0, done=done)


def _minutes(span: timedelta) -> int:
    return max(1, math.ceil(span.total_seconds() / 60))


def rules(agency: Agency) -> Rules:
    """Give the rules by which the other accounts hear: each at this very account, whatever is preferred."""
    return {ASKED: partial(_ask_first, agency), TOLD: partial(_tell, agency)}


def _ask_first(agency: Agency, tx: Connection, happening: Happening, now: datetime) -> Iterator[Notice]:
    facts = happening.facts
    talk, second = written_to(agency, tx, facts["first"], now), accounts.by_id(tx, facts["second"])
    if talk is None or second is None:
        return
    number = str(facts["link"])
    text = talk.say("link.confirm", who=described(talk, second[0]), at=talk.moment(now))
    rows = ((talk.button("link_yes", VERB, "yes", number),), (talk.button("link_no", VERB, "no", number),))
    yield Notice(facts["first"], Reply(text, rows), urgent=True, here=True)


def _tell(agency: Agency, tx: Connection, happening: Happening, now: datetime) -> Iterator[Notice]:
    about = accounts.by_id(tx, happening.facts["about"])
    for account_id in happening.facts["accounts"]:
        talk = written_to(agency, tx, account_id, now)
        if talk is not None and about is not None:
            text = talk.say(happening.facts["key"], who=described(talk, about[0]))
            yield Notice(account_id, Reply(text), urgent=True, here=True)


ROOM = Room(
    "linking",
    verbs={VERB: _linking},
    commands={"lienket": VERB, "link": VERB},
    private=frozenset({VERB}),
    hears=_typed,
)
