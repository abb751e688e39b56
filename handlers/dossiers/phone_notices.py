"""Notices by phone: somebody on Zalo lets notices of their dossiers go to their number when they were silent too long.

Zalo takes no message to who was silent for 7 days; a paid message to their telephone number (ZNS) still arrives. The
number is asked for with Zalo's own form, told back, and used only after a second, plain yes; one tap ends it.
(Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15, Điều 9: consent is given for a purpose, clearly, and can be withdrawn.)
"""

from __future__ import annotations

from dataclasses import replace

from handlers.dossiers.looking_up import PROOF
from handlers.messages import Button, Reply, Turn
from handlers.rooms import Room
from handlers.talk import Talk, lines
from storage.people import consents, notice_phones

CHANNEL = "zalo_oa"  # the only one that asks for a number by a form of its own and sends there
SHOWN = 3  # digits of a number that are told back


def offer(talk: Talk) -> list[Button]:
    """Give the button that leads here, where notices by phone can be had and are not yet."""
    if not _is_here(talk) or notice_phones.agreed(talk.tx, talk.account.id) is not None:
        return []
    return [talk.button("by_phone", "byphone")]


def _is_here(talk: Talk) -> bool:
    is_known = not talk.account.address.startswith("anonymous:")
    return talk.agency.phone_notices and talk.account.channel == CHANNEL and is_known and not talk.group


def ask(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Say what a number is for and ask for it; who agreed before sees how to end it."""
    if arguments or not _is_here(talk):
        return None
    known = notice_phones.agreed(talk.tx, talk.account.id)
    if known is not None:
        return talk.answer(
            talk.say("phone.on", last=known[-SHOWN:]), [[talk.button("phone_no", "phoneno")], *_rows(talk)]
        )
    text = talk.say("phone.ask", agency=talk.agency_short())
    turn = talk.answer(text, misses=0, done="phone_asked")
    return replace(turn, replies=(Reply(text, asks_phone=talk.say.plain("button.share_phone")),))


def take(talk: Talk) -> Turn | None:
    """Keep a number that was shared and ask whether notices may go there; None when it is none, or a proof."""
    is_proof = talk.phone is not None and talk.session.step == PROOF
    if is_proof or talk.account.channel != CHANNEL or not _is_here(talk):
        return None
    if talk.claimed is None:
        return talk.answer(talk.say("phone.unreadable"), _rows(talk), done="phone_refused")
    notice_phones.share(talk.tx, talk.account.id, talk.claimed, talk.now)
    row = [talk.button("phone_yes", "phoneyes"), talk.button("phone_no", "phoneno")]
    text = lines([talk.say("phone.confirm", last=talk.claimed[-SHOWN:]), talk.say("consent.text_phone")])
    return talk.answer(text, [row], misses=0, done="phone_shared")


def agree(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Note that notices may go to the number that was shared: a consent like any other, to the text as it stands."""
    if arguments or not _is_here(talk) or not notice_phones.is_shared(talk.tx, talk.account.id):
        return None
    text = talk.say.plain("consent.text_phone")
    consents.give(talk.tx, talk.account.id, consents.PHONE, text, talk.language, talk.now)
    return talk.answer(talk.say("phone.agreed"), _rows(talk), misses=0, done="phone_agreed")


def refuse(talk: Talk, arguments: tuple[str, ...]) -> Turn | None:
    """Forget the number, and end the consent to its use."""
    if arguments:
        return None
    consents.withdraw(talk.tx, talk.account.id, consents.PHONE, talk.now)
    return talk.answer(talk.say("phone.forgotten"), _rows(talk), misses=0, done="phone_forgotten")


def _rows(talk: Talk) -> list[list[Button]]:
    return [[talk.button("mine", "mine"), talk.button("menu", "menu")]]


ROOM = Room(
    "phone_notices",
    verbs={"byphone": ask, "phoneyes": agree, "phoneno": refuse},
    commands={"sodienthoai": "byphone"},
    private=frozenset({"byphone", "phoneyes", "phoneno"}),
    takes_contact=take,
)
