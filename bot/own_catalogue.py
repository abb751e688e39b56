"""The catalogue of the agency's own that the settings name for the first start."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bot.settings import Settings
from handlers.catalogue import editions, faults
from handlers.texts import words
from knowledge.catalogue import CatalogueError, Edition
from knowledge.catalogue.files import read_file
from knowledge.errors import WrongSettings

FAULTS_TOLD = 20  # of one file at a start; `motcua catalogue check` tells all of them


def own_catalogue(settings: Settings, now: datetime) -> Callable[[], Edition]:
    """Give what reads the file when it is needed. It raises `WrongSettings` for one with faults: it names them."""

    def read() -> Edition:
        file, today = Path(settings.catalogue.file), now.astimezone(settings.agency.timezone).date()
        try:
            parsed = read_file(file.name, file.read_bytes(), today)
            found = parsed.faults
        except OSError as error:
            raise WrongSettings([f"catalogue.file: {file}: {error.strerror}"]) from None
        except CatalogueError as error:
            found = error.faults
        if found:
            told = faults.listed(words("en"), found, FAULTS_TOLD)
            raise WrongSettings([f"catalogue.file: {line}" for line in told])
        return parsed.edition(editions.name_of(str(parsed.head.get("name") or file.stem)), today)

    return read
