"""The catalogue of procedures: its model, its editions, its files, and the rules that all of them keep."""

from knowledge.catalogue.checks import FEE_UNIT_VND, SHORT_TITLE_MAX, edition_faults
from knowledge.catalogue.differences import Change, Differences, differences, pairs
from knowledge.catalogue.editions import load_edition, parse_edition, shipped_editions
from knowledge.catalogue.faults import CatalogueError, CatalogueFault, Place
from knowledge.catalogue.model import (
    EVIDENCE_FIELDS,
    Channels,
    Duration,
    Edition,
    Evidence,
    Fee,
    LegalBasis,
    Paper,
    Procedure,
    Redirect,
    national_part,
    split_source,
)
from knowledge.catalogue.parsed import Parsed
from knowledge.catalogue.records import from_record, to_record
from knowledge.catalogue.staleness import Stale, stale

__all__ = [
    "EVIDENCE_FIELDS",
    "FEE_UNIT_VND",
    "SHORT_TITLE_MAX",
    "CatalogueError",
    "CatalogueFault",
    "Change",
    "Channels",
    "Differences",
    "Duration",
    "Edition",
    "Evidence",
    "Fee",
    "LegalBasis",
    "Paper",
    "Parsed",
    "Place",
    "Procedure",
    "Redirect",
    "Stale",
    "differences",
    "edition_faults",
    "from_record",
    "load_edition",
    "national_part",
    "pairs",
    "parse_edition",
    "shipped_editions",
    "split_source",
    "stale",
    "to_record",
]
