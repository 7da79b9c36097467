"""Scenario files (TOML) into scenarios; bundled ones by name, a user's by path."""

import re
from collections.abc import Sequence
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from engine.dynamics.scenario import Origin, Scenario, Shock, ShockKind, ShockOn
from engine.errors import Fault, FileFaults, InputError, did_you_mean
from engine.inputs.toml import Strict, read_text, read_toml
from engine.inputs.toml_faults import dotted
from engine.inputs.toml_lines import key_lines

Glob = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        description="A factor's name, or a glob over names: JGB_10Y, UST_*, JGB_[234]0Y.",
        examples=["USDJPY", "JGB_*"],
    ),
]


class ShockEntry(Strict):
    """Move of every factor that `factor` matches. Shocks act in the order of the file, each on the level before it."""

    factor: Glob
    size: float = Field(
        description="absolute: decimal rate, 0.005 is 50 bp, or yen; relative: fraction, -0.05 is -5 %; target: level."
    )
    kind: Literal["absolute", "relative", "target"] = Field(
        description="absolute: level + size; relative: level * (1 + size); target: the level becomes size."
    )
    on: Literal["zero", "par"] = Field(
        default="zero",
        description="Rates only; leave it out for USDJPY. zero: the zero rates at the factors' pillars; "
        "par: the published par yields, and the curve is bootstrapped anew. Par shocks act first.",
    )


class VolMultiplier(Strict):
    """Factor on the calibrated vols; the last one that matches a factor counts."""

    factor: Glob
    multiplier: float = Field(ge=0.0, le=100.0, description="2.0 doubles the vol; 0 stops the factor.")


class CorrelationOverride(Strict):
    """Correlation of every pair that the two globs match; the last one that matches a pair counts."""

    factors: tuple[Glob, Glob] = Field(description="Two names or globs.")
    value: float = Field(ge=-1.0, le=1.0)


class ScenarioFile(Strict):
    """A scenario: a named change of a market's levels, vols and correlations. Its name is the file's, without .toml."""

    title: str = Field(min_length=1, max_length=120, description="One line, for tables.")
    description: str = Field(min_length=1, description="What happened or is supposed, in a sentence or two.")
    source: str = Field(min_length=1, description="Where the figures come from, with dates.")
    shocks: tuple[ShockEntry, ...] = Field(default=(), max_length=1000, description="Instantaneous moves of levels.")
    vol_multipliers: tuple[VolMultiplier, ...] = Field(default=(), max_length=1000)
    correlations: tuple[CorrelationOverride, ...] = Field(default=(), max_length=1000)
    repair_correlation: bool = Field(
        default=False,
        description="Take the nearest correlation matrix (Higham) when the overrides make it indefinite; else refuse.",
    )

    def to_scenario(self, name: str, origin: Origin) -> Scenario:
        """The scenario as the engine knows it."""
        return Scenario(
            name=name,
            title=self.title,
            description=self.description,
            source=self.source,
            shocks=tuple(
                Shock(factor=s.factor, size=s.size, kind=ShockKind(s.kind), on=ShockOn(s.on)) for s in self.shocks
            ),
            vol_multipliers=tuple((v.factor, v.multiplier) for v in self.vol_multipliers),
            correlations=tuple((*c.factors, c.value) for c in self.correlations),
            repair_correlation=self.repair_correlation,
            origin=origin,
        )


def read_scenario(path: Path) -> Scenario:
    """Read one scenario file; its name is the file's without `.toml`. Raises FileFaults."""
    scenario = _read(path, path.stem)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", path.stem):
        message = f"a scenario is named after its file: letters, digits, '.', '_' and '-', not {path.stem!r}"
        raise FileFaults(path, [Fault(message=message)])
    return scenario


def bundled_scenario_names() -> tuple[str, ...]:
    """Names of the scenarios that come with the program, `base` first."""
    names = [entry.name.removesuffix(".toml") for entry in _bundle().iterdir() if entry.name.endswith(".toml")]
    return tuple(sorted(names, key=lambda name: (name != "base", name)))


def load_scenarios(names_or_paths: Sequence[str]) -> tuple[Scenario, ...]:
    """Scenarios for one table. Raises as `load_scenario`, and InputError when two have the same name."""
    scenarios = tuple(load_scenario(each) for each in names_or_paths)
    names = [scenario.name for scenario in scenarios]
    if twice := next((name for i, name in enumerate(names) if name in names[:i]), None):
        raise InputError(f"two scenarios are called {twice!r}; leave one out, or rename its file")
    return scenarios


def load_scenario(name_or_path: str) -> Scenario:
    """A scenario by path (it ends in `.toml`), or by the name of a bundled one.

    Raises
    ------
    FileFaults
        The file has faults.
    InputError
        No bundled scenario has the name.
    """
    if name_or_path.endswith(".toml"):
        return read_scenario(Path(name_or_path))
    bundled = bundled_scenario_names()
    if name_or_path in bundled:
        with as_file(_bundle() / f"{name_or_path}.toml") as path:
            return _read(path, name_or_path)
    known = sorted(bundled)
    raise InputError(
        f"no scenario is called {name_or_path!r}{did_you_mean(name_or_path, known) or ';'} "
        f"known: {', '.join(known)}; or give the path of a .toml file"
    )


def _read(path: Path, name: str) -> Scenario:
    """The scenario of a file, which keeps the lines of its keys for what only shows on a market."""
    file = read_toml(path, ScenarioFile)
    lines = {place: line for keys, line in key_lines(read_text(path)).items() if (place := dotted(keys))}
    return file.to_scenario(name, Origin(path=str(path), lines=lines))


def _bundle() -> Traversable:
    return files("engine.dynamics") / "scenarios"
