"""How long what is personal is kept, by kind (`storage/people/retention.py`); the nightly purge removes the rest."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field

from bot.settings.sources import Section
from bot.settings.values import seconds

Days = Annotated[int, BeforeValidator(seconds), Field(ge=1, le=3650)]
_DAYS = "a whole number of days from 1 to 3650"


class Privacy(Section):
    """Days for which each kind is kept."""

    conversations_days: Days = Field(default=90, description=_DAYS)
    questions_days: Days = Field(default=365, description=_DAYS)
    checklists_days: Days = Field(default=365, description=_DAYS)
    dossiers_days: Days = Field(default=730, description=_DAYS)
    surveys_days: Days = Field(default=730, description=_DAYS)
    contacts_days: Days = Field(default=730, description=_DAYS)

    def kept(self) -> dict[str, timedelta]:
        """Give how long each kind is kept."""
        return {name.removesuffix("_days"): timedelta(days=days) for name, days in self.model_dump().items()}
