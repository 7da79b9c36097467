"""Scenario files (TOML) into scenarios; bundled ones by name, a user's by path."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError

from engine.errors import Fault, FileFaults, InputError, did_you_mean
from engine.inputs.repeated import first_repeated
from engine.inputs.scenario.overrides import CorrelationOverride, MarketVolMultiplier
from engine.inputs.scenario.priors import DESCRIPTION, MOST, PriorTable, add_prior_schema, uncertainty_of
from engine.inputs.scenario.tables import identifying_keys, scenario_model, unwind_of
from engine.inputs.toml.extends import Merging, read_merged
from engine.inputs.toml.faults import Keys, dotted, faults_at
from engine.inputs.toml.parameters import ByFactor, Glob, sizes
from engine.inputs.toml.read import Strict
from engine.mechanisms.betas import FOLLOWER_SETS
from engine.mechanisms.checks import check_unwind
from engine.mechanisms.parameters.findings import Origin, fault_at
from engine.mechanisms.parameters.parameter import LATEST_DAY
from engine.scenario.default_scenario import DEFAULT_SCENARIO
from engine.scenario.scenario import LONGEST_TITLE, MOST_CHANGES, NAME, Scenario, Shock, ShockKind, ShockOn, findings_of
from engine.scenario.uncertainty.uncertain_parameters import KEY as UNCERTAINTY
from engine.scenario.uncertainty.uncertain_parameters import check_uncertainty

MERGING = Merging(
    named=identifying_keys(),
    joined=frozenset(("shocks", "vol_multipliers", "correlations")),
    own=frozenset(("title", "description", "source")),
    replaced=frozenset((UNCERTAINTY,)),
)
PARTS = "parts"  # folder of bundled files that others extend
MACRO = "macro"  # folder of bundled stresses of policy, auctions and other countries, which are named without it
EQUITIES = "equities"  # folder of bundled scenarios for markets with equities
AT_ONCE = ("august-2024", "april-2025", "article-2025")  # bundled ones that move the market at once and no more


FollowerSetName: Any = Literal[tuple(FOLLOWER_SETS)]  # of the registry, as it is


def _stays(stress: bool) -> bool:
    if not stress:
        raise ValueError("must be true or left out: a scenario that extends a stress is one")
    return stress


class ShockEntry(Strict):
    """Move of every factor that `factor` matches. Shocks act in the order of the file, each on the level before it.

    With a day, the move comes within the paths: absolute for rates, relative for prices and vols.
    """

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
    day: int | None = Field(
        default=None,
        ge=1,
        le=LATEST_DAY,
        description="Business day after the start, 1 is the next. Left out: at once.",
    )
    optional: bool = Field(default=False, description="Of factors that a market may lack: then nothing moves.")


class ScenarioHead(Strict):
    """A scenario: a named change of a market's levels, vols and correlations, and of what goes on within its paths.

    Its name is the file's, without .toml.
    """

    extends: tuple[Annotated[str, Field(min_length=1)], ...] = Field(
        default=(),
        max_length=16,
        description="Scenarios that this one is laid over, by name or by path relative to this file. Later ones win "
        "over earlier ones, this file over all, key by key; regimes, hazards, jumps and scheduled sales meet by name; "
        "shocks, vol multipliers and correlations are laid end to end.",
    )
    title: str = Field(min_length=1, max_length=LONGEST_TITLE, description="One line, for tables.")
    description: str = Field(min_length=1, description="What happened or is supposed, in a sentence or two.")
    source: str = Field(min_length=1, description="Where the figures come from, with dates.")
    stress: Annotated[bool, AfterValidator(_stays)] = Field(
        default=False,
        description="A stress and no forecast: every table that shows the scenario says so. What extends one is one.",
    )
    followers: ByFactor | FollowerSetName = Field(
        default_factory=dict,
        description="Price or vol -> log move per 1.0 of ln USD/JPY, wherever the scenario itself moves USD/JPY and"
        " does not name it, and where the market has it; or the name of a set: "
        + "; ".join(f"{name}: {each.meaning}" for name, each in FOLLOWER_SETS.items())
        + ".",
    )
    shocks: tuple[ShockEntry, ...] = Field(
        default=(), max_length=MOST_CHANGES, description="Instantaneous moves of levels."
    )
    vol_multipliers: tuple[MarketVolMultiplier, ...] = Field(default=(), max_length=MOST_CHANGES)
    correlations: tuple[CorrelationOverride, ...] = Field(default=(), max_length=MOST_CHANGES)
    repair_correlation: bool = Field(
        default=False,
        description="Take the nearest correlation matrix (Higham) when the overrides make it indefinite; else refuse.",
    )
    uncertainty: dict[str, PriorTable] = Field(
        default={}, max_length=MOST, description=DESCRIPTION, json_schema_extra=add_prior_schema
    )

    def to_scenario(self, name: str, origin: Origin) -> Scenario:
        """Return the scenario as the engine knows it."""
        set_name = self.followers if isinstance(self.followers, str) else None
        return Scenario(
            name=name,
            title=self.title,
            description=self.description,
            source=self.source,
            stress=self.stress,
            followers=FOLLOWER_SETS[set_name].betas if set_name else sizes(self.followers),
            followers_name=set_name,
            shocks=tuple(
                Shock(
                    factor=s.factor,
                    size=s.size,
                    kind=ShockKind(s.kind),
                    on=ShockOn(s.on),
                    day=s.day,
                    is_optional=s.optional,
                )
                for s in self.shocks
            ),
            vol_multipliers=tuple((v.factor, v.multiplier) for v in self.vol_multipliers),
            optional_vols=frozenset(v.factor for v in self.vol_multipliers if v.optional),
            correlations=tuple((*c.factors, c.value) for c in self.correlations),
            repair_correlation=self.repair_correlation,
            unwind=unwind_of(self),
            origin=origin,
        )


def scenario_file() -> type[ScenarioHead]:
    """Return the model of a scenario file, with a key for every mechanism that is registered."""
    return scenario_model(ScenarioHead)


def read_scenario(path: Path, text: str | None = None) -> Scenario:
    """Read one scenario file; its name is the file's without `.toml`. Raises FileFaults.

    text   of the file, where a program has it: what it extends is then sought beside `path`
    """
    if not re.fullmatch(NAME, path.stem):
        message = f"a scenario is named after its file: letters, digits, '.', '_' and '-', not {path.stem!r}"
        raise FileFaults(path, [Fault(message=message)])
    return _read(path, path.stem, text)


def bundled_scenario_names() -> tuple[str, ...]:
    """Return the names of the scenarios that come with the program, the default one first."""
    folders = (_bundle(), _bundle() / MACRO)
    names = [each.name.removesuffix(".toml") for folder in folders for each in folder.iterdir() if _is_toml(each)]
    return tuple(sorted(names, key=lambda name: (name != DEFAULT_SCENARIO, name)))


def equity_scenario_names() -> tuple[str, ...]:
    """Return the names of the bundled scenarios for markets that have equities."""
    return tuple(_names_in(EQUITIES))


def shown_scenario_names() -> tuple[str, ...]:
    """Return the bundled scenarios of a first look: the default law, and beside it what moves the market at once."""
    return (DEFAULT_SCENARIO, *AT_ONCE)


def load_scenarios(names_or_paths: Sequence[str]) -> tuple[Scenario, ...]:
    """Load scenarios for one table. Raises as `load_scenario`, and InputError when two have the same name."""
    return different(load_scenario(each) for each in names_or_paths)


def different(found: Iterable[Scenario]) -> tuple[Scenario, ...]:
    """Return scenarios for one table. Raises InputError when two have the same name."""
    scenarios = tuple(found)
    if twice := first_repeated(scenario.name for scenario in scenarios):
        raise InputError(f"two scenarios are called {twice!r}; leave one out, or rename its file")
    return scenarios


def load_scenario(name_or_path: str) -> Scenario:
    """Load a scenario by path (it ends in `.toml`), or by the name of a bundled one.

    Raises
    ------
    FileFaults
        The file has faults.
    InputError
        No bundled scenario has the name.
    """
    if name_or_path.endswith(".toml"):
        return read_scenario(Path(name_or_path))
    bundled = (*bundled_scenario_names(), *equity_scenario_names())
    if name_or_path in bundled:
        with as_file(_bundled(name_or_path)) as path:
            return _read(path, name_or_path)
    known = sorted(bundled)
    raise InputError(
        f"no scenario is called {name_or_path!r}{did_you_mean(name_or_path, known) or ';'} "
        f"known: {', '.join(known)}; or give the path of a .toml file"
    )


def bundled_scenario_text(name: str) -> str:
    """Return the file of a bundled scenario, as it is: what it extends stands in files of its own."""
    return _bundled(name).read_text(encoding="utf-8")


def _read(path: Path, name: str, text: str | None = None) -> Scenario:
    """Return the scenario of a file, which keeps the places of its keys for what only shows on a market."""
    merged = read_merged(path, MERGING, _extended, text)
    places = {at: place for keys, place in merged.places.flat() if (at := dotted(keys))}
    lines = {at: line for at, (_, line) in places.items()}
    files_of = {at: file for at, (file, _) in places.items() if file != str(path)}
    origin, model = Origin(path=str(path), lines=lines, files=files_of), scenario_file()

    def placed(keys: Keys, message: str) -> Fault:
        return fault_at(origin, dotted(keys) or "", message)

    try:
        file = model.model_validate(merged.data)
    except ValidationError as error:
        raise FileFaults(path, faults_at(error, model, merged.data, placed)) from None
    scenario = file.to_scenario(name, origin)
    uncertain, faults = uncertainty_of(file.uncertainty, placed)
    if faults:
        raise FileFaults(path, faults)
    findings = findings_of(scenario)
    if scenario.unwind is not None:
        check_unwind(scenario.unwind, findings)
    check_uncertainty(scenario, uncertain, findings)
    findings.notes()
    return replace(scenario, uncertainty=uncertain)


def _extended(name: str, user: Path) -> Path:
    """Return the file that `extends` names: relative to the file that names it, or a bundled one, or InputError."""
    if name.endswith(".toml"):
        return user.parent / name
    bundled = [*bundled_scenario_names(), *_names_in(PARTS)]
    if name not in bundled:
        known = f"known: {', '.join(bundled)}; or give the path of a .toml file"
        raise InputError(f"no scenario is called {name!r}{did_you_mean(name, bundled) or ';'} {known}")
    return Path(str(_bundled(name)))


def _names_in(name: str) -> list[str]:
    """Return the scenarios of a folder of the bundled ones, each with the folder's name in front."""
    folder = _bundle() / name
    if not folder.is_dir():
        return []
    stems = [entry.name.removesuffix(".toml") for entry in folder.iterdir() if _is_toml(entry)]
    return sorted(f"{name}/{stem}" for stem in stems)


def _is_toml(entry: Traversable) -> bool:
    return entry.name.endswith(".toml")


def _bundled(name: str) -> Traversable:
    """Return the file of a bundled scenario or part, by its name."""
    on_top = _bundle() / f"{name}.toml"
    return on_top if on_top.is_file() else _bundle() / MACRO / f"{name}.toml"


def _bundle() -> Traversable:
    return files("engine.scenario") / "bundled"
