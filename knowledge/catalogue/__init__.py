"""The catalogue of procedures: its model, its editions, its records and the rules that both keep."""

from knowledge.catalogue.checks import FEE_UNIT_VND, SHORT_TITLE_MAX, edition_faults
from knowledge.catalogue.editions import load_edition, parse_edition, shipped_editions
from knowledge.catalogue.faults import CatalogueError, CatalogueFault
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
from knowledge.catalogue.records import from_record, to_record

__all__ = [
    "EVIDENCE_FIELDS",
    "FEE_UNIT_VND",
    "SHORT_TITLE_MAX",
    "CatalogueError",
    "CatalogueFault",
    "Channels",
    "Duration",
    "Edition",
    "Evidence",
    "Fee",
    "LegalBasis",
    "Paper",
    "Procedure",
    "Redirect",
    "edition_faults",
    "from_record",
    "load_edition",
    "national_part",
    "parse_edition",
    "shipped_editions",
    "split_source",
    "to_record",
]
