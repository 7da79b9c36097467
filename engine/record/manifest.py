"""A run's manifest: its keys, each with its meaning. It is written last; without it there is no run."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NotRequired, TypedDict, cast

from engine.errors import InputError
from engine.record.intact_files import MEND_RUN, intact_bytes, read_sealed
from engine.record.tables import MANIFEST

_OF_ANY = ("run", "valuation_date", "files", "complete", "scenarios", "facts")  # keys that every reader uses
_OLD_DEFAULT = "base"  # scenario of a run that named none, in records that do not say which it was
_OF_RUN_AGAIN = ("config", "market", "books", "blocks", "facts", "files", "problem_sha256")


class RecordedFile(TypedDict):
    """A file that something was made from."""

    path: str
    sha256: str  # of its bytes


class RecordedBook(RecordedFile):
    """A book file."""

    name: str
    books: list[str]  # names of the books in it; none: it could not be loaded


class RecordedScenario(TypedDict):
    """A scenario."""

    name: str
    path: str | None  # None: bundled
    sha256: str  # of its content


class RecordedBlock(TypedDict):
    """Cells that were computed together."""

    first: int  # cell
    n: int  # cells
    sha256: str  # of what the cells hold
    chain: str  # of the digests up to here, see `engine.record.chain`


class RecordedCorrelations(TypedDict):
    """What the table of correlations rests on."""

    factors: list[str]  # in the market's order
    calibration: str  # of those that the run used
    basis: str  # of the trailing ones, or why there are none
    histories: list[RecordedFile]  # that the trailing ones were taken from


class RecordedStudy(TypedDict):
    """A study of one scenario's uncertain parameters; its sets and their figures are in two tables beside."""

    scenario: str
    n_sets: int
    seed: int  # of the sets
    n_paths: int
    priors: list[dict[str, Any]]  # engine.risk.uncertainty.study.PriorFacts, in the order of a set's rows
    gains: list[float] | None  # of the loop, one a set; None: the scenario has none


class Manifest(TypedDict):
    """The keys of `manifest.json`."""

    schema: int  # SCHEMA_VERSION
    run: str  # its name
    valuation_date: str
    complete: bool  # False: a book was missing; `faults` names it, and the sum is then called "partial"
    fingerprint: str  # of `config` and inputs: the question that the record answers
    config: dict[str, Any]  # the run's resolved keys, as in a RUN.toml, and `books`, the filter
    market: RecordedFile
    books: list[RecordedBook]
    scenarios: list[RecordedScenario]
    default_scenario: NotRequired[str]  # of the program that wrote it; not in older records, whose default was "base"
    facts: dict[str, Any]  # engine.risk.results.RunFacts: seed, paths, backend, device, versions, revaluation
    code: dict[str, str]  # {version, sha256} of the program's own sources
    host: str  # where the record was written
    workers: str  # who computed, in words
    problem_sha256: str  # of the arrays that the kernels were given, with seed, paths, steps and precision
    blocks: list[RecordedBlock]
    pnl_sha256: dict[str, str]  # "SCENARIO/SCOPE" -> digest
    files: dict[str, str]  # name of a Parquet file beside the manifest -> sha256
    correlations: NotRequired[RecordedCorrelations]  # not in older records
    parameters: NotRequired[list[RecordedStudy]]  # where sets of parameters were asked for
    times: dict[str, Any]  # started, finished (UTC), simulate_s, resumed_blocks
    warnings: list[str]
    faults: list[dict[str, Any]]  # {kind, subject, run, message}
    exit_code: int  # 0, or 4 when incomplete
    sha256: NotRequired[str]  # of the manifest without this key; see `engine.record.atomic.sealed`


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IntactRun:
    """A run's manifest and its files, as they were written: read once, and these bytes are what readers parse."""

    folder: Path
    manifest: Manifest
    files: Mapping[str, bytes]  # those that were asked for, by name


def read_intact(folder: Path, names: Iterable[str] | None = None) -> IntactRun:
    """Read a run whose files are as they were written, and where they were written.

    names   of the files that matter to the reader; None: all that the manifest lists

    Raises
    ------
    InputError
        There is none, it has a schema that is not known, it is the record of another run or date than its folder says,
        or it or one of the files was changed since; names them, and the way out.
    """
    manifest = manifest_of(read_sealed(folder / MANIFEST, MEND_RUN), folder / MANIFEST, _OF_ANY)
    files: dict[str, bytes] = {}
    errors: list[str] = []
    for name in manifest["files"] if names is None else names:
        try:
            files[name] = intact_bytes(folder / name, manifest["files"].get(name))
        except InputError as error:
            errors.append(str(error))
    if errors:
        raise InputError(f"{'; '.join(errors)}; {MEND_RUN}")
    return IntactRun(folder=folder, manifest=manifest, files=files)


def read_manifest(folder: Path, names: Iterable[str] | None = None) -> Manifest:
    """Read the manifest of a run whose files are as they were written. Raises as `read_intact`."""
    return read_intact(folder, names).manifest


def main_scenario(manifest: Mapping[str, Any]) -> str:
    """Return the scenario that stands for a run: the default of its day where the run has it, else its first."""
    names = [scenario["name"] for scenario in manifest["scenarios"]]
    default = manifest.get("default_scenario", _OLD_DEFAULT)
    return str(default if default in names else names[0])


def manifest_of(content: Mapping[str, Any], path: Path, keys: Iterable[str] = _OF_RUN_AGAIN) -> Manifest:
    """Return an object as the manifest that it is, with `keys`: by default those that a run is made again from.

    Raises InputError where one is absent, or a file that it lists would stand elsewhere than beside it.
    """
    for key in keys:
        if key not in content:
            raise InputError(f"{path} is no run's manifest: it has no {key!r}")
    for name in content["files"]:
        if Path(name).name != name:
            raise InputError(f"{path} is no run's manifest: it lists the file {name!r}, which is not beside it")
    return cast(Manifest, content)
