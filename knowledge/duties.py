"""Who hears of what: rules as data over officials' fields, procedures, the duty roster and claims. Pure.

Every rule that fits a matter names its hearers by the first of its targets that leads to anybody; all fitting rules
count together. Where nobody set rules, and for what those that were set lead to nobody, the shipped ones hold: nothing
that happens is told to nobody while there is an official. A dossier that was claimed concerns its claimer; the
nearer its due date, the more people hear: at three working days the claimer, at one also those of the field, on the
day itself and after it the leaders as well.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

from knowledge.dossier import FiledBy
from knowledge.errors import Wrong
from knowledge.vietnamese import fold


class News(StrEnum):
    """What officials are told of."""

    NEW = "new"
    SUPPLEMENT = "supplement"
    STUCK = "stuck"
    DUE_3 = "due_3"
    DUE_1 = "due_1"
    DUE_0 = "due_0"
    OVERDUE = "overdue"
    FEEDBACK = "feedback"  # received, supplemented, reopened, withdrawn, or due
    SILENT = "silent"  # a source of dossiers gives nothing new
    FAILED = "failed"  # messages of a channel were given up
    HANDOVER = "handover"  # somebody asks for a person
    REMINDER = "reminder"  # whoever asked to be reminded


OF_CLAIMER = frozenset({News.NEW, News.SUPPLEMENT, News.STUCK, News.DUE_3, News.REMINDER})
"""What concerns the claimer alone once there is one."""
OF_LEADERS = frozenset({News.DUE_0, News.OVERDUE})
LEADER = "leader"
CHANNELS: Mapping[str, int] = {one.name.lower(): int(one) for one in FiledBy}
_CODE = re.compile(r"\d+\.\d+")


@dataclass(frozen=True, slots=True)
class Person:
    """A hearer: an official or a linked group, their role, what they handle as it was told."""

    id: int
    role: str
    fields: tuple[str, ...] = ()
    procedures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Matter:
    """What somebody is to hear of. `channel`: of filing, None (no source told) counts as the counter."""

    news: News
    field: str | None = None
    procedure: str | None = None
    channel: int | None = None
    claimer: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """Which matters go to whom; an empty tuple fits all. `to`: `field`, `duty`, `role:ROLE`, `official:NUMBER`."""

    to: tuple[str, ...]
    news: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    procedures: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()

    def fits(self, matter: Matter) -> bool:
        """Tell whether the rule speaks of a matter."""
        return (
            (not self.news or matter.news in self.news)
            and (not self.fields or spelt(matter.field) in map(spelt, self.fields))
            and (not self.procedures or code_of(matter.procedure) in map(code_of, self.procedures))
            and (not self.channels or (matter.channel or FiledBy.COUNTER) in [CHANNELS[one] for one in self.channels])
        )


DOSSIERS = (News.NEW, News.SUPPLEMENT, News.STUCK, News.DUE_3, News.DUE_1, News.DUE_0, News.OVERDUE, News.REMINDER)
SHIPPED = (
    Rule(to=("field", "duty", "role:official", "role:desk", "role:administrator"), news=DOSSIERS),
    Rule(to=("field", "duty", "role:official", "role:administrator"), news=(News.FEEDBACK,)),
    Rule(to=("role:administrator",), news=(News.FAILED, News.SILENT)),
    Rule(to=("role:official",), news=(News.SILENT,)),
    Rule(to=("duty", "role:official"), news=(News.HANDOVER,)),
    Rule(to=("duty", "role:desk"), news=(News.HANDOVER,)),
)
"""The rules where nobody set any.

A dossier: those of its field, else whoever is on duty, else all officials; so feedback, which the counter does not
handle. A silent source: administrators and officials. What was not delivered: administrators. Whoever asks for a
person: whoever is on duty, else all officials and the counter.
"""


def hearers(rules: Sequence[Rule], crew: Iterable[Person], duty: int | None, matter: Matter) -> dict[int, str]:
    """Tell who hears of a matter, each with the reason: `claimer`, `leader`, or the target of a rule."""
    persons = {one.id: one for one in crew}
    told: dict[int, str] = {}
    if matter.claimer in persons:
        assert matter.claimer is not None
        told[matter.claimer] = "claimer"
    if not told or matter.news not in OF_CLAIMER:
        found = _ruled(rules, persons, duty, matter) or _ruled(SHIPPED, persons, duty, matter)
        told = {**found, **told}
    if matter.news in OF_LEADERS:
        for one in persons.values():
            if one.role == LEADER:
                told.setdefault(one.id, LEADER)
    return told


def _ruled(rules: Sequence[Rule], persons: Mapping[int, Person], duty: int | None, matter: Matter) -> dict[int, str]:
    """Say who hears by these rules; whoever several lead to, for the reason of the first."""
    told: dict[int, str] = {}
    for rule in rules:
        if rule.fits(matter):
            told = {**_named(rule, persons, duty, matter), **told}
    return told


def _named(rule: Rule, persons: Mapping[int, Person], duty: int | None, matter: Matter) -> dict[int, str]:
    for target in rule.to:
        kind, _, name = target.partition(":")
        match kind:
            case "duty":
                found = [duty] if duty in persons and duty is not None else []
            case "field":
                found = _handling(persons.values(), matter)
            case "role":
                found = [one.id for one in persons.values() if one.role == name]
            case _:
                found = [int(name)] if int(name) in persons else []
        if found:
            return dict.fromkeys(found, target)
    return {}


def _handling(crew: Iterable[Person], matter: Matter) -> list[int]:
    """List who handles the procedure; where nobody names it, who handles the field."""
    listed = list(crew)
    code, field = code_of(matter.procedure), spelt(matter.field)
    by_code = [one.id for one in listed if code and code in map(code_of, one.procedures)]
    return by_code or [one.id for one in listed if field and field in map(spelt, one.fields)]


def spelt(name: str | None) -> str:
    """Give a field's name as it is compared: without regard to case, marks and blanks."""
    return " ".join(fold(name or "").split())


def code_of(code: str | None) -> str:
    """Give a procedure's code as it is compared: an agency's suffix (…000.00.00.H58) does not count."""
    bare = (code or "").strip()
    national = _CODE.match(bare)
    return national[0] if national is not None else bare.casefold()


_TARGET = re.compile(r"field|duty|role:(?:administrator|leader|official|desk|group)|official:\d{1,9}")
_KEYS: Mapping[str, Callable[[str], bool]] = {
    "to": lambda text: _TARGET.fullmatch(text) is not None,
    "news": lambda text: text in set(News),
    "fields": bool,
    "procedures": bool,
    "channels": lambda text: text in CHANNELS,
}


def read_rules(text: str) -> tuple[Rule, ...]:
    """Read rules from TOML, tables `[[rule]]` with the fields of `Rule`. Raises `Wrong` for the first fault."""
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Wrong(f"not TOML: {error}") from None
    given = parsed.get("rule", [])
    if set(parsed) - {"rule"} or not isinstance(given, list):
        raise Wrong("only tables [[rule]] are known")
    return tuple(map(partial(_rule), given, range(1, len(given) + 1)))


def _rule(given: Any, number: int) -> Rule:
    if not isinstance(given, dict) or not given.get("to"):
        raise Wrong(f"rule {number}: it says not to whom")
    for key, values in given.items():
        if key not in _KEYS or not isinstance(values, list):
            raise Wrong(f"rule {number}: {key!r} is unknown or no list")
        for value in values:
            if not isinstance(value, str) or not _KEYS[key](value):
                raise Wrong(f"rule {number}: {key}: {value!r} is unknown")
    return Rule(**{key: tuple(values) for key, values in given.items()})
