"""What keeps look-ups from being a way to read all dossiers: who misses is slowed down, then asked for the secret.

Receipt codes are a day and a number, so they can be counted up. What is limited is always who asks: the person, the
network that they come from where the channel knows it, and everybody together; never a dossier, so nobody can lock
its owner out. How long an answer waits is settled before anything is looked up: it says nothing about what was found.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from handlers.messages import Happening
from handlers.talk import Talk
from knowledge.receipt_code import ReceiptCode
from storage.dossiers import look_ups
from storage.dossiers.look_ups import Pace

COUNTED_UP = "codes_counted_up"
"""Happens when an asker goes from code to code, or when so many miss that everybody is asked for the secret."""

UNGUARDED = frozenset({"terminal"})  # the operator's own channel
HOUR = timedelta(hours=1)  # in which an asker's misses are forgotten once there are as many as are allowed
NEIGHBOURS = 3  # numbers apart: who counts codes up takes steps as short as that
GUESS_PAUSES = 3  # pauses between two guesses: with 2 s each all secrets of four digits take 17 hours
WAIT_MOST = timedelta(minutes=1)  # for a network: others sit behind it too
TOLD_AGAIN = timedelta(hours=6)  # between two alerts about the same asker
PERSON, NETWORK, EVERYBODY, GUESS = "person", "network", "everybody", "guess"
REMEMBERED = {PERSON: 24, GUESS: 24, NETWORK: 4, EVERYBODY: 1}
"""Hours for which misses weigh at most. Where many share the limit it must be soon lifted when the trouble is over."""


@dataclass(slots=True)
class _Asker:
    kind: str
    pace: Pace
    misses: int  # that are allowed in an hour
    steps: int  # from a code to its neighbour that are allowed in an hour

    def level(self, until: datetime, most: int, now: datetime) -> int:
        return max(0, math.ceil((until - now) / (HOUR / most)))


class Guard:
    """The look-ups of one turn. Make it before anything is looked up, and `close` it when all was."""

    def __init__(self, talk: Talk, guesses: Sequence[str] = ()) -> None:
        """`guesses`: the codes for which a secret or a phone is given."""
        self._talk = talk
        self._now = talk.now
        self._askers: list[_Asker] = []
        self.not_before: datetime | None = None
        self._wants_proof = False
        if talk.account.channel in UNGUARDED:
            return
        self._load(guesses)
        # Settled once: what is found later must not change it.
        self._wants_proof = any(self._is_over(asker) for asker in self._askers if asker.kind != GUESS)
        waits = [wait for wait in map(self._wait, self._askers) if wait is not None]
        self.not_before = max(waits, default=None)

    def _load(self, guesses: Sequence[str]) -> None:
        talk, limits = self._talk, self._talk.agency.look_ups
        named = {
            look_ups.asker(talk.tx, PERSON, talk.account.lane): (PERSON, limits.person_misses, limits.steps),
            look_ups.asker(talk.tx, EVERYBODY): (EVERYBODY, limits.overall_misses, limits.steps * 3),
        }
        if talk.network is not None:
            key = look_ups.asker(talk.tx, NETWORK, talk.network)
            named[key] = (NETWORK, limits.network_misses, limits.steps * 2)
            # Sessions of a page cost nothing: guesses at one dossier from one place wait for each other.
            for code in guesses:
                named[look_ups.asker(talk.tx, GUESS, talk.network, code)] = (GUESS, limits.person_misses, limits.steps)
        paces = look_ups.load(talk.tx, list(named), self._now)
        self._askers = [_Asker(kind, paces[key], misses, steps) for key, (kind, misses, steps) in named.items()]

    @property
    def wants_proof(self) -> bool:
        """Whether a bare code is not looked up any more: only with its secret, or a phone that is vouched for."""
        return self._wants_proof

    def missed(self) -> None:
        """Count a code that is not there, or a secret or phone that does not fit it."""
        for asker in self._askers:
            until = max(asker.pace.missed_until, self._now) + HOUR / asker.misses
            until = min(until, self._now + HOUR * REMEMBERED[asker.kind])
            asker.pace = replace(asker.pace, missed_until=until)

    def asked(self, code: ReceiptCode) -> None:
        """Remember which code was asked for, and whether it is a step from the one before to its neighbour.

        Who is asked for a proof learns nothing by going on, and is counted no further.
        """
        if self._wants_proof:
            return
        series, number = look_ups.series(self._talk.tx, code.agency, str(code.received_on)), int(code.sequence)
        for asker in self._askers:
            pace = asker.pace
            if pace.series == series and pace.number is not None and 0 < abs(number - pace.number) <= NEIGHBOURS:
                counted = max(pace.counted_until, self._now) + HOUR / asker.steps
                pace = replace(pace, counted_until=min(counted, self._now + HOUR * REMEMBERED[asker.kind]))
            asker.pace = replace(pace, series=series, number=number)

    def close(self) -> tuple[Happening, ...]:
        """Save what is to be remembered, and tell what administrators should hear of."""
        if not self._askers:
            return ()
        told = tuple(happening for asker in self._askers for happening in self._alarm(asker))
        look_ups.save(self._talk.tx, [asker.pace for asker in self._askers])
        return told

    def _alarm(self, asker: _Asker) -> list[Happening]:
        pace = asker.pace
        steps = asker.level(pace.counted_until, asker.steps, self._now)
        misses = asker.level(pace.missed_until, asker.misses, self._now)
        why = "steps" if steps >= asker.steps else "misses" if misses >= asker.misses else ""
        if not why or (why == "misses" and asker.kind == PERSON):  # one person's slips are no news
            return []
        if pace.told_at is not None and self._now - pace.told_at < TOLD_AGAIN:
            return []
        asker.pace = replace(pace, told_at=self._now)
        count = steps if why == "steps" else misses
        return [Happening(COUNTED_UP, {"who": asker.kind, "why": why, "count": count})]

    def _is_over(self, asker: _Asker) -> bool:
        pace = asker.pace
        return (
            asker.level(pace.missed_until, asker.misses, self._now) >= asker.misses
            or asker.level(pace.counted_until, asker.steps, self._now) >= asker.steps
        )

    def _wait(self, asker: _Asker) -> datetime | None:
        """Settle when this asker's answer may leave; a person's answers, and guesses, wait for each other.

        A person's pauses grow with the misses; those of guesses do not, for the owner may sit behind the same network.
        """
        over = asker.level(asker.pace.missed_until, asker.misses, self._now) - asker.misses // 2
        if over <= 0 or asker.kind == EVERYBODY:
            return None
        pause = timedelta(seconds=self._talk.agency.look_ups.pause_seconds * over)
        if asker.kind == NETWORK:
            return self._now + min(pause, WAIT_MOST)
        if asker.kind == GUESS:
            pause = timedelta(seconds=self._talk.agency.look_ups.pause_seconds * GUESS_PAUSES)
        free_at = max(asker.pace.free_at, self._now) + pause
        asker.pace = replace(asker.pace, free_at=free_at)
        return free_at
