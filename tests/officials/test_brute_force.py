"""Random news, officials, rules, rosters and claims: who hears equals a calculation that shares nothing with ours.

Short here; `MOTCUA_LONG=1` takes 5,000 dossiers and 40 officials.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from handlers.officials.telling import Told, tell
from knowledge.dossier import DossierRecord, FiledBy
from knowledge.duties import News, Rule
from knowledge.roster import Days
from knowledge.status import Status
from storage import accounts
from storage.accounts import lane_of
from storage.database import Connection, Database
from storage.dossiers import intake
from storage.dossiers import records as dossiers
from storage.dossiers.intake import Origin
from storage.officials import duty, roster, scopes
from storage.officials import register as officials
from storage.officials.register import Role
from storage.schema import duty_notice
from tests.stories.office import COMPLETE

LONG = os.environ.get("MOTCUA_LONG") == "1"
DOSSIERS, OFFICIALS, WORLDS = (5_000, 40, 3) if LONG else (60, 12, 6)
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
FIELDS = ("Xây dựng", "Đầu tư", "Lao động", "Môi trường")
SPELT = {"Xây dựng": "XAY  DUNG", "Đầu tư": "đầu tư", "Lao động": "lao dong", "Môi trường": "Moi truong"}
CODES = ("1.009972", "1.003560", "2.000100", "B3")
SUFFIX = ".000.00.00.H58"
KINDS = (News.NEW, News.SUPPLEMENT, News.STUCK, News.DUE_3, News.DUE_1, News.DUE_0, News.OVERDUE)
OTHERS = (News.FEEDBACK, News.SILENT, News.FAILED, News.HANDOVER)  # of no dossier
DEFAULTS: dict[News, list[tuple[str, ...]]] = {
    News.FEEDBACK: [("field", "duty", "role:official", "role:administrator")],
    News.SILENT: [("role:administrator",), ("role:official",)],
    News.FAILED: [("role:administrator",)],
    News.HANDOVER: [("duty", "role:official"), ("duty", "role:desk")],
}
WAYS = {None: "counter", FiledBy.COUNTER: "counter", FiledBy.ONLINE: "online", FiledBy.POST: "post"}


@dataclass
class World:
    """What was made up, as plain data: the other calculation reads only this."""

    people: dict[int, tuple[str, set[str], set[str]]] = field(default_factory=dict)
    unreached: set[int] = field(default_factory=set)
    rules: list[Rule] = field(default_factory=list)
    rotation: list[int] = field(default_factory=list)
    away: set[int] = field(default_factory=set)
    claims: dict[int, int] = field(default_factory=dict)


def some(dice: random.Random, things: tuple[str, ...], most: int) -> tuple[str, ...]:
    return tuple(dice.sample(things, dice.randint(0, most)))


def populate(tx: Connection, database: Database, dice: random.Random, world: World) -> None:
    for at in range(OFFICIALS):
        role = dice.choice(list(Role))
        number, code = officials.invite_new(tx, role, f"official {at}", NOW, NOW + timedelta(days=1))
        fields, procedures = set(some(dice, FIELDS, 2)), set(some(dice, CODES, 1))
        scopes.assign(tx, number, sorted(SPELT[one] for one in fields), sorted(procedures))
        if dice.random() < 0.1:
            world.unreached.add(number)
        else:
            lane = lane_of(database.vault, "test", f"o{at}")
            who = accounts.add(tx, channel="test", address=f"o{at}", lane=lane, now=NOW)
            found = officials.open_invite(tx, code, NOW)
            assert found is not None
            assert officials.accept(tx, found, who, NOW)
            if dice.random() < 0.1:
                accounts.close(tx, who, NOW)
                world.unreached.add(number)
        if dice.random() < 0.05:
            officials.revoke(tx, number, NOW)
            world.unreached.add(number)
            continue
        world.people[number] = (str(role), fields, procedures)
    for _ in range(dice.randint(0, 5)):
        world.rules.append(random_rule(dice, list(world.people)))
    duty.set_rules(tx, world.rules)
    if dice.random() < 0.8:
        world.rotation = dice.sample(list(world.people), 2)
        roster.rotate(tx, date(2026, 11, 9), world.rotation)
        for one in world.rotation:
            if dice.random() < 0.3:
                world.away.add(one)
                roster.note(tx, roster.AWAY, Days(one, date(2026, 11, 20), date(2026, 11, 25)), NOW)


def random_rule(dice: random.Random, people: list[int]) -> Rule:
    targets = ("field", "duty", "role:official", "role:group", "role:desk", f"official:{dice.choice(people)}")
    to = tuple(dice.sample(targets, dice.randint(1, 3)))
    news = some(dice, tuple(map(str, KINDS + OTHERS)), 4)
    procedures = tuple(one + SUFFIX if one[0].isdigit() else one for one in some(dice, CODES, 1))
    channels = some(dice, ("counter", "online", "post"), 2)
    return Rule(to, news, some(dice, FIELDS, 2), procedures, channels)


def random_news(tx: Connection, dice: random.Random, world: World) -> list[Told]:
    records = [
        DossierRecord(
            f"000.00.15.H58-261102-{number:04d}",
            Status.PROCESSING,
            NOW - timedelta(days=9),
            procedure_code=dice.choice((None, *CODES)),
            field_title=dice.choice((None, *FIELDS)),
            filed_by=dice.choice((None, *FiledBy)),
        )
        for number in range(DOSSIERS)
    ]
    told = []
    for start in range(0, DOSSIERS, 50):
        taken = intake.take_in_batch(tx, records[start : start + 50], Origin("x", NOW), NOW)
        for one in dossiers.by_ids(tx, [each.dossier_id for each in taken if each.dossier_id is not None]):
            if dice.random() < 0.3:
                world.claims[one.id] = dice.choice(list(world.people))
                assert duty.take(tx, one.id, world.claims[one.id], NOW)
            told.append(Told(dice.choice(KINDS), one, "mark"))
    others = range(DOSSIERS // 5)
    return told + [
        Told(dice.choice(OTHERS), None, "mark", f"feedback:{number}", dice.choice((None, *FIELDS))) for number in others
    ]


def expected(world: World, told: list[Told]) -> Iterator[tuple[str, str, int]]:
    """Go through every official for every piece of news."""
    reached = {number: one for number, one in world.people.items() if number not in world.unreached}
    present = [one for one in world.rotation[0:2] if one not in world.away]
    on_duty = present[0] if present else None  # the third week since the 9th begins with the first of the two
    for one in told:
        for number in reached:
            if hears(world, reached, on_duty, one, number):
                yield str(one.news), one.subject if one.dossier is None else f"dossier:{one.dossier.id}", number


def hears(
    world: World, reached: dict[int, tuple[str, set[str], set[str]]], duty_now: int | None, one: Told, me: int
) -> bool:
    claimer = None if one.dossier is None else world.claims.get(one.dossier.id)
    if deaf(one, reached[me][0]):
        return False
    if claimer == me:
        return True
    if reached[me][0] == "leader" and one.news in (News.OVERDUE, News.DUE_0):
        return True
    if claimer in reached and one.news in (News.NEW, News.SUPPLEMENT, News.STUCK, News.DUE_3):
        return False
    by_own = [named(rule, reached, duty_now, one) for rule in world.rules if about(rule, one)]
    if any(by_own):
        return any(me in found for found in by_own)
    shipped = DEFAULTS.get(one.news, [("field", "duty", "role:official", "role:desk", "role:administrator")])
    return any(me in named(Rule(to), reached, duty_now, one) for to in shipped)


def about(rule: Rule, one: Told) -> bool:
    if rule.news and str(one.news) not in rule.news:
        return False
    field, code, way = seen(one)
    if rule.fields and field not in rule.fields:
        return False
    if rule.procedures and code not in [each.removesuffix(SUFFIX) for each in rule.procedures]:
        return False
    return not rule.channels or way in rule.channels


def seen(one: Told) -> tuple[str | None, str | None, str]:
    if one.dossier is None:
        return one.field, None, "counter"
    way = None if one.dossier.channel is None else FiledBy(one.dossier.channel)
    return one.dossier.field_title, one.dossier.procedure_code, WAYS[way]


def deaf(one: Told, role: str) -> bool:
    return (one.news, role) in ((News.FEEDBACK, "desk"), (News.HANDOVER, "group"))


def named(rule: Rule, reached: dict[int, tuple[str, set[str], set[str]]], duty_now: int | None, one: Told) -> set[int]:
    field, code, _ = seen(one)
    reached = {me: found for me, found in reached.items() if not deaf(one, found[0])}
    for target in rule.to:
        if target == "duty":
            found = {me for me in reached if me == duty_now}
        elif target == "field":
            found = {me for me, (_, _, codes) in reached.items() if code in codes}
            found = found or {me for me, (_, fields, _) in reached.items() if field in fields}
        elif target.startswith("role:"):
            found = {me for me, (role, _, _) in reached.items() if role == target[5:]}
        else:
            found = {int(target[9:])} & set(reached)
        if found:
            return found
    return set()


def test_who_hears_of_random_dossiers_equals_a_brute_force_calculation(database: Database) -> None:
    for seed in range(WORLDS):
        dice, world = random.Random(seed), World()
        with database.transaction() as tx:
            populate(tx, database, dice, world)
            told = random_news(tx, dice, world)
            at_once = list(tell(COMPLETE, tx, told, NOW))
            again = list(tell(COMPLETE, tx, told, NOW))
            noted = {(row.news, row.subject, row.official_id) for row in tx.execute(duty_notice.select())}
            tx.rollback()
        assert noted == set(expected(world, told)), seed
        assert again == [], "nothing is told twice"
        assert len(at_once) <= len(noted)
