"""Broken files: each fault is named with its place, its value and what is expected, and nothing is read past it."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest

from handlers.catalogue.faults import listed, told
from handlers.texts import words
from knowledge.catalogue import CatalogueError, CatalogueFault
from knowledge.catalogue.files import read_file
from tests.catalogue.make_broken import FILES, FOLDER

TODAY = date(2026, 11, 23)
EXPECTED: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("broken.toml").read_text(encoding="utf-8"))


def faults_of(name: str) -> tuple[CatalogueFault, ...]:
    try:
        return read_file(name, (FOLDER / name).read_bytes(), TODAY).faults
    except CatalogueError as error:
        return error.faults


def test_every_broken_file_is_here_with_what_is_told_of_it() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(FILES) == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_broken_file_is_told_by_place_value_and_what_is_expected(name: str) -> None:
    assert [told(words("en"), fault) for fault in faults_of(name)] == EXPECTED[name] != []


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_fault_is_told_in_vietnamese_too(name: str) -> None:
    for fault in faults_of(name):
        assert told(words("vi"), fault) != told(words("en"), fault)


def test_a_long_list_of_faults_says_how_many_more_there_are() -> None:
    faults = [CatalogueFault("A1", f"papers[{number}].name", "missing") for number in range(5)]
    assert len(list(listed(words("en"), faults, 3))) == 4
    assert list(listed(words("en"), faults, 3))[-1] == "… and 2 more"


def test_the_good_entries_of_a_broken_file_are_kept() -> None:
    parsed = read_file("a.jsonl", (FOLDER / "words.jsonl").read_bytes(), TODAY)
    assert [procedure.id for procedure in parsed.good] == ["A1"]
    assert (parsed.read, parsed.refused) == (2, 1)
