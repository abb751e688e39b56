"""Upkeep of the catalogue: a file becomes a draft, a draft is put in force, the last one can be taken back.

Long work (reading a file, asking the golden questions) is done between two short transactions: `propose`, then `judge`
without the database, then `publish`. Each step leaves a line in the audit trail.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime

from handlers.catalogue import announcing, library
from handlers.texts import Words
from knowledge.catalogue import Edition, Parsed, differences
from knowledge.catalogue.golden import Trial, trial
from knowledge.errors import Wrong
from knowledge.questions import Group
from knowledge.vietnamese import fold
from storage import audit, catalogue, questions
from storage.catalogue import DRAFT, PUBLISHED, InForce, Kept
from storage.database import Connection

NAME_MOST = 48  # characters of an edition's name: it stands in a button, with a number added
WORDINGS_MOST = 5  # of a group that become names: more of the same help no search
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Proposal:
    """An edition about to be published: what it is, and the one in force on its first day, if any."""

    kept: Kept
    edition: Edition
    before: Edition | None
    in_force: InForce | None


@dataclass(frozen=True, slots=True)
class Published:
    """An edition that was put in force, and the draft of its announcement, "" when there is nothing to announce."""

    edition: Edition
    announcement: str


def read(tx: Connection, name: str) -> Edition:
    """Load an edition by name. Raises `Wrong` when there is none."""
    return library.load(tx, _found(tx, name).id)


def take_in(tx: Connection, parsed: Parsed, name: str, today: date, now: datetime, *, chosen: bool) -> Edition:
    """Keep what a file gave as a draft, and return it.

    A `chosen` name must be free or a draft's; one that a file brings gets a number where it is taken. Raises `Wrong`
    when nothing of the file is good, or the chosen name is taken.
    """
    if not parsed.good:
        raise Wrong("no entry was taken")
    wanted = name_of(name)
    kept = catalogue.find(tx, wanted)
    if kept is not None and kept.state != DRAFT:
        if chosen:
            raise Wrong(f"{wanted} is {kept.state} and stays as it is: choose another name")
        wanted = free_name(tx, wanted)
    edition = parsed.edition(wanted, today)
    library.save(tx, edition, now, refused=parsed.refused + _head_faults(parsed))
    detail = f"{wanted}: {len(parsed.good)} entries, {parsed.refused} refused"
    audit.add(tx, "edition_imported", now, detail=detail)
    return edition


def propose(tx: Connection, name: str, since: date | None, today: date) -> Proposal:
    """Load a draft and the edition that it would follow.

    `since` is its first day; None: today, or its own first day where that is still to come. Raises `Wrong` when it
    cannot be published: there is none, it is in force already, or its file had faults.
    """
    kept = _found(tx, name)
    if kept.state == PUBLISHED:
        raise Wrong(f"{name} is published already")
    if kept.refused:
        raise Wrong(f"{name}: its file had {kept.refused} faults; nothing is published from a file with faults")
    edition = library.load(tx, kept.id)
    first = since or max(today, edition.effective_from)
    edition = replace(edition, effective_from=first, effective_to=None)
    current = catalogue.in_force(tx, first)
    before = None if current is None else library.load(tx, current.id)
    return Proposal(kept, edition, before, current)


def judge(proposal: Proposal) -> Trial | None:
    """Ask both editions the golden questions; None where there is no edition before. Takes seconds, no database."""
    return None if proposal.before is None else trial(proposal.before, proposal.edition)


def publish(
    tx: Connection,
    proposal: Proposal,
    verdict: Trial | None,
    say: Words,
    agency: str,
    now: datetime,
    *,
    force: bool = False,
) -> Published:
    """Put a proposed edition in force and keep the draft of its announcement.

    Raises `Wrong` when the golden questions fare worse and it is not forced, or when an edition changed meanwhile.
    """
    worse = verdict is not None and verdict.is_worse
    if worse and not force:
        raise Wrong(f"{proposal.kept.name}: golden questions fare worse; mend the edition, or --force")
    first = proposal.edition.effective_from
    if _found(tx, proposal.kept.name) != proposal.kept or catalogue.in_force(tx, first) != proposal.in_force:
        raise Wrong("the catalogue was changed meanwhile; try again")
    catalogue.publish(tx, proposal.kept.name, first, None, now)
    lost = f", forced although {len(verdict.lost)} golden questions fare worse" if worse and verdict else ""
    audit.add(tx, "edition_published", now, detail=f"{proposal.kept.name} from {first.isoformat()}{lost}")
    text = announcing.worded(say, agency, proposal.edition, differences(proposal.before, proposal.edition))
    if text:
        catalogue.add_announcement(tx, proposal.kept.id, text, now)
    return Published(proposal.edition, text)


def roll_back(tx: Connection, today: date, now: datetime) -> tuple[str, str]:
    """Withdraw the edition published last; returns its name and that of the edition then in force.

    Raises `Wrong` when there is none, or when no other would be in force today.
    """
    last = catalogue.published_last(tx)
    if last is None:
        raise Wrong("no edition is published")
    catalogue.withdraw(tx, last.id)
    current = catalogue.in_force(tx, today)
    if current is None:
        raise Wrong(f"without {last.name} no edition would be in force")
    name = catalogue.name_of(tx, current.id)
    audit.add(tx, "edition_withdrawn", now, detail=f"{last.name}; in force is {name}")
    return last.name, name


def attach(tx: Connection, group: Group, entry_id: str, today: date, now: datetime) -> str:
    """Make a group of questions names of an entry in a draft of the edition in force, and close them.

    Returns the draft's name. Raises `Wrong` when there is no such entry.
    """
    current = catalogue.in_force(tx, today)
    if current is None:
        raise Wrong("no edition of the catalogue is in force")
    name = free_name(tx, catalogue.name_of(tx, current.id))
    kept = catalogue.find(tx, name)
    edition = library.load(tx, current.id if kept is None else kept.id)
    entry = edition.by_id(entry_id) or edition.by_code(entry_id)
    if entry is None:
        raise Wrong(f"{name} has no entry {entry_id!r}")
    aliases = tuple(dict.fromkeys((*entry.aliases, *group.wordings[:WORDINGS_MOST])))
    changed = replace(entry, aliases=aliases)
    entries = tuple(changed if one is entry else one for one in edition.procedures)
    drafted = replace(edition, name=name, procedures=entries)
    library.save(tx, drafted, now, refused=0 if kept is None else kept.refused)
    questions.settle(tx, group.ids, questions.ATTACHED, entry.id)
    audit.add(tx, "edition_changed", now, detail=f"{name}: {len(group.ids)} questions attached to {entry.id}")
    return name


def name_of(text: str) -> str:
    """Make the name of an edition of a text: a file's name, or what somebody typed. Raises `Wrong` for an empty one."""
    name = "-".join(re.findall(r"[a-z0-9._]+", fold(text).lower()))[:NAME_MOST].strip(".-_")
    if not _NAME.fullmatch(name):
        raise Wrong(f"{text!r} is no name for an edition: use letters without marks, digits and dashes")
    return name


def free_name(tx: Connection, name: str) -> str:
    """Number a name until it is free or a draft's: dong-thap-2026.2."""
    stem = re.sub(r"\.\d{1,3}$", "", name)
    number = 2
    while (kept := catalogue.find(tx, f"{stem}.{number}")) is not None and kept.state != DRAFT:
        number += 1
    return f"{stem}.{number}"


def _found(tx: Connection, name: str) -> Kept:
    kept = catalogue.find(tx, name)
    if kept is None:
        names = ", ".join(one.name for one in catalogue.listed(tx)) or "none"
        raise Wrong(f"no edition {name!r}; there are: {names}")
    return kept


def _head_faults(parsed: Parsed) -> int:
    """Count the faults that refused no entry: of the file itself, of the edition's own part."""
    return sum(not fault.entry for fault in parsed.faults)
