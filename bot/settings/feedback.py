"""How feedback is handled (`handlers/feedback/form.py`): the promise, reminders, and where complaints are led."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from bot.settings.sources import Section
from bot.settings.values import one_line, seconds

Days = Annotated[int, BeforeValidator(seconds), Field(ge=1, le=365)]
Text = Annotated[str, AfterValidator(one_line)]
_DAYS = "a whole number of days from 1 to 365"


class FeedbackSettings(Section):
    """How feedback is handled."""

    days: Days = Field(default=20, description=_DAYS)
    news_days: Days = Field(default=7, description=_DAYS)
    remind_days: Days = Field(default=3, description=_DAYS)
    per_day: Annotated[int, BeforeValidator(seconds), Field(ge=1, le=1000)] = Field(
        default=5, description="a whole number from 1 to 1000"
    )
    complaints_to: Text = Field(default="", description="where complaints are handed in, or empty")
    denunciations_to: Text = Field(default="", description="where denunciations are handed in, or empty")
