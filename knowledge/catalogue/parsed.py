"""What a file of a catalogue gave: the edition that its good entries make, and every fault of the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from knowledge.catalogue.checks import edition_faults, text_faults
from knowledge.catalogue.faults import CatalogueFault, FaultKind, shown
from knowledge.catalogue.model import Edition, Procedure

REQUIRED = ("name", "title", "effective_from")
EMPTY_HEAD: Mapping[str, Any] = {"agency_note": "", "effective_to": None, "publication_decision": "", "note": ""}
HEAD = (*REQUIRED, *EMPTY_HEAD)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file that was read.

    `head` is what it says of the edition as a whole, possibly little; `good` are the entries without a fault, in order;
    `read` is how many entries there were; `faults` are all there are, those of `good` against each other included.
    """

    head: Mapping[str, Any]
    good: tuple[Procedure, ...]
    read: int
    faults: tuple[CatalogueFault, ...]

    @property
    def refused(self) -> int:
        """How many entries have a fault."""
        return self.read - len(self.good)

    def edition(self, name: str, today: date) -> Edition:
        """The edition of the good entries; what the file does not say of it is filled in with this name and day."""
        given = {key: value for key, value in self.head.items() if key in HEAD and not self._is_faulty(key)}
        head = {**EMPTY_HEAD, "title": name, "effective_from": today, **given, "name": name}
        return Edition(**head, procedures=self.good)

    def _is_faulty(self, key: str) -> bool:
        return any(fault.field == f"edition.{key}" for fault in self.faults)


def head_faults(head: object) -> list[CatalogueFault]:
    """What is wrong with what a file says of the edition as a whole."""
    if not isinstance(head, Mapping):
        return [CatalogueFault("", "edition", "missing")]
    faults = text_faults(head, "", "edition")
    faults += [CatalogueFault("", f"edition.{key}", "unknown_key") for key in head if key not in HEAD]
    faults += [CatalogueFault("", f"edition.{key}", "missing") for key in sorted(REQUIRED) if not head.get(key)]
    for key, value in head.items():
        # A TOML date-time reads as a datetime, which Python counts as a date too.
        wanted = date if key.startswith("effective_") else str
        if key in HEAD and value is not None and (not isinstance(value, wanted) or isinstance(value, datetime)):
            kind: FaultKind = "not_a_date" if wanted is date else "not_a_text"
            faults.append(CatalogueFault("", f"edition.{key}", kind, {"value": shown(value)}))
    if not faults and head.get("effective_to") and head["effective_to"] < head["effective_from"]:
        faults.append(CatalogueFault("", "edition.effective_to", "ends_before", {"value": head["effective_to"]}))
    return faults


def settle(
    head: Mapping[str, Any], procedures: Sequence[Procedure], read: int, faults: Sequence[CatalogueFault]
) -> Parsed:
    """Check the entries against each other and keep those without a fault.

    `faults` are those found so far: an entry that one of them names is not good. Of entries that repeat one another
    the first is kept.
    """
    seen = {fault.entry for fault in faults}
    # Who is related to an entry that is refused is not at fault for that.
    between = [f for f in edition_faults(procedures) if f.kind != "unknown_entry" or f.values["value"] not in seen]
    repeated = {fault.entry for fault in between if fault.field == "id"}
    bad = seen | {fault.entry for fault in between if fault.field != "id"}
    good: dict[str, Procedure] = {}
    for procedure in procedures:
        if procedure.id not in bad and not (procedure.id in repeated and procedure.id in good):
            good[procedure.id] = procedure
    return Parsed(head, tuple(good.values()), read, (*faults, *between))


def at_line(fault: CatalogueFault, line: int) -> CatalogueFault:
    """The fault with the line of a file at which it stands."""
    return replace(fault, line=line)
