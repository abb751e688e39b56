"""The settings of delivery: leases, quiet hours, budgets."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainValidator, model_validator

from bot.settings.sources import Section
from bot.settings.values import quiet_span, seconds

ONE_HOUR = 3600.0  # seconds; a message that takes longer to send has other troubles

Seconds = Annotated[float, BeforeValidator(seconds), Field(gt=0, le=ONE_HOUR, allow_inf_nan=False)]
Rate = Annotated[float, BeforeValidator(seconds), Field(ge=0, le=100_000, allow_inf_nan=False)]
PerDay = Annotated[int, BeforeValidator(seconds), Field(ge=0, le=1_000_000_000)]
_RATE = "a number from 0 to 100000; 0 means without this limit"
_PER_DAY = "a whole number of messages; 0 means without this limit"


class Delivery(Section):
    """How long a process holds a message that it sends, when it is quiet, and what the platforms let us send.

    Telegram: 30 messages a second, one a second to a chat, 20 a minute to a group (Bots FAQ); with bursts of a fifth
    the default stays below in every second. Zalo OA: 4,000 requests a minute (OpenAPI). For the Bot Platform no figure
    is published.
    """

    lease_seconds: Seconds = Field(
        default=60.0, description=f"a number of seconds above 0, at most {ONE_HOUR:.0f}, above delivery.send_seconds"
    )
    send_seconds: Seconds = Field(default=20.0, description=f"a number of seconds above 0, at most {ONE_HOUR:.0f}")
    quiet_hours: Annotated[tuple[time, time] | None, PlainValidator(quiet_span)] = Field(
        default=None, description='a span "HH:MM-HH:MM" that may go over midnight, or empty'
    )
    telegram_per_second: Rate = Field(default=25.0, description=_RATE)
    telegram_chat_per_second: Rate = Field(default=1.0, description=_RATE)
    telegram_group_per_minute: Rate = Field(default=20.0, description=_RATE)
    zalo_oa_per_minute: Rate = Field(default=3600.0, description=_RATE)
    zalo_oa_per_day: PerDay = Field(default=0, description=_PER_DAY)
    zalo_bot_per_minute: Rate = Field(default=0.0, description=_RATE)
    zalo_bot_per_day: PerDay = Field(default=0, description=_PER_DAY)

    @model_validator(mode="after")
    def _a_send_ends_within_its_lease(self) -> Delivery:
        if self.send_seconds >= self.lease_seconds:
            raise ValueError("send_seconds must be less than lease_seconds, or two processes would send the same row")
        return self
