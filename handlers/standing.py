"""Who acts: the official behind a message, be it in their own chat or in a group, and what rights their role gives."""

from __future__ import annotations

from dataclasses import replace

from handlers.messages import Turn
from handlers.talk import Talk
from storage import accounts
from storage.columns import vault_of
from storage.officials import register as officials
from storage.officials.register import Official, Role

PEOPLE = frozenset({Role.ADMINISTRATOR, Role.LEADER, Role.OFFICIAL, Role.DESK})
"""The roles of persons; a linked group has none of their rights: there it counts who presses."""
HANDLING = frozenset({Role.ADMINISTRATOR, Role.OFFICIAL, Role.DESK})
"""Who handles dossiers: claims them, hands them over, is done with them."""
INTAKE = frozenset({Role.ADMINISTRATOR, Role.OFFICIAL})
"""Who takes files in, and hears when a source is silent."""
READERS = frozenset({Role.LEADER, Role.ADMINISTRATOR})
"""Who is told how the whole office stands."""
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})


def acting(talk: Talk) -> Official | None:
    """Tell which official acts: whoever speaks, in a group whoever pressed; None for everybody else."""
    account_id: int | None = talk.account.id
    if talk.group:
        found = None if talk.by is None else _private(talk, talk.by)
        account_id = found
    return None if account_id is None else officials.of_account(talk.tx, account_id)


def _private(talk: Talk, address: str) -> int | None:
    lane = accounts.lane_of(vault_of(talk.tx), talk.account.channel, address)
    known = accounts.by_lane(talk.tx, lane)
    return None if known is None else known[0].id


def traced(talk: Talk, turn: Turn, what: str = "") -> Turn:
    """Let the trail say which official it was; `what` they looked at, where they did nothing else."""
    one = acting(talk)
    if one is None or one.role is Role.GROUP:
        return turn
    detail, who = turn.detail or what, f"official {one.id}"
    named = detail if detail.endswith(f", {who}") else ", ".join(filter(None, (detail, f"by {who}")))
    return replace(turn, detail=named)


def role_of(talk: Talk) -> Role | None:
    """Tell the role of whoever acts; a group itself has none."""
    one = acting(talk)
    return None if one is None or one.role is Role.GROUP else one.role
