import json
from dataclasses import replace
from datetime import date

import pytest

from cli import results
from cli.output.formats import Format
from cli.render import plain
from engine.errors import RiskError
from engine.risk.estimate import Estimate
from engine.risk.results import Revaluation, RunFacts, RunResult, ScopeResult, TailResult, Timing
from engine.risk.standing import Standing

FACTS = RunFacts(
    seed=1,
    n_paths=100_000,
    horizon_days=10,
    steps="one",
    backend="numba",
    device="2 cores",
    precision="float64",
    valuation_date=date(2025, 5, 28),
    currency="JPY",
    interval_confidence=0.95,
    versions={"numpy": "2.4.6"},
    revaluation=Revaluation(
        method="compressed",
        degree=10,
        flow_bound=3e-12,
        option_bound=0.0,
        future_bound=0.0,
        swaption_bound=0.0,
        instantaneous=False,
    ),
    inputs={"book": "00"},
    until_se=None,
    standings={
        "base": Standing(is_stress=False, law="filtered"),
        "april-2025": Standing(is_stress=True, law=None),
    },
)


def estimate(loss: float, se: float) -> Estimate:
    return Estimate(value=loss, se=se, low=loss - 2.0 * se, high=loss + 2.0 * se)


def tail(confidence: float, loss: float) -> TailResult:
    return TailResult(
        confidence=confidence,
        estimates={"value_at_risk": estimate(loss, 0.004e9), "expected_shortfall": estimate(1.2 * loss, 0.005e9)},
        around_shock={"value_at_risk": loss - 1e9, "expected_shortfall": 1.2 * loss - 1e9},
        tail_paths=1_000,
        rough=False,
    )


def scope(scenario: str, name: str) -> ScopeResult:
    return ScopeResult(
        scenario=scenario,
        scope=name,
        base_value=20e9,
        shock_pnl=-1e9,
        pnl_bound=0.5,
        mean=0.0,
        mean_se=0.0,
        std=1e9,
        measures=(tail(0.975, 2e9), tail(0.99, 3e9)),
        pnl_sha256="0" * 64,
    )


@pytest.fixture
def result() -> RunResult:
    rows = tuple(scope(name, where) for name in ("base", "april-2025") for where in ("total", "book:fund"))
    timing = Timing(compile_s=1.0, simulate_s=2.0, total_s=3.5, paths_per_s=5e4)
    return RunResult(run=FACTS, results=rows, timing=timing, warnings=("one thing to know",))


def test_the_table_gives_every_figure_with_its_error_and_unit(result):
    text = plain(results.table(result))
    lines = text.splitlines()
    assert "10 business days from 2025-05-28" in lines[0]
    assert lines[0].endswith("JPY bn")
    assert lines[2] == "One time in 100 base loses 3.00 or more, 15.0 % of the value."
    text = " ".join(" ".join(lines).split())
    assert "one exact step" in text
    assert "error at most 3e-12 of gross flows: 0.5 JPY of P&L" in text
    fund = next(line for line in lines if line.startswith("  fund"))
    assert fund.split() == ["fund", "20.00", "-1.00", *["2.00", "3.00", "2.40", "±0.01", "3.60", "±0.01", "2.60"]]


def test_diversification_is_what_books_lose_less_together(result):
    several = replace(result, results=(*result.results[:2], scope("base", "book:other")))
    row = next(row for row in results.table(several).rows if row[0] == "  diversification")
    assert row[3:7] == ["-2.00", "-3.00", "-2.40", "-3.60"]  # two books that each lose what the total does


def test_the_last_line_says_paths_scenarios_time_and_machine(result):
    assert results.last_line(result) == "100,000 paths · 2 scenarios · 3.5 s · numba, 2 cores"


def test_a_single_book_stands_once_and_several_beside_their_total(result):
    assert results.shown_scopes(result) == {"total": "fund"}
    several = replace(result, results=(*result.results, scope("base", "book:other")))
    assert results.shown_scopes(several) == {"total": "total", "book:fund": "fund", "book:other": "other"}
    names = [row[0].strip() for row in results.table(several).rows if len(row) > 1]
    assert names == ["total", "fund", "other", "diversification", "total", "fund"]


def test_a_note_says_what_the_errors_are_of(result):
    """Of the simulation; beside it of the table of past days; of that alone where nothing is simulated."""
    assert results.errors_note(result) == "± one standard error of the simulation, where it reaches the last digit."
    first, second = result.results[0].measures
    drawn = replace(first, table_ses={"value_at_risk": 0.3e9, "expected_shortfall": 0.4e9})
    both = replace(result, results=(replace(result.results[0], measures=(drawn, second)), *result.results[1:]))
    assert "2.00 ±0.00 ±0.30" in next(line for line in plain(results.table(both)).splitlines() if "  fund" in line)
    assert results.errors_note(both).endswith("a second ± of the law's table of past days.")
    known = {key: replace(each, se=0.0) for key, each in drawn.estimates.items()}
    exact = replace(drawn, is_exact=True, estimates=known)
    row = replace(result.results[0], measures=(exact,))
    mixed = replace(result, results=(row, replace(result.results[1], measures=(first,))))
    assert "a second ± or behind `exact` of the law's table" in results.errors_note(mixed)
    alone = replace(result, results=(row,))
    assert "2.00 exact ±0.30" in plain(results.table(alone))
    assert results.errors_note(alone).startswith("± one standard error of the law's table of past days")


def test_where_nothing_that_is_compressed_moves_the_error_is_said_alone(result):
    still = replace(result.run.revaluation, flow_bound=0.0, option_bound=0.0, future_bound=0.0, swaption_bound=0.0)
    text = plain(results.table(replace(result, run=replace(result.run, revaluation=still))))
    assert "compressed, error at most 0.5 JPY of P&L" in " ".join(text.split())


def test_json_stands_alone_on_stdout(result, capsys):
    results.show(result, form=Format.JSON)
    out, err = capsys.readouterr()
    assert json.loads(out)["run"]["n_paths"] == 100_000
    assert out.count("\n") == 1
    assert "2 cores" in err


def test_a_rough_tail_is_warned_of_once_with_its_places(result, capsys):
    sound = result.results[0].measures[1]
    open_ended = {**sound.estimates, "value_at_risk": estimate(3e9, float("inf"))}
    rough = replace(sound, rough=True, tail_paths=5, estimates=open_ended)
    rows = tuple(replace(row, measures=(row.measures[0], rough)) for row in result.results)
    results.show(replace(result, results=rows), form=Format.TABLE)
    out, err = capsys.readouterr()
    assert "±?" in out
    assert err.count("warning:") == 2
    assert "one thing to know" in err
    assert "base total and 3 more" in err


def test_a_written_result_is_whole_and_leaves_nothing_beside_it(result, tmp_path):
    out = tmp_path / "result.json"
    out.write_text("old")
    results.write(result, out)
    assert json.loads(out.read_text(encoding="utf-8"))["schema"] == 1
    assert list(tmp_path.iterdir()) == [out]


def test_a_failed_write_leaves_the_earlier_result(result, tmp_path, monkeypatch):
    out = tmp_path / "result.json"
    out.write_text("old")

    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(RiskError, match="No space left"):
        results.write(result, out)
    assert out.read_text() == "old"
    assert list(tmp_path.iterdir()) == [out]


def test_a_file_that_cannot_be_written_in_the_end_is_named_as_it_was_given(result, tmp_path):
    out = tmp_path / "gone" / "r.json"
    with pytest.raises(RiskError, match=r"^'.*gone/r.json' cannot be written: No such file or directory$"):
        results.write(result, out)
