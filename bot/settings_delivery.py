"""The settings of delivery: leases and quiet hours."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainValidator, model_validator

from bot.settings_sources import Section
from bot.settings_values import quiet_span, seconds

ONE_HOUR = 3600.0  # seconds; a message that takes longer to send has other troubles

Seconds = Annotated[float, BeforeValidator(seconds), Field(gt=0, le=ONE_HOUR, allow_inf_nan=False)]


class Delivery(Section):
    """How long a process holds a message that it sends, how long a platform may take, and when it is quiet."""

    lease_seconds: Seconds = Field(
        default=60.0, description=f"a number of seconds above 0, at most {ONE_HOUR:.0f}, above delivery.send_seconds"
    )
    send_seconds: Seconds = Field(default=20.0, description=f"a number of seconds above 0, at most {ONE_HOUR:.0f}")
    quiet_hours: Annotated[tuple[time, time] | None, PlainValidator(quiet_span)] = Field(
        default=None, description='a span "HH:MM-HH:MM" that may go over midnight, or empty'
    )

    @model_validator(mode="after")
    def _a_send_ends_within_its_lease(self) -> Delivery:
        if self.send_seconds >= self.lease_seconds:
            raise ValueError("send_seconds must be less than lease_seconds, or two processes would send the same row")
        return self
