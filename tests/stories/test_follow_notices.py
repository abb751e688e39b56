"""Whatever comes again, and however often: a follower hears of each change exactly once, in order."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count, pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.plain import plain_text
from handlers.texts import words
from knowledge.dossier import DossierRecord
from knowledge.status import Status
from storage.database import Database
from tests.stories.chat import Chat, open_office
from tests.stories.test_lookup_proof import RECORD

OPEN = [Status.RECEIVED, Status.PROCESSING, Status.NEED_SUPPLEMENT, Status.NEED_PAYMENT, Status.STOPPED]
NUMBERS = count(1000, 10)  # no neighbours: that would be counting up

Delivery = tuple[DossierRecord, datetime]


def timeline(statuses: list[Status], code: str, begin: datetime) -> list[Delivery]:
    """What a source tells of one dossier, an hour after the other, each with the time that it speaks of."""
    record = replace(RECORD, code=code, other_code=None, status_at=None)
    return [(replace(record, status=one), begin + timedelta(hours=hour)) for hour, one in enumerate(statuses, 1)]


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    told=st.lists(st.lists(st.sampled_from(OPEN), min_size=1, max_size=5), min_size=1, max_size=2),
    repeats=st.lists(st.integers(0, 30), max_size=8),
)
def test_every_change_is_told_exactly_once_however_often_it_is_delivered(
    database: Database, told: list[list[Status]], repeats: list[int]
) -> None:
    with open_office(database, ships=False) as office:
        begin = office.clock()
        codes = [f"000.00.15.H58-261102-{next(NUMBERS)}" for _ in told]
        timelines = [
            timeline([Status.SUBMITTED, *statuses], code, begin) for statuses, code in zip(told, codes, strict=True)
        ]
        chat = Chat(office, "an")
        for lines, code in zip(timelines, codes, strict=True):
            office.hears(lines[0][0], as_of=lines[0][1])
            chat.says(code).taps("🔔 Theo dõi")
        deliveries = [one for lines in timelines for one in lines[1:]]
        office.clock.moves(hours=24)
        heard: list[str] = []
        for place, (record, as_of) in enumerate(deliveries):
            heard += notices(office.hears(record, as_of=as_of))
            for again in (deliveries[number] for number in repeats if number <= place):
                assert notices(office.hears(again[0], as_of=again[1])) == [], "it was told before"
        assert heard == [said(lines[0][0].code, new) for lines in timelines for new in changes(lines)]


def changes(lines: list[Delivery]) -> list[Status]:
    return [after.status for (before, _), (after, _) in pairwise(lines) if before.status is not after.status]


def notices(sent: list) -> list[str]:  # type: ignore[type-arg]
    return [plain_text(message.reply.text).splitlines()[0] for message in sent]


def said(code: str, status: Status) -> str:
    return plain_text(words("vi")("follow.changed", name=code, status=words("vi")(f"status.s{int(status)}")))
