"""Simulated levels as Parquet: quantiles by day and series, or the paths themselves.

The metadata key `unwind` of a file holds a JSON object with what is needed to repeat it: scenario, dates, paths, seed,
hashes of the inputs; and the units of the series and the names of the regimes.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from engine.errors import InputError
from engine.levels.quantiles import Summary, chunks
from engine.part_files import part_of
from engine.portable_files import move
from engine.run.blocks import Progress
from engine.run.walk import Walk
from kernels.base import PathRange
from kernels.types import F64, I64

Form = Literal["long", "wide"]

FORMS: tuple[Form, ...] = ("long", "wide")
KEY = b"unwind"


def facts(walk: Walk, paths: PathRange, sha256: Mapping[str, str]) -> dict[str, Any]:
    """Return what a file or a summary says of where its figures come from; `sha256` of the inputs, by name."""
    return {
        "schema": 1,
        "scenario": walk.scenario,
        "stress": walk.standing.is_stress,
        "valuation_date": walk.base.valuation_date.isoformat(),
        "n_days": int(walk.dates.size),
        "last_date": str(walk.dates[-1]),
        "first_path": paths.first,
        "n_paths": paths.n,
        "exact": walk.n_moves is not None,
        "seed": walk.seed,
        "precision": walk.precision,
        "backend": walk.backend.name,
        "steps": "daily",
        "inputs": dict(sha256),
        "regimes": list(walk.regimes),
        "units": dict(zip(walk.series, walk.units, strict=True)),
        "start": {factor.name: walk.start.level(factor) for factor in walk.factors},
    }


def summary_json(walk: Walk, summary: Summary) -> dict[str, Any]:
    """Return the last day in strict JSON's types: quantiles, errors, shares of regimes. None: not bounded."""
    series = {}
    for i, name in enumerate(summary.series):
        pairs = zip(summary.probabilities, summary.quantiles[-1, i], summary.quantile_ses[-1, i], strict=True)
        series[name] = {
            "mean": float(summary.means[-1, i]),
            "mean_se": float(summary.mean_ses[-1, i]),
            "quantiles": [
                {"probability": p, "value": float(q), "se": float(se) if np.isfinite(se) else None}
                for p, q, se in pairs
            ],
        }
    shares = zip(walk.regimes, summary.regime_shares[-1], summary.regime_share_ses[-1], strict=True)
    return {
        "series": series,
        "regime_shares": {name: {"share": float(share), "se": float(se)} for name, share, se in shares},
    }


def path_json(walk: Walk, levels: F64) -> dict[str, Any]:
    """Return one path, levels (n_days, n_series), in JSON's types."""
    return {
        "dates": [str(each) for each in walk.dates],
        "levels": {name: levels[:, i].tolist() for i, name in enumerate(walk.series)},
    }


def check_form(word: str) -> Form:
    """Return the form of a file of paths. Raises InputError for a word that names no form."""
    for form in FORMS:
        if word == form:
            return form
    raise InputError(f"--form must be one of {', '.join(FORMS)}, got {word!r}")


def summary_table(walk: Walk, summary: Summary) -> pa.Table:
    """Return a row for each day and series, then for each day and regime, whose `mean` is its share of the paths."""
    regimes = [f"regime:{name}" for name in walk.regimes]
    days, dates, series = _keys(walk, [*summary.series, *regimes])
    none = np.full((walk.dates.size, len(regimes)), np.nan)
    columns = {
        "mean": (summary.means, summary.regime_shares),
        "mean_se": (summary.mean_ses, summary.regime_share_ses),
    }
    for k, p in enumerate(summary.probabilities):
        columns[f"q{p:.12g}"] = (summary.quantiles[..., k], none)
        columns[f"q{p:.12g}_se"] = (np.where(np.isinf(ses := summary.quantile_ses[..., k]), np.nan, ses), none)
    figures = {name: _figures(np.concatenate(parts, axis=1)) for name, parts in columns.items()}
    return pa.table({"day": days, "date": dates, "series": series, **figures})


def write_summary(walk: Walk, summary: Summary, sha256: Mapping[str, str], out: Path) -> None:
    """Write `summary_table`; what was there stays until the new file is complete."""
    table = summary_table(walk, summary)
    table = table.replace_schema_metadata({KEY: json.dumps(facts(walk, summary.paths, sha256))})
    with new_file(out) as part:
        pq.write_table(table, part, compression="zstd")


def paths_bytes(walk: Walk, paths: PathRange, form: Form) -> int:
    """Return the bytes of the paths' figures: about the size of the file, since random digits hardly compress."""
    figures = paths.n * walk.dates.size * len(walk.series)
    return figures * (8 if form == "wide" else 10)


def write_paths(
    walk: Walk, paths: PathRange, form: Form, sha256: Mapping[str, str], out: Path, progress: Progress
) -> None:
    """Write every level of `paths`, a row group at a time; what was there stays until the new file is complete.

    wide  a row for each path and day: path, day, date, a column for each series; the regime by name
    long  a row for each path, day and series: path, day, date, series, value; the regime by number

    Raises
    ------
    InputError
        The disk lacks the space.
    """
    free = shutil.disk_usage(out.parent).free
    if (need := paths_bytes(walk, paths, form)) > free:
        raise InputError(f"{out} would take some {need / 2**30:,.1f} GiB, and {free / 2**30:,.1f} GiB are free there")
    rows = paths_table if form == "wide" else _long
    metadata = {KEY: json.dumps(facts(walk, paths, sha256))}
    with new_file(out) as part:
        writer: Any = None
        try:
            for ids in chunks(walk, paths):
                table = rows(walk, ids.astype(np.int64), walk.levels(ids))
                if writer is None:
                    writer = pq.ParquetWriter(part, table.schema.with_metadata(metadata), compression="zstd")
                writer.write_table(table.replace_schema_metadata(metadata), row_group_size=len(table))
                progress(int(ids[-1]) + 1 - paths.first, paths.n)
        finally:
            if writer is not None:
                writer.close()


@contextmanager
def new_file(out: Path) -> Iterator[Path]:
    """Yield where to write; it takes the place of `out` if all went well, else it goes."""
    part = part_of(out)
    try:
        yield part
        move(part, out)
    finally:
        part.unlink(missing_ok=True)


def paths_table(walk: Walk, paths: I64, levels: F64) -> pa.Table:
    """Lay levels (n_days, n_series, n_paths) of paths (n_paths,) out by path, then day: a column a series."""
    n_days, n = walk.dates.size, paths.size
    columns = {
        "path": pa.array(np.repeat(paths, n_days)),
        "day": pa.array(np.tile(np.arange(1, n_days + 1, dtype=np.int32), n)),
        "date": pa.array(np.tile(walk.dates, n), pa.date32()),
    }
    for i, name in enumerate(walk.series):
        values = np.ascontiguousarray(levels[:, i].T).ravel()
        columns[name] = _names(values, walk.regimes) if name == "regime" else pa.array(values)
    return pa.table(columns)


def _long(walk: Walk, paths: I64, levels: F64) -> pa.Table:
    """Lay levels (n_days, n_series, n_paths) out by path, day, then series."""
    n_days, n_series, n = levels.shape
    days, dates, series = _keys(walk, list(walk.series))
    every = np.tile(np.arange(n_days * n_series), n)
    return pa.table(
        {
            "path": pa.array(np.repeat(paths, n_days * n_series)),
            "day": days.take(pa.array(every)),
            "date": dates.take(pa.array(every)),
            "series": series.take(pa.array(every)),
            "value": pa.array(np.ascontiguousarray(levels.transpose(2, 0, 1)).ravel()),
        }
    )


def _keys(walk: Walk, names: list[str]) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Return the day, date and series of the rows of one path, by day and then series."""
    n_days, n = walk.dates.size, len(names)
    numbers = pa.array(np.tile(np.arange(n, dtype=np.int32), n_days))
    return (
        pa.array(np.repeat(np.arange(1, n_days + 1, dtype=np.int32), n)),
        pa.array(np.repeat(walk.dates, n), pa.date32()),
        pa.DictionaryArray.from_arrays(numbers, pa.array(names)),
    )


def _names(numbers: F64, regimes: tuple[str, ...]) -> pa.DictionaryArray:
    """Return the names of regimes; "" where the scenario has none."""
    return pa.DictionaryArray.from_arrays(pa.array(numbers.astype(np.int32)), pa.array(regimes or ("",)))


def _figures(values: F64) -> pa.Array:
    """Return the figures flat, with null for what is no number."""
    return pa.array(values.ravel(), from_pandas=True)
