"""The timeline of a dossier: the same whatever order and repetition it is told in, each stretch announced once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from knowledge.status import Status
from knowledge.timeline import Telling, learn, stretches

START = datetime(2026, 11, 2, tzinfo=UTC)


def at(day: float) -> datetime:
    return START + timedelta(days=day)


def told(status: Status, day: float, since: float | None = None) -> Telling:
    return Telling(status, at(day if since is None else since), at(day), at(99))


def after(*tellings: Telling, dated: bool = True) -> tuple[list[Telling], list[Telling]]:
    """The tellings that are kept, and those that announced, when these come in this order."""
    kept: list[Telling] = []
    announced: list[Telling] = []
    for one in tellings:
        learnt = learn(kept, one, dated=dated)
        kept += learnt.kept
        for said in learnt.announcing:
            kept[kept.index(said)] = replace(said, announced=True)
            announced.append(said)
    return kept, announced


def brute_force(tellings: Sequence[Telling]) -> list[Status]:
    """The stretches of all tellings, put in order at once."""
    return [status for status, _ in groupby(sorted(set(tellings), key=lambda one: one.order), lambda one: one.status)]


tellings = st.lists(
    st.builds(told, st.sampled_from(Status), st.integers(0, 12)),
    min_size=1,
    max_size=9,
    unique_by=lambda one: one.as_of,
)


@given(tellings, st.data())
def test_any_order_and_repetition_gives_the_same_stretches_each_announced_once(
    every: list[Telling], data: st.DataObject
) -> None:
    deliveries = data.draw(st.permutations(every + data.draw(st.lists(st.sampled_from(every), max_size=5))))
    kept, announced = after(*deliveries)
    assert [one.status for one in stretches(kept)] == brute_force(every)
    assert sorted(one.status for one in announced) == sorted(brute_force(every))
    assert len(announced) == len(set(announced))


def test_a_status_that_is_only_told_again_is_not_kept_again() -> None:
    kept, announced = after(told(Status.PROCESSING, 1), told(Status.PROCESSING, 2), dated=False)
    assert (len(kept), len(announced)) == (1, 1)


def test_a_status_that_comes_back_with_its_first_date_holds_since_the_news_of_it() -> None:
    first, between = told(Status.RECEIVED, 1, since=0), told(Status.PROCESSING, 2)
    kept, announced = after(first, between, told(Status.RECEIVED, 3, since=0), dated=False)
    assert [(one.status, one.since) for one in stretches(kept)] == [
        (Status.RECEIVED, at(0)),
        (Status.PROCESSING, at(2)),
        (Status.RECEIVED, at(3)),
    ]
    assert len(announced) == 3


def test_a_status_never_begins_after_one_that_followed_it() -> None:
    # On Wednesday the source said "processing"; on Friday it said that all was finished on Monday.
    kept, _ = after(told(Status.RECEIVED, 0), told(Status.PROCESSING, 3), told(Status.RESULT_READY, 5, since=1))
    assert [(one.status, one.since) for one in stretches(kept)] == [
        (Status.RECEIVED, at(0)),
        (Status.PROCESSING, at(1)),
        (Status.RESULT_READY, at(1)),
    ]
