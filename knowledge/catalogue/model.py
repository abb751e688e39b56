"""What a catalogue of administrative procedures (thủ tục hành chính) consists of.

Every class is frozen and holds facts only. A text that is not known is "", a figure that is not known
is None; whether a fact that *is* recorded may be stated as true is the business of `Procedure.is_verified`.
"""

import dataclasses
import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Literal, TypeAlias

from pydantic import ConfigDict, with_config

_RECORD = ConfigDict(extra="forbid", strict=True)
"""How foreign data becomes these classes (see `records`): no unknown key, no silent conversion."""

_NATIONAL_PART = re.compile(r"\s*(\d\.\d{6})(?!\d)")

PaperForm: TypeAlias = Literal["original", "certified", "copy"]
TimeUnit: TypeAlias = Literal["working_days", "days", "working_hours"]
FeeKind: TypeAlias = Literal["none", "amount", "unknown"]
Kind: TypeAlias = Literal["procedure", "redirect"]


@with_config(_RECORD)
@dataclass(frozen=True, slots=True)
class Paper:
    """One paper of the file (thành phần hồ sơ); `count` as the list of papers states it."""

    name: str
    form: PaperForm | None = None
    count: int | None = None
    when_needed: str = ""
    form_file: str | None = None
    link: str | None = None


@with_config(_RECORD)
@dataclass(frozen=True, slots=True)
class Duration:
    """A time to settle a file (thời hạn giải quyết), counted from the receipt of a complete file.

    `value` is None where the time is a range, differs by case, or does not run from the receipt: then only
    `note` tells it and no due date may be reckoned. `legal` is what the law gives, beside a shortened time.
    """

    value: int | None = None
    unit: TimeUnit | None = None
    note: str = ""
    legal: "Duration | None" = None


@with_config(_RECORD)
@dataclass(frozen=True, slots=True)
class Fee:
    """A fee (phí, lệ phí) in VND; `unknown` means that the sources name at most its basis, not its amount."""

    kind: FeeKind
    amount: int | None = None
    per_what: str = ""
    basis: str = ""
    note: str = ""


@with_config(_RECORD)
@dataclass(frozen=True, slots=True)
class Channels:
    """Ways to file; None is not known.

    `online`: whether it can be filed online at all, where the level is not known; `online_level` 4 is toàn trình, 3 is
    một phần (NĐ 42/2022/NĐ-CP); `portal` names the portal, `link` is the page of
    this procedure there.
    """

    online_level: Literal[3, 4] | None = None
    counter: bool | None = None
    post: bool | None = None
    portal: str = ""
    link: str | None = None
    online: bool | None = None


@with_config(_RECORD)
@dataclass(frozen=True, slots=True)
class LegalBasis:
    """A legal document (căn cứ pháp lý): number such as "67/2014/QH13", its date, what to know of it."""

    number: str
    date: datetime.date | None = None
    link: str | None = None
    note: str = ""


@with_config(_RECORD)
@dataclass(frozen=True, slots=True)
class Redirect:
    """To whom a matter goes that the agency does not handle."""

    body: str
    note: str = ""


@with_config(_RECORD)
@dataclass(frozen=True, slots=True)
class Evidence:
    """What stands behind one field.

    `sources` are names for reading, each with its link in angle brackets where there is one (`split_source`).
    `illustrative` marks a value that only illustrates (minh hoạ); `doubt` says why the sources do not settle
    the field (another law, another province, totals only). Either makes the field unverified.
    """

    sources: tuple[str, ...] = ()
    checked_on: datetime.date | None = None
    illustrative: bool = False
    doubt: str = ""

    @property
    def verifies(self) -> bool:
        """Whether the field may be stated as fact."""
        return bool(self.sources) and not self.illustrative and not self.doubt


NO_EVIDENCE = Evidence()


@with_config(_RECORD)
@dataclass(frozen=True, slots=True)
class Procedure:
    """One entry: a procedure that the agency handles, or a redirect to another body.

    `code` is the national code, with or without the province's tail (1.002696 or 1.002696.000.00.00.H58).
    `evidence` is keyed by field name; `online_level` has its own key beside `channels`.
    """

    id: str
    title: str
    field: str
    kind: Kind = "procedure"
    code: str | None = None
    short_title: str = ""
    title_en: str = ""
    short_title_en: str = ""
    field_en: str = ""
    aliases: tuple[str, ...] = ()
    audience: str = ""
    papers: tuple[Paper, ...] = ()
    sets: int | None = None
    steps: tuple[str, ...] = ()
    time: Duration | None = None
    fees: tuple[Fee, ...] = ()
    channels: Channels = Channels()
    result: str = ""
    conditions: tuple[str, ...] = ()
    legal_basis: tuple[LegalBasis, ...] = ()
    competent_body: str = ""
    receiving_body: str = ""
    related: tuple[str, ...] = ()
    redirect: Redirect | None = None
    published_by: LegalBasis | None = None
    # A mapping has no hash; two entries that differ only in evidence are still unequal.
    evidence: Mapping[str, Evidence] = dataclasses.field(default_factory=dict, hash=False)

    def has(self, name: str) -> bool:
        """Whether anything is recorded in this field, verified or not. KeyError if the name is no field."""
        _check_name(name)
        if name == "online_level":
            return self.channels.online_level is not None
        return getattr(self, name) not in (None, "", (), Channels())

    def evidence_of(self, name: str) -> Evidence:
        """What stands behind the field; empty if nothing does. KeyError if the name is no field."""
        _check_name(name)
        return self.evidence.get(name, NO_EVIDENCE)

    def is_verified(self, name: str) -> bool:
        """Whether the field is recorded and sourced beyond doubt. KeyError if the name is no field."""
        return self.has(name) and self.evidence_of(name).verifies


EVIDENCE_FIELDS = frozenset(f.name for f in fields(Procedure)) - {"id", "kind", "evidence"} | {"online_level"}
"""The names under which evidence may be kept."""


@dataclass(frozen=True, slots=True)
class Edition:
    """A catalogue as it stood for a time; `procedures` holds every entry in order, redirects included.

    `effective_to` is the last day, None while there is no end. `note` says what was left out and why.
    """

    name: str
    title: str
    agency_note: str
    effective_from: datetime.date
    effective_to: datetime.date | None
    publication_decision: str
    note: str
    procedures: tuple[Procedure, ...]

    def by_id(self, entry_id: str) -> Procedure | None:
        """The entry with this id, redirects included."""
        return next((p for p in self.procedures if p.id == entry_id), None)

    def by_code(self, code: str) -> Procedure | None:
        """The entry with this national code; a province's tail does not matter."""
        wanted = national_part(code)
        if wanted is None:
            return None
        return next((p for p in self.procedures if p.code and national_part(p.code) == wanted), None)

    def handled(self) -> tuple[Procedure, ...]:
        """The procedures that the agency itself handles."""
        return tuple(p for p in self.procedures if p.kind == "procedure")

    def redirects(self) -> tuple[Procedure, ...]:
        """The matters that go to other bodies."""
        return tuple(p for p in self.procedures if p.kind == "redirect")

    def fields(self) -> tuple[tuple[str, tuple[Procedure, ...]], ...]:
        """Fields (lĩnh vực) in the order of their first entry, each with the procedures handled there."""
        return tuple((name, self.of_field(name)) for name in dict.fromkeys(p.field for p in self.handled()))

    def of_field(self, name: str) -> tuple[Procedure, ...]:
        """The procedures handled in this field, in order; redirects are left out."""
        return tuple(p for p in self.handled() if p.field == name)


def national_part(code: str) -> str | None:
    """The national part of a code: "1.002696" of "1.002696.000.00.00.H58"; None if it is no code."""
    found = _NATIONAL_PART.match(code)
    return found.group(1) if found else None


def split_source(source: str) -> tuple[str, str | None]:
    """The name and the link of one of `Evidence.sources`; the link is None where there is none."""
    name, opening, link = source.partition(" <")
    return (name, link.removesuffix(">")) if opening else (source, None)


def _check_name(name: str) -> None:
    if name not in EVIDENCE_FIELDS:
        raise KeyError(name)
