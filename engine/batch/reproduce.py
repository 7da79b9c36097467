"""Run a recorded run again, and say whether every bit is the same."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from pathlib import Path

from engine.analysis.contributions.figures import ContributionTable
from engine.batch.blocks.checkpoints import blocks_of
from engine.batch.blocks.problem import problem_sha256
from engine.batch.books import book_file
from engine.batch.figures.run_figures import run_figures
from engine.batch.sources import Day, Loaded, load, opened_day, source_of
from engine.errors import InputError
from engine.inputs.batch import BatchRun, run_from_record
from engine.record.chain import chain_of_blocks
from engine.record.contribution_rows import contribution_rows
from engine.record.intact_files import MEND_RUN, intact_bytes, read_sealed
from engine.record.manifest import IntactRun, Manifest, RecordedBlock, manifest_of
from engine.record.parameter_studies import recorded_studies
from engine.record.read import read_rows, run_of
from engine.record.rows import ComponentKey
from engine.record.tables import CONTRIBUTIONS, CONTRIBUTIONS_SCHEMA, DISTRIBUTIONS, MANIFEST, RESULTS
from engine.risk.accumulate import TailAccumulator
from engine.risk.components import Component
from engine.risk.measures.value_at_risk import VALUE_AT_RISK
from engine.risk.results import ScopeResult, TailResult
from engine.risk.uncertainty.study import ParameterStudy
from engine.run.backend import device_errors
from engine.run.blocks import Progress, simulate
from engine.run.parameter_sets import parameter_studies, uncertain_scenarios
from engine.run.prepared import Prepared, PreparedRun, prepare
from engine.run.run_facts import versions
from engine.run.start import plan_of
from engine.sharing.program_digest import code


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproduced:
    """A recorded run beside the same run made again."""

    run: str
    valuation_date: date
    n_blocks: int
    exact: tuple[str, ...]  # scenarios whose every move was valued
    numbers: tuple[str, ...]  # figures, digests and recorded files that differ; empty: bit-identical
    causes: tuple[str, ...]  # inputs, program, versions and device that differ

    @property
    def is_identical(self) -> bool:
        """Return whether every block, P&L vector and figure has the same bits."""
        return not self.numbers


def reproduce(path: Path, progress: Progress, say: Callable[[str], None]) -> Reproduced:
    """Run what a manifest records again, from the inputs where it names them.

    path   of the manifest, or of the folder that holds it

    Raises
    ------
    InputError
        It is no manifest, or an input is not there any more or has faults.
    RiskError
        The run failed.
    """
    if path.is_dir():
        path = path / MANIFEST
        if not path.exists():
            raise InputError(
                f"{str(path.parent)!r} holds no manifest.json; give a recorded run's own folder, "
                "OUT/valuation_date=DATE/run=NAME, or the manifest.json in it"
            )
    manifest = manifest_of(read_sealed(path, MEND_RUN), path)
    run = run_from_record(manifest["config"])
    day = _day(manifest)
    source = source_of(day, run)
    loaded = load(day, source)
    prepared = prepare(run, loaded.inputs, say)
    tails = _simulated(prepared, manifest, progress)
    studies = _studies(prepared, run, loaded, manifest, say)
    found = run_figures(prepared, tails, studies, lambda: None, say, simulate_s=1.0)
    files, numbers = _files(path.parent, manifest)
    numbers += [*_block_differences(manifest["blocks"], _chain(manifest, tails))]
    if {RESULTS, DISTRIBUTIONS} <= files.keys():
        record = run_of(IntactRun(folder=path.parent, manifest=manifest, files=files))
        numbers += _figure_differences(record.results, found.result.results)
        if record.components:
            numbers += _component_differences(record.components, found.components)
        numbers += _study_differences(recorded_studies(manifest, files), studies)
        numbers += _contribution_differences(files, found.contributions, run.currency)
    return Reproduced(
        run=manifest["run"],
        valuation_date=day.valuation_date,
        n_blocks=len(manifest["blocks"]),
        exact=prepared.whole.inputs.names if prepared.whole else (),
        numbers=tuple(numbers),
        causes=tuple(_causes(manifest, day, prepared, problem_sha256(prepared))),
    )


def _simulated(prepared: PreparedRun, manifest: Manifest, progress: Progress) -> TailAccumulator | None:
    """Draw what was drawn then; None where nothing was."""
    if (drawn := prepared.drawn) is None:
        return None
    with device_errors():
        return simulate(drawn.backend, drawn.program, plan_of(drawn, manifest["facts"]["n_paths"]), progress)


def _studies(
    prepared: PreparedRun, run: BatchRun, loaded: Loaded, manifest: Manifest, say: Callable[[str], None]
) -> tuple[ParameterStudy, ...]:
    """Run the sets of parameters again, those that were asked for then."""

    def draw(_: PreparedRun, drawn: Prepared, n_paths: int) -> TailAccumulator:
        with device_errors():
            return simulate(drawn.backend, drawn.program, plan_of(drawn, n_paths), lambda done, wanted: None)

    n_paths = run.n_paths if prepared.drawn is None else int(manifest["facts"]["n_paths"])
    return parameter_studies(prepared, uncertain_scenarios(run, loaded.inputs, say), n_paths, draw)


def _chain(manifest: Manifest, tails: TailAccumulator | None) -> list[RecordedBlock]:
    """Return the recorded blocks as they come out now; none where nothing is drawn now."""
    if tails is None:
        return []
    blocks = [each for block in manifest["blocks"] for each in blocks_of(
        block["first"], block["first"] + block["n"], block["n"], tails.plan.n_paths)]  # fmt: skip
    return chain_of_blocks(tails, blocks, manifest["problem_sha256"])


def _files(folder: Path, manifest: Manifest) -> tuple[dict[str, bytes], list[str]]:
    """Return the recorded files that are as they were written, and what is wrong with the others."""
    files: dict[str, bytes] = {}
    errors = []
    for name, digest in manifest["files"].items():
        try:
            files[name] = intact_bytes(folder / name, digest)
        except InputError as error:
            errors.append(str(error))
    return files, errors


def _day(manifest: Manifest) -> Day:
    """Return the date as it was: the same files, without those that could not be loaded then."""
    market = Path(manifest["market"]["path"])
    files = tuple(book_file(book["name"], Path(book["path"])) for book in manifest["books"] if book["books"])
    return opened_day(date.fromisoformat(manifest["valuation_date"]), market, files)


def _block_differences(then: Sequence[RecordedBlock], now: Sequence[RecordedBlock]) -> Iterator[str]:
    other = [block for block, again in zip_longest(then, now) if again is None or block["sha256"] != again["sha256"]]
    if other:
        yield f"{len(other)} of {len(then)} blocks, the first from cell {other[0]['first']}"


def _figure_differences(then: tuple[ScopeResult, ...], now: tuple[ScopeResult, ...]) -> Iterator[str]:
    there = {(row.scenario, row.scope if row.scope != "partial" else "total"): row for row in then}
    here = {(row.scenario, row.scope): row for row in now}
    for scenario, scope in sorted({*there, *here}):
        one, other = there.get((scenario, scope)), here.get((scenario, scope))
        where = f"scenario {scenario}, {scope}"
        if one is None or other is None:
            yield f"{where}: {'not recorded' if one is None else 'not there any more'}"
        elif one.pnl_sha256 != other.pnl_sha256:
            yield f"{where}: P&L; VaR {_var(one)} then, {_var(other)} now"
        elif not _is_among(one.measures, other.measures) or (one.mean, one.std) != (other.mean, other.std):
            yield f"{where}: figures of the same P&L"
        elif (one.base_value, one.shock_pnl) != (other.base_value, other.shock_pnl):
            yield f"{where}: value before the paths"


def _is_among(then: tuple[TailResult, ...], now: tuple[TailResult, ...]) -> bool:
    """Return whether every recorded figure is the same now; the record lacks measures that were added since."""
    return [tail.confidence for tail in then] == [tail.confidence for tail in now] and all(
        one.flat().items() <= other.flat().items() for one, other in zip(then, now, strict=True)
    )


def _is_part(then: Component, now: Component) -> bool:
    same = then.tail_paths == now.tail_paths and then.estimates.items() <= now.estimates.items()
    return same and then.table_ses.items() <= now.table_ses.items()


def _component_differences(
    then: Mapping[ComponentKey, Component], now: Mapping[ComponentKey, Component]
) -> Iterator[str]:
    for scenario, scope, confidence in sorted({*then, *now}):
        key = (scenario, scope, confidence)
        one, other = then.get(key), now.get(key)
        if one is None or other is None or not _is_part(one, other):
            yield f"scenario {scenario}, {scope}: its components at {confidence}"


def _study_differences(then: Sequence[ParameterStudy], now: Sequence[ParameterStudy]) -> Iterator[str]:
    there, here = ({study.scenario: study for study in studies} for studies in (then, now))
    for scenario in sorted({*there, *here}):
        one, other = there.get(scenario), here.get(scenario)
        if one is None or other is None:
            yield f"scenario {scenario}: its sets of parameters are {'not recorded' if one is None else 'gone'}"
        elif one.sets != other.sets:
            yield f"scenario {scenario}: values of its sets of parameters"
        elif [(each.values, each.ses) for each in one.figures] != [(each.values, each.ses) for each in other.figures]:
            yield f"scenario {scenario}: figures of its sets of parameters"


def _var(row: ScopeResult) -> str:
    return f"{row.measures[-1].of(VALUE_AT_RISK).value:,.0f}"


def _causes(manifest: Manifest, day: Day, prepared: PreparedRun, problem: str) -> Iterator[str]:
    facts, books = manifest["facts"], {file.name: file.sha256 for file in day.files}
    if manifest["market"]["sha256"] != day.market_sha256:
        yield f"the market file {day.market_path} was changed"
    for book in manifest["books"]:
        if book["books"] and book["sha256"] != books[book["name"]]:
            yield f"the book file {book['path']} was changed"
    scenarios = {f"scenario:{each['name']}": each["sha256"] for each in manifest["scenarios"]}
    for name, digest in scenarios.items():
        if prepared.inputs.sha256.get(name) != digest:
            yield f"{name.replace(':', ' ')} was changed"
    if manifest["code"] != code():
        yield f"the program: version {manifest['code']['version']} then, {code()['version']} now, or other sources"
    yield from _version_causes(facts["versions"])
    if prepared.backend.device() != facts["device"]:
        yield f"the device: {facts['device']} then, {prepared.backend.device()} now"
    if problem != manifest["problem_sha256"]:
        yield "what the kernels were given"


def _version_causes(then: dict[str, str]) -> Iterator[str]:
    now = versions()
    for name in sorted({*then, *now}):
        if then.get(name) != now.get(name):
            yield f"{name} {then.get(name, 'not there')} then, {now.get(name, 'not there')} now"


def _contribution_differences(
    files: Mapping[str, bytes], found: Sequence[ContributionTable], unit: str
) -> Iterator[str]:
    """Yield what contributes otherwise than was recorded; nothing where nothing was."""
    if CONTRIBUTIONS not in files:
        return
    recorded = read_rows(Path(CONTRIBUTIONS), CONTRIBUTIONS_SCHEMA, files[CONTRIBUTIONS])
    for was, now in zip_longest(recorded, contribution_rows(found, unit)):
        one = was or now
        if was is None or now is None or any(was[name] != now.get(name) for name in was):
            yield f"{one['scenario']} by {one['grouping']}: {one['group']} contributes otherwise than was recorded"
