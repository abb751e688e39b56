"""The collector of crash points sees every way to write one, and refuses what it cannot read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.points import collect


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("self._store.write('turn', job)", {"turn.written", "turn.committed"}),
        ("store.write('jobs.take', job, rank=1)", {"jobs.take.written", "jobs.take.committed"}),
        ("self._write('settle', job)", {"settle.written", "settle.committed"}),
        ("reached('send.before')", {"send.before"}),
        ("points.reached('send.before')", {"send.before"}),
        ("file.write('text')", set()),
        ("def _write(self, name, job):\n    self._store.write(name, job)", set()),
    ],
)
def test_points_are_read_from_the_code(tmp_path: Path, code: str, found: set[str]) -> None:
    (tmp_path / "some.py").write_text(code)
    assert collect(tmp_path) == found


@pytest.mark.parametrize("code", ["store.write(name, job)", "reached(f'{name}.done')"])
def test_a_point_whose_name_cannot_be_read_is_refused(tmp_path: Path, code: str) -> None:
    (tmp_path / "some.py").write_text(code)
    with pytest.raises(ValueError, match="written out"):
        collect(tmp_path)


def test_two_commits_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("store.write('turn', job)")
    (tmp_path / "two.py").write_text("store.write('turn', other_job)")
    with pytest.raises(ValueError, match=r"turn\.committed, turn\.written"):
        collect(tmp_path)
