"""What happened → who hears what.

A rule looks at one happening and says which accounts are told; its notices are saved in the transaction of the turn
that brought the happening about, so nobody hears of what was rolled back and everybody hears once. A room adds its
rule to the table that `bot/app.py` composes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial

from handlers.messages import Happening, Notice
from storage import accounts
from storage.database import Connection
from storage.delivery import outbox
from storage.delivery.outbox import NewRow

Rule = Callable[[Connection, Happening, datetime], Iterable[Notice]]
Rules = Mapping[str, Rule]


def decide(rules: Rules, tx: Connection, happenings: Iterable[Happening], now: datetime) -> list[Notice]:
    """List the notices that these happenings cause; a happening without a rule concerns nobody else."""
    told: list[Notice] = []
    for happening in happenings:
        rule = rules.get(happening.name)
        if rule is not None:
            told.extend(rule(tx, happening, now))
    return told


def together(*tables: Rules) -> Rules:
    """Put tables of rules together; where several look at the same happening, each has its say."""
    found: dict[str, list[Rule]] = {}
    for table in tables:
        for name, rule in table.items():
            found.setdefault(name, []).append(rule)
    return {name: rules[0] if len(rules) == 1 else partial(_each, rules) for name, rules in found.items()}


def _each(rules: Iterable[Rule], tx: Connection, happening: Happening, now: datetime) -> Iterator[Notice]:
    for rule in rules:
        yield from rule(tx, happening, now)


def queue(tx: Connection, notice: Notice, key: str, now: datetime) -> None:
    """Save a notice that a command causes, outside of any turn; nobody who is gone is told."""
    found = accounts.by_id(tx, notice.account_id)
    if found is not None and found[0].gone_at is None:
        row = NewRow(key, found[0].id, found[0].channel, outbox.NOTICE, notice.reply.to_json())
        outbox.add(tx, row, now, owner=None, lease_seconds=0)
