"""Telegram: what its updates say, and how replies look and leave there."""
