"""What the tests share: both engines, a fixed clock, a vault."""

from __future__ import annotations

import hypothesis
import pytest

from tests.engines import (
    ENGINES,
    database,
    empty_url,
    engine,
    engine_url,
    postgres_server,
    postgresql_template,
    sqlite_template,
)

hypothesis.settings.register_profile("motcua", deadline=None)  # a busy machine is no broken promise
hypothesis.settings.load_profile("motcua")

__all__ = ["database", "empty_url", "engine", "engine_url", "postgres_server", "postgresql_template", "sqlite_template"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in the log how many tests ran on which engine."""
    passed = [report.nodeid for report in terminalreporter.stats.get("passed", [])]
    for one in ENGINES:
        count = sum(f"[{one}" in name or f"-{one}" in name for name in passed)
        terminalreporter.write_line(f"engine {one}: {count} tests passed")
