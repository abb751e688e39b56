"""Followed dossiers: one tap, then every change is told with what it means and what to do; "hồ sơ của tôi".

A follow of somebody who proved to be the owner also tells what is personal, and expires unless it is renewed by a tap:
telephones change hands. Any other follow tells what a bare code shows. In the archive are dossiers at their end.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from markupsafe import Markup

from handlers.actions import action
from handlers.board import contact
from handlers.dossiers import asking as dossier_asking
from handlers.dossiers import looking_up, phone_notices
from handlers.dossiers import words as tell
from handlers.dossiers.guard import Guard
from handlers.messages import Button, Turn
from handlers.rooms import Room
from handlers.talk import Talk, lines
from storage.accounts import Account
from storage.delivery.outbox import FETCHED
from storage.dossiers import follows
from storage.dossiers import records as dossiers
from storage.dossiers.follows import Follow
from storage.dossiers.records import Dossier
from storage.people import consents
from storage.people import joined as people

FOLLOWS_MOST = 50  # of one account: whoever handles more has the one-stop software
NICKNAME_MOST = 40  # characters: it is shown on a button
LISTED = 6  # dossiers of one page
LABEL_MOST = 60  # characters of a button: more cannot be read on a telephone
NICKNAME = "nickname"  # the open question for a nickname of `Session.code`


def follow(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Follow a dossier; to who may not look it up any more without a proof, the proof is asked for.

    The first time it is a consent, for each purpose of `FOLLOWED`, to the text above the button; where that text did
    not stand there, it is shown first.
    """
    agrees = arguments[1:] == (looking_up.AGREES,)
    code = dossier_asking.code_of(talk, arguments[0]) if len(arguments) == 1 + agrees else None
    if code is None:
        return None
    guard = Guard(talk)
    guard.asked(code)
    if guard.wants_proof and not looking_up.is_proved(talk, code.text):
        turn = looking_up.more(talk, code.text)
    else:
        found = dossiers.find(talk.tx, code.text)
        turn = _begin(talk, found, agrees=agrees) if found is not None else _unknown(talk, guard, code.text)
    return replace(turn, events=guard.close(), not_before=guard.not_before)


def _agree(talk: Talk) -> None:
    text = talk.say.plain(looking_up.FOLLOW_CONSENT)
    for purpose in consents.FOLLOWED:
        consents.give(talk.tx, talk.account.id, purpose, text, talk.language, talk.now)


def _unknown(talk: Talk, guard: Guard, code: str) -> Turn:
    guard.missed()
    rows = [[talk.button("lookup", "lookup"), talk.button("menu", "menu")]]
    return talk.answer(talk.say("lookup.not_found", code=code, contact=contact(talk)), rows)


def _begin(talk: Talk, found: Dossier, *, agrees: bool) -> Turn:
    if _is_page(talk) and _is_page(talk, people.route(talk.tx, talk.account.id, talk.now)):
        return _elsewhere(talk, found)
    if found.status.is_final:
        return talk.answer(talk.say("follow.final", code=found.code), _rows(talk), done="follow_refused")
    known = follows.find(talk.tx, talk.account.id, found.id)
    if known is None and follows.count(talk.tx, talk.account.id) >= FOLLOWS_MOST:
        return talk.answer(talk.say("follow.too_many", most=FOLLOWS_MOST), _rows(talk), done="follow_refused")
    if agrees:
        _agree(talk)
    elif not talk.group and not consents.may_follow(talk.tx, talk.account.id):
        rows = [[looking_up.follow_button(talk, found.code)], *_rows(talk)]
        return talk.answer(talk.say(looking_up.FOLLOW_CONSENT), rows, misses=0, done="consent_asked")
    proved = looking_up.is_proved(talk, found.code)
    detailed = proved or (known is not None and known.may_tell(talk.now))
    expires_at = talk.now + talk.agency.look_ups.follow_lasts if detailed else None
    whose = talk.account.id if proved or known is None else known.account_id
    follows.begin(talk.tx, whose, found, talk.now, detailed=detailed, expires_at=expires_at)
    until = "" if expires_at is None else talk.say("follow.until", at=talk.day(expires_at))
    text = lines([talk.say("follow.begun", code=found.code), until])
    row = [talk.button("nickname", "nickname", found.code), talk.button("unfollow", "unfollow", found.code)]
    rows = [row, phone_notices.offer(talk), *_rows(talk)]
    return talk.answer(text, rows, misses=0, step=None, code=found.code, done="followed")


def _elsewhere(talk: Talk, found: Dossier) -> Turn:
    """Say where one can be told of changes: a page is closed and cannot be written to."""
    agency = talk.agency
    link = f"{agency.telegram_url}?start={dossier_asking.payload(found.code)}"
    text = lines(
        [
            talk.say("follow.not_here"),
            talk.say("follow.on_telegram", url=link) if agency.telegram_url else "",
            talk.say("follow.on_zalo", url=agency.zalo_url, code=found.code) if agency.zalo_url else "",
            "" if agency.telegram_url or agency.zalo_url else talk.say("follow.nowhere"),
        ]
    )
    return talk.answer(text, [[talk.button("menu", "menu")]], misses=0, done="follow_elsewhere")


def _mine_or_none(talk: Talk, code: str) -> tuple[Follow, Dossier] | None:
    found = dossiers.find(talk.tx, code)
    known = None if found is None else follows.find(talk.tx, talk.account.id, found.id)
    return None if found is None or known is None else (known, found)


def unfollow(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Follow a dossier no longer."""
    if len(arguments) != 1:
        return None
    mine = _mine_or_none(talk, arguments[0])
    if mine is None:
        return talk.answer(talk.say("follow.not_followed"), _rows(talk))
    follows.end(talk.tx, mine[0].id)
    text = talk.say("follow.ended", name=name(talk, *mine))
    again = [] if mine[1].status.is_final else [looking_up.follow_button(talk, mine[1].code)]
    return talk.answer(text, [again, *_rows(talk)], misses=0, done="unfollowed")


def renew(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Let a follow last for another while; one that is over goes on without what is personal."""
    if len(arguments) != 1:
        return None
    mine = _mine_or_none(talk, arguments[0])
    if mine is None:
        return talk.answer(talk.say("follow.not_followed"), _rows(talk))
    known, found = mine
    detailed = known.may_tell(talk.now)
    expires_at = talk.now + talk.agency.look_ups.follow_lasts if detailed else None
    follows.begin(talk.tx, known.account_id, found, talk.now, detailed=detailed, expires_at=expires_at)
    told = talk.say("follow.renewed", name=name(talk, known, found))
    more = talk.say("follow.renewed_bare") if expires_at is None else talk.say("follow.until", at=talk.day(expires_at))
    row = [talk.button("more", "more", found.code)] if expires_at is None else []
    return talk.answer(lines([told, more]), [row, *_rows(talk)], misses=0, done="follow_renewed")


def mine(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """List the dossiers that are followed, a page at a time."""
    return _list(talk, arguments, archived=False)


def archive(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """List those that came to their end."""
    return _list(talk, arguments, archived=True)


def _list(talk: Talk, arguments: tuple[str, ...], *, archived: bool) -> Turn | None:
    page = arguments[0] if arguments else "1"
    if len(arguments) > 1 or not page.isdecimal():
        return None
    found = follows.listed(talk.tx, talk.account.id, archived=archived)
    pages = max(1, -(-len(found) // LISTED))
    if not 1 <= int(page) <= pages:
        return None
    others = follows.count(talk.tx, talk.account.id) - len(found)
    if not found:
        key = "follow.none_archived" if archived else "follow.none_here" if _is_page(talk) else "follow.none"
        return talk.answer(talk.say(key), [_turning(talk, 1, 1, others, archived=archived), *_look_up(talk)], misses=0)
    shown = found[(int(page) - 1) * LISTED : int(page) * LISTED]
    head = talk.say("follow.archive" if archived else "follow.list", count=len(found))
    text = lines([head, *(_item(talk, number, *one) for number, one in enumerate(shown, 1))])
    rows = [[Button(_label(*one), action("dossier", one[1].code))] for one in shown]
    return talk.answer(
        text, [*rows, _turning(talk, int(page), pages, others, archived=archived), *_look_up(talk)], misses=0
    )


def _is_page(talk: Talk, account: Account | None = None) -> bool:
    return (account or talk.account).channel in FETCHED


def _turning(talk: Talk, page: int, pages: int, others: int, *, archived: bool) -> list[Button]:
    verb = "archive" if archived else "mine"
    row = [talk.button("previous", verb, str(page - 1))] if page > 1 else []
    row += [talk.button("next", verb, str(page + 1))] if page < pages else []
    if archived:
        return [*row, talk.button("mine", "mine")]
    return [*row, talk.button("archive", "archive")] if others else row


def _look_up(talk: Talk) -> list[list[Button]]:
    return [[talk.button("lookup", "lookup"), talk.button("menu", "menu")]]


def _rows(talk: Talk) -> list[list[Button]]:
    return [[talk.button("mine", "mine"), talk.button("menu", "menu")]]


def _label(known: Follow, found: Dossier) -> str:
    label = known.nickname or found.code
    return label if len(label) <= LABEL_MOST else f"{label[:LABEL_MOST]}…"


def name(talk: Talk, known: Follow, found: Dossier) -> Markup:
    """Name a followed dossier as its follower does, and by its code."""
    if known.nickname is None or talk.group:
        return Markup.escape(found.code)
    return talk.say("follow.name", nickname=known.nickname, code=found.code)


def _item(talk: Talk, number: int, known: Follow, found: Dossier) -> Markup:
    status = talk.say(f"status.{tell.status_key(found)}")
    item = talk.say("follow.item", number=number, name=name(talk, known, found), status=status)
    return item + Markup(" ") + talk.say("follow.over") if known.is_over(talk.now) else item


def one(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Show a dossier that is followed: no guard stands before what one knows already."""
    if len(arguments) != 1:
        return None
    found = _mine_or_none(talk, arguments[0])
    if found is None:
        return None
    known, dossier = found
    first = [talk.button("renew", "renew", dossier.code)] if known.is_over(talk.now) else []
    rows = [
        first,
        [talk.button("more", "more", dossier.code), talk.button("nickname", "nickname", dossier.code)],
        [talk.button("unfollow", "unfollow", dossier.code)],
        *_rows(talk),
    ]
    kept = talk.session.proved_until if talk.session.code == dossier.code else None
    session: dict[str, Any] = {"step": None, "code": dossier.code, "proved_until": kept}
    turn = talk.answer(tell.public(talk, dossier), rows, misses=0, **session)
    return replace(turn, done="looked_up")


def ask_nickname(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Ask how the follower calls a dossier."""
    found = _mine_or_none(talk, arguments[0]) if len(arguments) == 1 else None
    if found is None:
        return None
    kept = talk.session.proved_until if talk.session.code == found[1].code else None
    session: dict[str, Any] = {"step": NICKNAME, "code": found[1].code, "proved_until": kept}
    text = talk.say("follow.ask_nickname", code=found[1].code, most=NICKNAME_MOST)
    return talk.answer(text, [[talk.button("menu", "menu")]], misses=0, **session)


def take_nickname(talk: Talk) -> Turn | None:
    """Read the nickname; a code is none, and what is too long is asked for again."""
    found = None if talk.session.code is None else _mine_or_none(talk, talk.session.code)
    nickname = " ".join(talk.text.split())
    if found is None or dossier_asking.asked(talk):
        return None
    if len(nickname) > NICKNAME_MOST:
        return talk.answer(talk.say("follow.nickname_long", most=NICKNAME_MOST), [[talk.button("menu", "menu")]])
    follows.call(talk.tx, found[0].id, nickname)
    named = name(talk, replace(found[0], nickname=nickname), found[1])
    return talk.answer(talk.say("follow.named", name=named), _rows(talk), misses=0, step=None, done="named")


def more(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Show what only the owner may see."""
    code = dossier_asking.code_of(talk, arguments[0]) if len(arguments) == 1 else None
    return None if code is None else looking_up.more(talk, code.text)


ROOM = Room(
    "follows",
    verbs={
        "follow": follow,
        "unfollow": unfollow,
        "renew": renew,
        "mine": mine,
        "archive": archive,
        "dossier": one,
        "nickname": ask_nickname,
        "more": more,
    },
    private=frozenset({"mine", "archive", "dossier", "nickname", "more", "renew"}),
    steps={looking_up.PROOF: looking_up.take_secret, NICKNAME: take_nickname},
    takes_contact=looking_up.take_phone,
)
