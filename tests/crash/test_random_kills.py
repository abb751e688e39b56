"""Kills at random, one process after the other over one database; the same every time.

The short form runs with every test; the long one, 50 kills on each engine, with::

    MOTCUA_LONG=1 python -m pytest tests/crash/test_random_kills.py
"""

from __future__ import annotations

import os
import random
from dataclasses import replace

from tests.crash.fates import BROKEN, DRAWN, HOPELESS, LATER, ORDERS, PLAIN, SLOW, SPOILT, TELL, UNLUCKY, Said
from tests.crash.test_kills import JOB_POINTS, RENEW_POINTS, TALK_POINTS
from tests.crash.worker import Plan
from tests.crash.world import World

KILLS = 50 if os.environ.get("MOTCUA_LONG") == "1" else 10
CHATS = ("anna", "binh", "chi")
SAID_BETWEEN = 6  # messages that come in from one kill to the next
FIRST, LAST = 0.03, 0.4  # seconds after its start within which a process is killed: it works for about that long
SEED = 20201120
POINTS = (*TALK_POINTS, *JOB_POINTS, *RENEW_POINTS)
WORDS = {PLAIN: 8, TELL: 3, LATER: 2, UNLUCKY: 2, HOPELESS: 1, DRAWN: 2, SPOILT: 1, BROKEN: 1, SLOW: 1}  # how often
ALONE = (HOPELESS, *ORDERS)


def some(chance: random.Random, first: int) -> list[Said]:
    """Messages of some chats; one that may fail has a chat of its own, so that its failure can be told from others."""
    said: list[Said] = []
    for number in range(first, first + SAID_BETWEEN):
        word = chance.choices(list(WORDS), list(WORDS.values()))[0]
        said.append(Said(f"m{number}", f"chat of m{number}" if word in ALONE else chance.choice(CHATS), word))
    return said


def some_end(chance: random.Random, plan: Plan) -> Plan:
    """A plan with a kill, as often at a point as at any moment."""
    if chance.random() < 0.5:
        return replace(plan, point=chance.choice(POINTS), nth=chance.randint(1, 4))
    return replace(plan, after=chance.uniform(FIRST, LAST))


def test_random_kills_lose_nothing_and_repeat_only_what_was_in_doubt(world: World) -> None:
    chance = random.Random(SEED)
    while world.kills < KILLS:
        world.said = (*world.said, *some(chance, len(world.said)))
        world.run(some_end(chance, world.plan()))
    world.run_to_the_end(world.plan())
    world.check()
    print(f"{world.kills} kills, {len(world.said)} events, {world.in_doubt.total()} messages arrived twice")
