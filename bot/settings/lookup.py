"""How look-ups of dossiers are guarded and dossiers are followed (`guard.py`, `follows.py` in `handlers/dossiers/`)."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from bot.settings.sources import Section
from bot.settings.values import seconds

Count = Annotated[int, BeforeValidator(seconds), Field(ge=1, le=100_000)]
_COUNT = "a whole number from 1 to 100000"
_DAYS = "a whole number of days from 1 to 100000"


class Lookup(Section):
    """How look-ups are guarded and dossiers followed."""

    person_misses: Count = Field(default=10, description=_COUNT)
    network_misses: Count = Field(default=30, description=_COUNT)
    overall_misses: Count = Field(default=300, description=_COUNT)
    steps: Count = Field(default=12, description=_COUNT)
    pause_seconds: Annotated[float, BeforeValidator(seconds), Field(gt=0, le=60, allow_inf_nan=False)] = Field(
        default=2.0, description="a number of seconds above 0, at most 60"
    )
    follow_days: Count = Field(default=90, description=_DAYS)
    remind_days: Count = Field(default=3, description=_DAYS)
