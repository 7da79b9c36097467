"""A run's manifest: its keys, each with its meaning. It is written last; without it there is no run."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NotRequired, TypedDict, cast

from engine.errors import InputError
from engine.record.intact_files import MEND_RUN, file_errors, read_sealed
from engine.record.tables import MANIFEST


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
    facts: dict[str, Any]  # engine.risk.results.RunFacts: seed, paths, backend, device, versions, revaluation
    code: dict[str, str]  # {version, sha256} of the program's own sources
    host: str  # where the record was written
    workers: str  # who computed, in words
    problem_sha256: str  # of the arrays that the kernels were given, with seed, paths, steps and precision
    blocks: list[RecordedBlock]
    pnl_sha256: dict[str, str]  # "SCENARIO/SCOPE" -> digest
    files: dict[str, str]  # name of a Parquet file beside the manifest -> sha256
    correlations: NotRequired[RecordedCorrelations]  # not in older records
    times: dict[str, Any]  # started, finished (UTC), simulate_s, resumed_blocks
    warnings: list[str]
    faults: list[dict[str, Any]]  # {kind, subject, run, message}
    exit_code: int  # 0, or 4 when incomplete
    sha256: NotRequired[str]  # of the manifest without this key; see `engine.record.atomic.sealed`


def read_manifest(folder: Path, names: Iterable[str] | None = None) -> Manifest:
    """Read the manifest of a run whose files are as they were written.

    names   of the files that matter to the reader; None: all that the manifest lists

    Raises
    ------
    InputError
        There is none, or it or one of the files was changed since; names them, and the way out.
    """
    manifest = read_sealed(folder / MANIFEST, MEND_RUN)
    if errors := list(file_errors(folder, manifest, names)):
        raise InputError(f"{'; '.join(errors)}; {MEND_RUN}")
    return cast(Manifest, manifest)


def manifest_of(content: Mapping[str, Any], path: Path) -> Manifest:
    """Return an object as the manifest that it is. Raises InputError where a run could not be made again from it."""
    for key in ("config", "market", "books", "blocks", "facts", "files", "problem_sha256"):
        if key not in content:
            raise InputError(f"{path} is no run's manifest: it has no {key!r}")
    return cast(Manifest, content)
