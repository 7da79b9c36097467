"""A named change of a market, as a program holds it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from engine.errors import InputError
from engine.inputs.scenario.load import (
    bundled_scenario_names,
    bundled_scenario_text,
    different,
    equity_scenario_names,
    load_scenario,
    read_scenario,
)
from engine.inputs.toml.read import read_text
from engine.mechanisms.law import GAUSSIAN
from engine.scenario import scenario as scenarios
from unwind_risk.api.given import Given, made_by, path_of, several


@made_by("Scenario.bundled(name), Scenario.read(path) or Scenario.parse(text, name=...)")
@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Scenario:
    """Shocks, vols, correlations and what goes on within the paths. It cannot be changed.

    Examples
    --------
    >>> Scenario.bundled("article-2025")
    <Scenario article-2025: The article of May 2025: USD/JPY to 125>
    """

    loaded: scenarios.Scenario  # the engine's
    text: str  # of its file
    source: str | None  # a bundled name or a file's path, by which a command finds it; None: made in memory

    @classmethod
    def bundled(cls, name: str) -> "Scenario":
        """Return a scenario that comes with the program. Raises InputError for a name that is none of them."""
        if name.endswith(".toml"):
            return cls.read(name)
        return cls(loaded=load_scenario(name), text=bundled_scenario_text(name), source=name)

    @staticmethod
    def names() -> tuple[str, ...]:
        """Return the names of the bundled scenarios, the default one first; those for markets with equities last."""
        return (*bundled_scenario_names(), *equity_scenario_names())

    @classmethod
    def read(cls, path: str | Path) -> "Scenario":
        """Read a scenario file (TOML). Raises InputError with every error of the file, its line and key."""
        return cls(loaded=read_scenario(Path(path)), text=read_text(Path(path)), source=str(path))

    @classmethod
    def parse(cls, text: str, *, name: str) -> "Scenario":
        """Read a scenario from the text of such a file; files that it extends are sought in the current folder.

        name   which results have for it

        Raises InputError with every error of the text, its line and key, or for a name that is none of a file.
        """
        if Path(name).name != name:
            raise InputError(f"name: a scenario's name has no folder, got {name!r}")
        return cls(loaded=read_scenario(Path(f"{name}.toml"), text), text=text, source=None)

    @property
    def name(self) -> str:
        """Return its name, which results have for it: the file's, without `.toml`."""
        return self.loaded.name

    @property
    def title(self) -> str:
        """Return what it is, in a line."""
        return self.loaded.title

    @property
    def law(self) -> str:
        """Return the law by which factors move in it."""
        unwind = self.loaded.unwind
        return GAUSSIAN if unwind is None or unwind.law is None else unwind.law

    def __repr__(self) -> str:
        return f"<Scenario {self.name}: {self.title}>"


def scenario_of(given: "Scenario | str | Path") -> Scenario:
    """Return a scenario given as an object, a bundled name, or a path, which ends in `.toml`. Raises InputError."""
    if isinstance(given, Scenario):
        return given
    if isinstance(given, Path):
        return Scenario.read(given)
    return Scenario.bundled(given if isinstance(given, str) else str(path_of("scenario", given, ())))


def scenarios_of(given: "Given[Scenario]", default: Iterable[str]) -> tuple[Scenario, ...]:
    """Return one or several scenarios given in any way; None: those of `default`. Raises InputError.

    Two of them may not have the same name.
    """
    found = tuple(scenario_of(each) for each in (default if given is None else several(given)))
    if given is not None and not found:
        raise InputError("scenarios: an empty list holds no scenario; give one or several, or None for the default")
    different(each.loaded for each in found)
    return found
