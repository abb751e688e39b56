"""What each channel may send, as the settings say."""

from __future__ import annotations

from datetime import tzinfo

from bot.settings.delivery import Delivery
from storage.delivery.budgets import Budget

MINUTE = 60.0


def budgets_of(given: Delivery, zone: tzinfo) -> dict[str, Budget]:
    """Give the budgets of the channels that have limits; a day's number counts by the days of this zone."""
    return {
        "telegram": Budget(
            per_second=given.telegram_per_second,
            chat_seconds=_apart(given.telegram_chat_per_second),
            group_seconds=MINUTE * _apart(given.telegram_group_per_minute),
        ),
        "zalo_oa": Budget(per_second=given.zalo_oa_per_minute / MINUTE, per_day=given.zalo_oa_per_day, zone=zone),
        "zalo_bot": Budget(per_second=given.zalo_bot_per_minute / MINUTE, per_day=given.zalo_bot_per_day, zone=zone),
    }


def _apart(rate: float) -> float:
    return 1 / rate if rate else 0.0
