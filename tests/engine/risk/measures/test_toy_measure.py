"""A measure that only this test knows, registered with one line: everything that shows measures shows it too."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow.parquet as pq
import pytest

import engine.run.start
from cli import feedback as feedback_tables
from cli import render, run_table
from engine.analysis.feedback import as_json as feedback_json
from engine.analysis.feedback import feedback
from engine.batch.figures.convergence import convergence_rows
from engine.batch.figures.prometheus import write_metrics
from engine.batch.reproduce import reproduce
from engine.inputs.limits import Limit
from engine.inputs.schema import json_schema
from engine.record.read import read_night
from engine.record.tables import LOSS, convergence_schema
from engine.risk.book_lines import BookComponents, BookTail, book_lines, with_total_se
from engine.risk.estimate import Estimate
from engine.risk.measures.measure import Contribution, TailMeasure
from engine.risk.measures.registry import MEASURES
from engine.risk.measures.value_at_risk import KEY as VAR_KEY
from engine.risk.measures.value_at_risk import VALUE_AT_RISK, estimate_var
from engine.risk.ordered_tail import OrderedTail
from engine.risk.plan import plan_brackets
from engine.risk.ranks import Confidence, exact_confidence
from engine.risk.results import as_json
from engine.risk.tail import estimate_sample
from tests.engine.batch.conftest import BatchFolder
from tests.engine.conftest import config, ignore

KEY, LABEL, NIGHT = "median_tail_loss", "MTL", date(2025, 5, 28)


def middle(confidence: Confidence) -> float:
    """0.995 of 0.99: half of the tail lies beyond it."""
    return float(1 - (1 - exact_confidence(confidence)) / 2)


def estimate_median(tail: OrderedTail, confidence: Confidence) -> Estimate:
    """A quantile like VaR, further out."""
    return estimate_var(tail, middle(confidence))


def median_components(tail: BookTail) -> BookComponents | None:
    """The books' lines through the tail, at its median."""
    _, n_tail = tail.paths_losing(tail.total[VAR_KEY].value)
    lines = book_lines(tail.losses[:, :n_tail], tail.total[KEY].value)
    if lines is None:
        return None
    ses = with_total_se(np.sqrt(lines.variances), lines.slopes, tail.total[KEY].se)
    return BookComponents(values=lines.values, ses=ses)


MEDIAN_TAIL_LOSS = TailMeasure(
    key=KEY,
    label=LABEL,
    name="median loss in the tail",
    definition="Median loss in the worst 1 - confidence.",
    meaning="median loss of those {odds} of paths",
    is_cash_invariant=True,
    quantiles=lambda confidence: (confidence, middle(confidence)),
    estimate=estimate_median,
    contribution=Contribution(meaning="what a book loses where all books lose it", components=median_components),
)


@pytest.fixture(scope="module", autouse=True)
def registered():
    """The measure, for the tests of this file."""
    with MEASURES.registered(MEDIAN_TAIL_LOSS):
        yield


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    """A batch of one run, with a limit on the measure and one on it for a book, and its outcome."""
    folder = BatchFolder(tmp_path_factory.mktemp("toy"))
    limits = "".join(
        f'\n[[limits]]\nname = "{name}"\nmeasure = "{LABEL}"\nconfidence = 0.99\namount = {amount}\nscope = "{scope}"\n'
        'scenario = "base"\n'
        for name, scope, amount in (("wide", "total", 1e13), ("narrow", "book:bonds", 1.0))
    )
    folder.file.write_text(folder.file.read_text() + limits)
    return folder, folder.work()


@pytest.fixture(scope="module")
def record(night):
    (found,) = read_night(night[0].out, NIGHT).runs
    return found


def test_the_median_of_a_tail_by_hand():
    pnl = -np.arange(1.0, 101.0)  # losses of 1 to 100; of the ten worst, 91 to 100, five lie beyond 95
    found = estimate_sample(pnl, 0.9)
    assert found.of(MEDIAN_TAIL_LOSS).value == 95.0
    assert found.of(VALUE_AT_RISK).value == 90.0
    assert MEDIAN_TAIL_LOSS.of_sample(pnl, 0.9) == 95.0


def test_a_run_has_it_in_its_result_json_and_table():
    result = engine.run.start.run(config(n_paths=50_000, scenario=["august-2024"]), ignore, ignore)
    total = result.results[0]
    for tail in total.measures:
        assert list(tail.estimates) == ["value_at_risk", "expected_shortfall", KEY]
        found = tail.of(MEDIAN_TAIL_LOSS)
        assert tail.of(VALUE_AT_RISK).value < found.low < found.value < found.high
        assert tail.around_shock[KEY] == found.value + total.shock_pnl
    plain = as_json(result)["results"][0]["measures"][1]
    assert [key for key in plain if key.startswith(KEY)] == [
        KEY, f"{KEY}_se", f"{KEY}_low", f"{KEY}_high", f"{KEY}_around_shock",
    ]  # fmt: skip
    assert plain[KEY] == total.measures[1].of(MEDIAN_TAIL_LOSS).value
    text = render.plain(run_table.table(result))
    assert f"{LABEL} 99 %" in text


def test_brackets_are_kept_around_its_quantile_too(hand_book, run_files, monkeypatch):
    """A run too large to keep its tails whole finds the same order statistics."""
    given, settings = (None, hand_book(units=[(0, "USD", 1e6)])), {"n_paths": 2**21 + 5, "confidences": [0.99]}
    plain = run_files(*given, **settings)
    monkeypatch.setattr(engine.run.start, "plan_tails", lambda *asked: plan_brackets(*asked[:3], 16))
    bracketed = run_files(*given, **settings)
    for one, other in zip(plain.results, bracketed.results, strict=True):
        assert one.measures[0].of(MEDIAN_TAIL_LOSS) == other.measures[0].of(MEDIAN_TAIL_LOSS)


def test_a_record_holds_it_and_gives_it_back(night, record):
    folder, _ = night
    path = folder.out / f"valuation_date={NIGHT}" / "run=ten-days" / "results.parquet"
    rows = pq.ParquetFile(path).read().to_pylist()
    names = {row["measure"] for row in rows}
    assert {KEY, f"{KEY}_around_shock", f"component_{KEY}"} <= names
    assert {row["sign"] for row in rows if KEY in row["measure"]} == {LOSS}
    total = record.results[0].measures[0].of(MEDIAN_TAIL_LOSS)
    (row,) = [row for row in rows if row["measure"] == KEY and (row["scenario"], row["scope"]) == ("base", "total")]
    assert (row["value"], row["se"], row["low"], row["high"]) == (total.value, total.se, total.low, total.high)


def test_components_of_books_add_up_to_it(record):
    total = record.results[0].measures[0].of(MEDIAN_TAIL_LOSS).value
    parts = [part.of(MEDIAN_TAIL_LOSS) for key, part in record.components.items() if key[0] == "base"]
    assert sum(part.value for part in parts) == pytest.approx(total, rel=1e-11)  # lines through thousands of paths


def test_a_measure_that_is_registered_no_longer_is_still_read(night, record, monkeypatch):
    folder, _ = night
    monkeypatch.delitem(MEASURES, KEY)
    (again,) = read_night(folder.out, NIGHT).runs
    assert again.results == record.results
    assert again.components == record.components


def test_a_record_made_before_it_was_registered_is_reproduced_and_has_none(tmp_path, monkeypatch):
    folder = BatchFolder(tmp_path)
    with monkeypatch.context() as before:
        before.delitem(MEASURES, KEY)
        folder.night()
    home = folder.out / f"valuation_date={NIGHT}" / "run=ten-days"
    again = reproduce(home, ignore, ignore)
    assert again.is_identical, again.numbers
    (old,) = read_night(folder.out, NIGHT).runs
    assert KEY not in old.results[0].measures[0].estimates


def test_a_recorded_run_is_reproduced_to_the_bit(night):
    again = reproduce(night[0].out / f"valuation_date={NIGHT}" / "run=ten-days", ignore, ignore)
    assert again.is_identical, again.numbers


def test_limits_are_set_on_it_and_held_against_its_figure(night, record):
    uses = {use.name: use for use in night[1].nights[0].limits}
    assert (uses["wide"].state, uses["narrow"].state) == ("within", "breached")
    assert uses["wide"].value == record.results[0].measures[0].of(MEDIAN_TAIL_LOSS).value
    assert uses["wide"].se == record.results[0].measures[0].of(MEDIAN_TAIL_LOSS).se


def test_the_schema_of_limits_names_it():
    found = Limit.model_json_schema()["properties"]
    assert found["measure"]["enum"] == ["VaR", "ES", LABEL, "stress", "DV01"]
    assert found["measure"]["description"].startswith(f"VaR, ES, {LABEL}: at `confidence`")
    assert LABEL in json.dumps(json_schema("batch"))
    assert Limit.model_validate({"measure": LABEL, "confidence": 0.99, "amount": 1.0}).measure == LABEL


def test_metrics_have_it(night, record, tmp_path):
    write_metrics(tmp_path / "unwind.prom", night[1])
    lines = (tmp_path / "unwind.prom").read_text().splitlines()
    assert f"# HELP unwind_{KEY} Median loss in the worst 1 - confidence." in lines
    value = record.results[0].measures[0].of(MEDIAN_TAIL_LOSS).value
    assert any(line.startswith(f"unwind_{KEY}{{") and line.endswith(repr(value)) for line in lines)


def test_its_convergence_is_recorded():
    pnl = np.random.default_rng(3).standard_normal((1, 4096))
    rows = convergence_rows(pnl, [("base", "total")], [0.9], "JPY")
    assert [name for name in convergence_schema().names if name.startswith(KEY)] == [KEY, f"{KEY}_se"]
    assert rows[-1][KEY] == estimate_sample(pnl[0], 0.9).of(MEDIAN_TAIL_LOSS).value


def test_the_report_shows_it(night, record):
    pytest.importorskip("jinja2", reason="needs the extra `report`")
    pytest.importorskip("matplotlib", reason="needs the extra `report`")
    from engine.report.page import render as render_page

    html = render_page(night[0].out, NIGHT)
    total = record.results[0].measures[0].of(MEDIAN_TAIL_LOSS)
    assert f'<data value="{total.value!r}">' in html
    assert f'<data value="{total.se!r}">' not in html  # 0.004 of JPY bn: it does not reach the last digit
    for heading in (LABEL, f"{LABEL} alone", f"contribution to {LABEL}"):
        assert f">{heading}</th>" in html
    assert f"to {LABEL} is what a book loses where all books lose it" in html


def test_what_feedback_adds_to_it_is_printed():
    (found,) = feedback(config(n_paths=33_000, scenario=["bench/three-regimes.toml"]), ignore, ignore)
    assert {part.measure for part in found.parts} == set(MEASURES)
    assert f"{LABEL} 99 %" in render.plain(feedback_tables.tables(found)[0])
    assert f"{LABEL} 99 %" in render.plain(feedback_tables.tables(found)[2])
    assert KEY in feedback_json([found])["results"][0]["regimes"][0]["estimates"][0]


def test_a_spread_is_the_same_from_the_shocked_state():
    spread = replace(MEDIAN_TAIL_LOSS, is_cash_invariant=False)
    assert (MEDIAN_TAIL_LOSS.around_shock(10.0, -7.0), spread.around_shock(10.0, -7.0)) == (3.0, 10.0)
