"""What happened → who hears what.

A rule looks at one happening and says which accounts are told; its notices are saved in the transaction of the turn
that brought the happening about, so nobody hears of what was rolled back and everybody hears once. A room adds its
rule to the table that `bot/app.py` composes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from handlers.messages import Happening, Notice
from storage.database import Connection

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
