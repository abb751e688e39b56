"""How a catalogue says what is wrong with it: every fault at once, each with its entry and field."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CatalogueFault:
    """One fault.

    `entry` is an entry's id, "#3" for the third entry when it has none, or "" for the edition itself;
    `field` is a path such as "papers[2].form", or "" for the entry as a whole.
    """

    entry: str
    field: str
    what: str

    def __str__(self) -> str:
        return f"{self.entry or 'edition'}: {self.field + ': ' if self.field else ''}{self.what}"


class CatalogueError(ValueError):
    """A catalogue or an entry that cannot be used; `faults` are all of them."""

    def __init__(self, faults: Iterable[CatalogueFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))
