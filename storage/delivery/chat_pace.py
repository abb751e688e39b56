"""The pace of single chats: after a message a chat rests, and one that the platform asks to leave alone is left alone.

Times are kept with the account, in seconds since 1970 on the database's clock: from when on notices may go there, and
replies. The pause is counted from the platform's answer, so however late a claim is sent, no two come too close.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Update, and_, bindparam, func, literal, or_, update

from storage.columns import database_seconds, vault_of
from storage.database import lock, lock_number
from storage.delivery.budgets import Budget, later, stop_channel
from storage.delivery.outbox import Claimed
from storage.schema import account

CHAT_AHEAD = 3.0  # seconds that replies to a chat may be ahead of its pace: a person who taps fast is answered

_now, _pause = database_seconds(), bindparam("b_pause", type_=account.c.notices_from.type)
_notices = later(func.coalesce(account.c.notices_from, literal(0.0)), _now)
_replies = func.coalesce(account.c.replies_from, literal(0.0))
_REST = update(account).values(
    notices_from=_notices + _pause, replies_from=later(_replies, _notices + _pause - literal(CHAT_AHEAD))
)
_STOP = update(account).values(notices_from=later(_notices, _now + _pause), replies_from=later(_replies, _now + _pause))
_account = account.c.id == bindparam("b_account")
# A group with topics is one chat to the platform, and each of its topics is an account here.
_group = and_(
    account.c.channel == bindparam("b_channel"),
    or_(
        account.c.address == bindparam("b_chat"),
        and_(account.c.address >= bindparam("b_first"), account.c.address < bindparam("b_behind")),
    ),
)
_REST_ACCOUNT, _REST_GROUP = _REST.where(_account), _REST.where(_group)
_STOP_ACCOUNT, _STOP_GROUP = _STOP.where(_account), _STOP.where(_group)


def rest(tx: Connection, budget: Budget | None, row: Claimed, calls: int = 1) -> None:
    """Let a chat rest after a message to it that took so many calls."""
    pause = 0.0 if budget is None else budget.chat_pause(row.address) * calls
    if pause:
        _execute(tx, _REST_ACCOUNT, _REST_GROUP, row, pause)


def stop(tx: Connection, budget: Budget | None, row: Claimed, seconds: float) -> None:
    """Obey a platform that asks to wait so many seconds: nothing goes to this chat, and no notice on the channel."""
    if budget is not None:
        _execute(tx, _STOP_ACCOUNT, _STOP_GROUP, row, seconds)
        stop_channel(tx, row.channel, row.account_id, seconds)


def _execute(tx: Connection, of_account: Update, of_group: Update, row: Claimed, pause: float) -> None:
    chat = row.address.partition(":")[0]
    given: Mapping[str, Any] = {"b_pause": pause, "b_account": row.account_id}
    if not chat.startswith("-"):
        tx.execute(of_account, given)
        return
    lock(tx, lock_number("b", vault_of(tx).digest("chat", row.channel, chat)), wait=True)  # two topics at once
    chats = {"b_chat": chat, "b_first": f"{chat}:", "b_behind": f"{chat};"}  # ";" comes right behind ":"
    tx.execute(of_group, {"b_pause": pause, "b_channel": row.channel, **chats})
