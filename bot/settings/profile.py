"""The shipped profiles of agencies: settings as data, one file each in `profiles/`."""

from __future__ import annotations

from functools import cache
from importlib import resources

from pydantic import BaseModel

from bot.settings.sources import Given, Layer, from_text

DEMO = "tien-giang-2020"
"""The profile that applies where there is no `config.toml`."""


@cache
def names() -> tuple[str, ...]:
    """List the profiles that are shipped."""
    files = (resources.files("bot") / "profiles").iterdir()
    return tuple(sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml")))


def layer(name: object, kind: type[BaseModel], faults: list[str]) -> Layer:
    """Give the settings of a profile and its own name; nothing for the empty name.

    A profile's faults are added to `faults`, as those of any file. For a name that is not shipped, which is a fault
    of its own, the name of the agency counts as broken and not as missing.
    """
    if name not in names():
        return {("agency", "name"): Given(None, "agency.profile", broken=True)} if name else {}
    text = (resources.files("bot") / "profiles" / f"{name}.toml").read_text(encoding="utf-8")
    label = f"profile {name}"
    found = from_text(text, label, kind, faults) or {}
    found["agency", "profile"] = Given(name, f"{label}: agency.profile")
    return found
