"""A file of dossiers → records and faults, by what its bytes are: csv or xlsx."""

from __future__ import annotations

from collections.abc import Iterator

from bot.intake.csv_files import read_csv
from bot.intake.table import Layout, read_rows
from bot.intake.xlsx_files import read_xlsx
from handlers.intake.words import FileFault, RowFault
from knowledge.dossier import DossierRecord
from knowledge.media import Media, sniff

ZIP = b"PK\x03\x04"


def read_file(content: bytes, layout: Layout) -> Iterator[DossierRecord | RowFault]:
    """Read a file row by row, a record or a fault each. Raises `FileFault` when it cannot be taken at all."""
    if content.startswith(ZIP):
        if sniff(content) is not Media.XLSX:  # a workbook that unpacks too far is none
            raise FileFault("not_xlsx")
        rows = read_xlsx(content)
    else:
        rows = read_csv(content)
    _, titles = next(rows)
    return read_rows(titles or [], rows, layout)
