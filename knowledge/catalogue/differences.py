"""What changed between two editions: entries that are new, changed or gone, and a procedure's fields that differ."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from knowledge.catalogue.model import Edition, Procedure, national_part

COMPARED = tuple(f.name for f in fields(Procedure))


@dataclass(frozen=True, slots=True)
class Change:
    """An entry that is in both editions and differs in these fields (names of `Procedure`)."""

    old: Procedure
    new: Procedure
    fields: tuple[str, ...]

    @property
    def told(self) -> tuple[str, ...]:
        """The fields that a person is told, beside what stands behind them and how the entry is found."""
        return tuple(name for name in self.fields if name not in ("id", "evidence", "aliases", "related"))


@dataclass(frozen=True, slots=True)
class Differences:
    """What an edition changes against an older one; entries in the order of their editions."""

    added: tuple[Procedure, ...]
    changed: tuple[Change, ...]
    removed: tuple[Procedure, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def pairs(old: Edition, new: Edition) -> Iterator[tuple[Procedure, Procedure]]:
    """The entries that are in both editions: of the same id, else of the same national code."""
    by_id = {p.id: p for p in new.procedures}
    kept = {p.id for p in old.procedures if p.id in by_id}
    by_code = {national_part(p.code): p for p in new.procedures if p.code and p.id not in kept}
    for procedure in old.procedures:
        same = by_id.get(procedure.id) or by_code.get(national_part(procedure.code or ""))
        if same is not None:
            yield procedure, same


def differences(old: Edition | None, new: Edition) -> Differences:
    """Compare an edition with an older one; without an older one everything is new."""
    if old is None:
        return Differences(new.procedures, (), ())
    both = list(pairs(old, new))
    gone, known = {a.id for a, _ in both}, {b.id for _, b in both}
    compared = ((a, b, tuple(n for n in COMPARED if getattr(a, n) != getattr(b, n))) for a, b in both)
    return Differences(
        tuple(p for p in new.procedures if p.id not in known),
        tuple(Change(a, b, changed) for a, b, changed in compared if changed),
        tuple(p for p in old.procedures if p.id not in gone),
    )
