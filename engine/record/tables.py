"""What a night's Parquet files hold: columns, types, units and signs. Columns are only ever added."""

from collections.abc import Iterator

import pyarrow as pa

from engine.risk.measures.measure import around_shock_key, component_key
from engine.risk.measures.registry import HEADLINE, MEASURES

SCHEMA_VERSION = 1

RESULTS = "results.parquet"  # in valuation_date=DATE/run=NAME/
DISTRIBUTIONS = "distribution.parquet"  # beside it
MANIFEST = "manifest.json"  # beside it, written last: without it there is no run
NIGHT = "night.json"  # in valuation_date=DATE/, of all its runs
SUPERSEDED = "superseded"  # in the record's folder: records that were replaced

LOSS, GAIN, AMOUNT, SIZE = "loss positive", "gain positive", "owned positive", "size"

# Long form: a row is one figure. `valuation_date` and `run` are folders' names, not columns of the file.
RESULTS_SCHEMA = pa.schema(
    [
        pa.field("scenario", pa.string()),  # "base"; null of a dv01, which depends on none
        pa.field("scope", pa.string(), nullable=False),  # "total", "book:NAME", or "partial": all books that loaded
        pa.field("measure", pa.string(), nullable=False),  # a name that `sign_of` knows
        pa.field("confidence", pa.float64()),  # 0.99; null where it depends on none
        pa.field("curve", pa.string()),  # of a dv01; else null
        pa.field("value", pa.float64(), nullable=False),
        pa.field(
            "se", pa.float64()
        ),  # of the simulation, Monte Carlo; null or 0: exact; inf: not bounded by the sample
        pa.field("low", pa.float64()),  # interval at the manifest's interval_confidence; null: none is made
        pa.field("high", pa.float64()),
        pa.field("unit", pa.string(), nullable=False),  # "JPY", "JPY/bp"
        pa.field("sign", pa.string(), nullable=False),  # LOSS, GAIN, AMOUNT, or SIZE: has none, never below 0
        pa.field("tail_paths", pa.int64()),  # in the worst 1 - confidence; of a component: that it was read from
        pa.field("rough", pa.bool_()),  # fewer than 500 tail paths
        pa.field("pnl_sha256", pa.string()),  # of the P&L vector of this scenario and scope; null: none is made
        pa.field("table_se", pa.float64()),  # standard error of a law's table of past days; null: the law has no table
        pa.field("n_moves", pa.int64()),  # of an exact law, each valued; null: simulated
    ]
)

SIGNS = {  # of the figures that are no tail measure
    "base_value": AMOUNT,  # of the books in the unshocked market
    "shock_pnl": GAIN,  # of the scenario's shock alone, today
    "mean": GAIN,  # P&L from the unshocked base; se is its error
    "std": SIZE,  # of the P&L
    "pnl_bound": SIZE,  # any path's P&L by compressed revaluation is at most so far from the direct one; 0: direct
    "stress_loss": LOSS,  # -shock_pnl, also of scenarios that only a limit names
    "dv01": LOSS,  # lost for +1 bp on all zero rates of `curve` and what derives from it; positive when long
}


def sign_of(figure: str) -> str:
    """Return the sign of a figure, by what the column `measure` calls it.

    Beside those of `SIGNS` there are, of every tail measure, KEY from the unshocked base, KEY_around_shock from the
    shocked state, and component_KEY, what a book contributes; all books' components add up to the total's measure.

    Raises
    ------
    KeyError
        There is no such figure.
    """
    return {**SIGNS, **dict.fromkeys(_tail_figures(), LOSS)}[figure]


def _tail_figures() -> Iterator[str]:
    for key in MEASURES:
        yield from (key, around_shock_key(key), component_key(key))


# A row is one (scenario, scope): the P&L of the first `n_paths` paths of the run, replayed; or, where the scenario is
# exact, of its moves, each as often among `n_paths` as it is likely.
DISTRIBUTIONS_SCHEMA = pa.schema(
    [
        pa.field("scenario", pa.string(), nullable=False),
        pa.field("scope", pa.string(), nullable=False),
        pa.field("n_paths", pa.int64(), nullable=False),  # replayed, not of the run; or moves
        pa.field("edges", pa.list_(pa.float64()), nullable=False),  # N_BINS + 1, ascending, from least to most P&L
        pa.field("counts", pa.list_(pa.int64()), nullable=False),  # N_BINS; an end belongs to the bin on its right
        pa.field("tail", pa.list_(pa.float64()), nullable=False),  # the worst 1 % of this P&L, ascending
        pa.field("unit", pa.string(), nullable=False),
        pa.field("sign", pa.string(), nullable=False),  # GAIN
    ]
)
N_BINS = 201

CONVERGENCE = "convergence.parquet"  # beside a run's manifest, and among its `files`


def convergence_schema() -> pa.Schema:
    """Return the table's columns: a row is an estimate from the first `n_paths` paths of the run, replayed.

    Of every measure there are its value, a loss positive, and its error; of the headline's first its interval too,
    which is drawn. An infinite error or end: the sample does not bound it. There are no rows of an exact scenario, of
    which nothing converges. Columns are only ever added.
    """
    return pa.schema(
        [
            pa.field("scenario", pa.string(), nullable=False),
            pa.field("scope", pa.string(), nullable=False),  # "total" or "partial"
            pa.field("confidence", pa.float64(), nullable=False),
            pa.field("n_paths", pa.int64(), nullable=False),
            *(pa.field(name, pa.float64(), nullable=False) for key in MEASURES for name in convergence_columns(key)),
            pa.field("unit", pa.string(), nullable=False),
        ]
    )


def convergence_columns(key: str) -> tuple[str, ...]:
    """Return the columns of a measure in the table of convergence."""
    ends = (f"{key}_low", f"{key}_high") if key == HEADLINE[0].key else ()
    return (key, f"{key}_se", *ends)


LEVELS = "levels.parquet"  # beside a run's manifest, and among its `files`
# A row is a quantile over the first `n_paths` paths of the run's seed, walked day by day; of an exact scenario whose
# moves are equally likely over all of these, with an error of 0. Columns are only ever added.
LEVELS_SCHEMA = pa.schema(
    [
        pa.field("scenario", pa.string(), nullable=False),
        pa.field("factor", pa.string(), nullable=False),  # "JGB 10 years", a par yield; "USD/JPY"
        pa.field("day", pa.int64(), nullable=False),  # business days from the valuation date; 0: after the shocks
        pa.field("probability", pa.float64(), nullable=False),
        pa.field("level", pa.float64(), nullable=False),
        pa.field("unit", pa.string(), nullable=False),  # "decimal ..." of yields
        pa.field("n_paths", pa.int64()),
        pa.field("se", pa.float64()),  # Monte Carlo standard error; inf: not bounded by the sample; 0: start, or exact
        # On the last day, of the run's own paths: the mean level on the worst 1 % of its first 65,536 by the P&L of the
        # sum over books; null on other days, and of an exact scenario.
        pa.field("tail_mean", pa.float64()),
    ]
)

PARAMETER_SETS = "parameter_sets.parquet"  # beside a run's manifest, where sets of parameters were asked for
# A row is the value of one uncertain parameter in one set, in the parameter's unit; of what is on or off 1 and 0.
PARAMETER_SETS_SCHEMA = pa.schema(
    [
        pa.field("scenario", pa.string(), nullable=False),
        pa.field("set", pa.int64(), nullable=False),  # from 1
        pa.field("parameter", pa.string(), nullable=False),  # dotted name; its prior is in the manifest
        pa.field("value", pa.float64(), nullable=False),
    ]
)
PARAMETER_FIGURES = "parameter_figures.parquet"  # beside it
# A row is one tail measure in one set, a loss positive, on the paths of the run itself.
PARAMETER_FIGURES_SCHEMA = pa.schema(
    [
        pa.field("scenario", pa.string(), nullable=False),
        pa.field("set", pa.int64(), nullable=False),
        pa.field("scope", pa.string(), nullable=False),
        pa.field("confidence", pa.float64(), nullable=False),
        pa.field("measure", pa.string(), nullable=False),  # key
        pa.field("value", pa.float64(), nullable=False),
        pa.field("se", pa.float64(), nullable=False),  # of the simulation; inf: not bounded by the sample; 0: exact
        pa.field("unit", pa.string(), nullable=False),
    ]
)

CONTRIBUTIONS = "contributions.parquet"  # beside a run's manifest, where its `by` asks for them
# A row is one measure of one group in one scenario, a loss positive. The groups of a `grouping` add up to the total's
# figure, in `results.parquet`; those after the first 14 of many are together one more row, with `n_groups` above 1,
# beside their own. Columns are only ever added.
CONTRIBUTIONS_SCHEMA = pa.schema(
    [
        pa.field("scenario", pa.string(), nullable=False),
        pa.field("grouping", pa.string(), nullable=False),  # "position", "book", as `by` names them
        pa.field("group", pa.string(), nullable=False),
        pa.field("n_groups", pa.int64(), nullable=False),  # that the row is of; 1 but for the others together
        pa.field("confidence", pa.float64(), nullable=False),
        pa.field("measure", pa.string(), nullable=False),  # key
        pa.field("contribution", pa.float64(), nullable=False),
        pa.field("contribution_se", pa.float64(), nullable=False),  # of the simulation; 0: exact
        pa.field("contribution_table_se", pa.float64()),  # of a law's table of past days; null: the law has none
        pa.field("standalone", pa.float64()),  # of the group by itself; null: not measured
        pa.field("standalone_se", pa.float64()),
        pa.field("standalone_table_se", pa.float64()),
        pa.field("incremental", pa.float64()),  # the total's less that without the group, paired; null: not measured
        pa.field("incremental_se", pa.float64()),
        pa.field("incremental_table_se", pa.float64()),
        pa.field("tail_share", pa.float64()),  # of the tail's paths, a fraction; null: groups are not of paths
        pa.field("tail_share_se", pa.float64()),
        pa.field("tail_paths", pa.int64(), nullable=False),  # that it was read from, or moves
        pa.field("unit", pa.string(), nullable=False),
    ]
)
