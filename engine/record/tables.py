"""What a night's Parquet files hold: columns, types, units and signs. Columns are only ever added."""

import pyarrow as pa

SCHEMA_VERSION = 1

RESULTS = "results.parquet"  # in valuation_date=DATE/run=NAME/
DISTRIBUTIONS = "distribution.parquet"  # beside it
MANIFEST = "manifest.json"  # beside it, written last: without it there is no run
NIGHT = "night.json"  # in valuation_date=DATE/, of all its runs

LOSS, GAIN, AMOUNT, SIZE = "loss positive", "gain positive", "owned positive", "size"

# Long form: a row is one figure. `valuation_date` and `run` are folders' names, not columns of the file.
RESULTS_SCHEMA = pa.schema(
    [
        pa.field("scenario", pa.string()),  # "base"; null of a dv01, which depends on none
        pa.field("scope", pa.string(), nullable=False),  # "total", "book:NAME", or "partial": all books that loaded
        pa.field("measure", pa.string(), nullable=False),  # a key of MEASURES
        pa.field("confidence", pa.float64()),  # 0.99; null where it depends on none
        pa.field("curve", pa.string()),  # of a dv01; else null
        pa.field("value", pa.float64(), nullable=False),
        pa.field("se", pa.float64()),  # Monte Carlo standard error; null: exact; inf: the sample does not bound it
        pa.field("low", pa.float64()),  # interval at the manifest's interval_confidence; null: none is made
        pa.field("high", pa.float64()),
        pa.field("unit", pa.string(), nullable=False),  # "JPY", "JPY/bp"
        pa.field("sign", pa.string(), nullable=False),  # LOSS, GAIN, AMOUNT, or SIZE: has none, never below 0
        pa.field("tail_paths", pa.int64()),  # in the worst 1 - confidence; of a component: that it was read from
        pa.field("rough", pa.bool_()),  # fewer than 500 tail paths
        pa.field("pnl_sha256", pa.string()),  # of the P&L vector of this scenario and scope; null: not simulated
    ]
)

MEASURES = {  # name -> sign
    "base_value": AMOUNT,  # of the books in the unshocked market
    "shock_pnl": GAIN,  # of the scenario's shock alone, today
    "mean": GAIN,  # P&L from the unshocked base; se is its error
    "std": SIZE,  # of the P&L
    "pnl_bound": SIZE,  # any path's P&L by compressed revaluation is at most so far from the direct one; 0: direct
    "value_at_risk": LOSS,  # from the unshocked base
    "expected_shortfall": LOSS,
    "value_at_risk_around_shock": LOSS,  # from the shocked state
    "expected_shortfall_around_shock": LOSS,
    "component_value_at_risk": LOSS,  # of a book: what it contributes; all books' add up to the total's, as do those
    "component_expected_shortfall": LOSS,  # of ES; read from `tail_paths` paths, see engine.risk.components
    "stress_loss": LOSS,  # -shock_pnl, also of scenarios that only a limit names
    "dv01": LOSS,  # lost for +1 bp on all zero rates of `curve` and what derives from it; positive when long
}

# A row is one (scenario, scope): the P&L of the first `n_paths` paths of the run, replayed.
DISTRIBUTIONS_SCHEMA = pa.schema(
    [
        pa.field("scenario", pa.string(), nullable=False),
        pa.field("scope", pa.string(), nullable=False),
        pa.field("n_paths", pa.int64(), nullable=False),  # replayed, not of the run
        pa.field("edges", pa.list_(pa.float64()), nullable=False),  # N_BINS + 1, ascending, from least to most P&L
        pa.field("counts", pa.list_(pa.int64()), nullable=False),  # N_BINS; an end belongs to the bin on its right
        pa.field("tail", pa.list_(pa.float64()), nullable=False),  # the worst 1 % of the replayed P&L, ascending
        pa.field("unit", pa.string(), nullable=False),
        pa.field("sign", pa.string(), nullable=False),  # GAIN
    ]
)
N_BINS = 201

CONVERGENCE = "convergence.parquet"  # beside a run's manifest, and among its `files`
# A row is an estimate from the first `n_paths` paths of the run, replayed. Columns are only ever added.
CONVERGENCE_SCHEMA = pa.schema(
    [
        pa.field("scenario", pa.string(), nullable=False),
        pa.field("scope", pa.string(), nullable=False),  # "total" or "partial"
        pa.field("confidence", pa.float64(), nullable=False),
        pa.field("n_paths", pa.int64(), nullable=False),
        pa.field("value_at_risk", pa.float64(), nullable=False),  # loss positive
        pa.field("value_at_risk_se", pa.float64(), nullable=False),  # inf: the sample does not bound it
        pa.field("value_at_risk_low", pa.float64(), nullable=False),
        pa.field("value_at_risk_high", pa.float64(), nullable=False),
        pa.field("expected_shortfall", pa.float64(), nullable=False),  # loss positive
        pa.field("expected_shortfall_se", pa.float64(), nullable=False),
        pa.field("unit", pa.string(), nullable=False),
    ]
)

LEVELS = "levels.parquet"  # beside a run's manifest, and among its `files`
# A row is a quantile over the first `n_paths` paths of the run's seed, walked day by day. Columns are only ever added.
LEVELS_SCHEMA = pa.schema(
    [
        pa.field("scenario", pa.string(), nullable=False),
        pa.field("factor", pa.string(), nullable=False),  # "JGB 10 years", a par yield; "USD/JPY"
        pa.field("day", pa.int64(), nullable=False),  # business days from the valuation date; 0: after the shocks
        pa.field("probability", pa.float64(), nullable=False),
        pa.field("level", pa.float64(), nullable=False),
        pa.field("unit", pa.string(), nullable=False),  # "decimal ..." of yields
        pa.field("n_paths", pa.int64()),
        pa.field("se", pa.float64()),  # Monte Carlo standard error; inf: the sample does not bound it; 0: the start
    ]
)
