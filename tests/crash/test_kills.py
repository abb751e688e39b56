"""`kill -9` at every commit point of turn and delivery, of jobs, moments and changed addresses, on both engines.

A process is killed at one point, another takes over, and then every event has been handled once and every message
has arrived; twice only what the platform had taken when the process died before the settling commit, and that
second message is marked as a repeat. Every job has brought one result, every moment one event.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from bot.jobs import TRIES
from bot.schedule import CHANNEL as CLOCK
from storage.delivery.outbox import REPLY
from tests.crash import points
from tests.crash.fates import (
    BACK,
    BLOCKED,
    BROKEN,
    DEADLY,
    DRAWN,
    HOPELESS,
    LATER,
    LEFT,
    MOVED_HERE,
    MOVING,
    PLAIN,
    SLOW,
    SPOILT,
    TELL,
    TELLING,
    UNLUCKY,
    Said,
    moved_to,
)
from tests.crash.test_zalo_kills import ZALO_POINTS
from tests.crash.world import World

# Between the platform's answer and the settling commit: nobody can know afterwards whether the message arrived.
WINDOW = ("send.answered", "settle.written")
TALK_POINTS = (
    "accept.written",
    "accept.committed",
    "turn.written",
    "turn.committed",
    "attempt.written",
    "attempt.committed",
    "claim.written",
    "claim.committed",
    "send.before",
    *WINDOW,
    "settle.committed",
    "release.written",
    "release.committed",
    "gone.written",
    "gone.committed",
)
SAID = (
    Said("a1", "anna", PLAIN),
    Said("a2", "anna", TELL),
    Said("a3", "anna", LATER),
    Said("b1", "binh", UNLUCKY),
    Said("b2", "binh", HOPELESS),
    Said("b3", "binh", PLAIN),
    Said("l1", LEFT, PLAIN),
    Said("a4", "anna", PLAIN),
)
JOB_POINTS = (
    "job_claim.written",
    "job_claim.committed",
    "job.claimed",
    "job.worked",
    "job_release.written",
    "job_release.committed",
    "job_finish.written",
    "job_finish.committed",
)
RENEW_POINTS = ("job_renew.written", "job_renew.committed")
MOMENT_POINTS = ("moment.written", "moment.committed")
ORDERED = (
    Said("dawn", CLOCK, DRAWN),
    Said("dew", CLOCK, DRAWN),
    Said("o1", "oanh", DRAWN),
    Said("o2", "phuc", SPOILT),
    Said("o3", "quang", BROKEN),
)
MOVE_POINTS = ("move.written", "move.committed")
NOTE_POINTS = ("moved_here.written", "moved_here.committed", "presence.written", "presence.committed")
MOVED = (
    Said("m1", MOVING, PLAIN),
    Said("m2", moved_to(MOVING), PLAIN),
)
TOLD = (
    Said("t1", TELLING, PLAIN),
    Said("t2", TELLING, MOVED_HERE),
    Said("t3", moved_to(TELLING), PLAIN),
    Said("v1", "viet", PLAIN),
    Said("v2", "viet", BLOCKED),
    Said("v3", "viet", BACK),
    Said("v4", "viet", PLAIN),
    Said("x1", "xuan", PLAIN),
    Said("x2", "xuan", BLOCKED),
)


def kill_and_go_on(world: World, point: str, nth: int = 1) -> None:
    """Kill a process when it comes to a point, let another end the work, and look at what came of it."""
    assert world.run(replace(world.plan(lone=True), point=point, nth=nth)), f"the work never came to {point}"
    world.let_leases_end()
    world.run_to_the_end(world.plan(lone=True))
    world.check()


@pytest.mark.parametrize("point", TALK_POINTS)
def test_a_kill_loses_nothing_and_repeats_only_what_was_in_doubt(world: World, point: str) -> None:
    world.said = SAID
    kill_and_go_on(world, point)
    doubts = world.in_doubt.total()
    if point == "claim.written":  # a notice is claimed while its turn's reply is sent; SQLite may settle it together
        assert doubts <= 1
    else:
        assert doubts == (1 if point in WINDOW else 0)


@pytest.mark.parametrize("point", [*MOMENT_POINTS, *JOB_POINTS])
def test_a_kill_loses_no_job_and_no_moment_and_repeats_none(world: World, point: str) -> None:
    world.said = ORDERED
    kill_and_go_on(world, point)


@pytest.mark.parametrize("point", RENEW_POINTS)
def test_a_kill_in_the_middle_of_long_work_loses_it_to_the_next_process(world: World, point: str) -> None:
    world.said = (Said("o1", "oanh", SLOW),)
    kill_and_go_on(world, point)


@pytest.mark.parametrize("point", ["job_finish.written", "job_finish.committed"])
def test_a_kill_when_a_job_has_failed_for_good_is_not_told_twice(world: World, point: str) -> None:
    world.said = (Said("o1", "oanh", BROKEN),)
    kill_and_go_on(world, point)


def test_a_job_that_kills_its_processes_is_told_as_failed(world: World) -> None:
    world.said = (Said("o1", "oanh", DEADLY), Said("o2", "phuc", DRAWN))
    for _ in range(TRIES):
        assert world.run(world.plan())
    world.run_to_the_end(world.plan())
    world.check()


@pytest.mark.parametrize("point", [*MOVE_POINTS, *WINDOW])
def test_a_kill_while_a_message_follows_its_chat_repeats_it_only_in_doubt(world: World, point: str) -> None:
    world.said = MOVED
    kill_and_go_on(world, point)
    assert world.in_doubt == (Counter({("m1", REPLY): 1}) if point in WINDOW else Counter())


@pytest.mark.parametrize(
    ("point", "nth"), [*((point, 1) for point in NOTE_POINTS), ("presence.written", 2), ("presence.committed", 2)]
)
def test_what_the_platform_tells_of_a_chat_survives_a_kill(world: World, point: str, nth: int) -> None:
    world.said = TOLD
    kill_and_go_on(world, point, nth)
    assert not world.in_doubt


def test_every_point_of_the_code_has_its_kill() -> None:
    killed_at = {*ZALO_POINTS, *TALK_POINTS, *JOB_POINTS, *RENEW_POINTS, *MOMENT_POINTS, *MOVE_POINTS, *NOTE_POINTS}
    assert killed_at == points.collect()
