"""The whole page: every number is the record's, whatever the record holds."""

import json
import math
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.errors import InputError
from engine.record.atomic import write_json
from engine.record.correlations import (
    CORRELATIONS,
    CORRELATIONS_SCHEMA,
    Correlations,
    correlation_rows,
    recorded_correlations,
)
from engine.record.later_tables import recorded_convergence, recorded_levels
from engine.record.read import BatchFault, night_folder, read_night, run_folder
from engine.record.tables import MANIFEST
from engine.report.write import report_path, write_report
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.risk.measures.value_at_risk import VALUE_AT_RISK

pytest.importorskip("jinja2", reason="needs the extra `report`")

from engine.report.page import render

TODAY = date(2025, 5, 28)
YESTERDAY = date(2025, 5, 27)
MINUS = "\N{MINUS SIGN}"


class Page(HTMLParser):
    """What a browser would find: tags, visible text, figures with their values."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.ids: list[str] = []
        self.text = ""
        self.figures: list[tuple[float, str]] = []
        self._value: float | None = None
        self._hidden = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self.ids += [str(value) for name, value in attrs if name == "id"]
        self._hidden = tag == "style"
        if tag == "data":
            self._value = float(str(dict(attrs)["value"]))

    def handle_endtag(self, tag: str) -> None:
        self._value = None
        self._hidden = False

    def handle_data(self, data: str) -> None:
        if self._value is not None:
            self.figures.append((self._value, data))
        if not self._hidden:
            self.text += data


def page(record, night: date = TODAY) -> Page:
    return Page(render(record.folder, night))


def every_value(record) -> set[float]:
    """All figures that a page may show: of the record, their changes since yesterday, and what is counted."""
    found: set[float] = set()
    nights = [read_night(record.folder, day) for day in (YESTERDAY, TODAY)]
    for night in nights:
        found |= {value for use in night.limits for value in (use.amount, use.value, use.se, use.use,
                                                             use.probability_above) if value is not None}  # fmt: skip
        found |= {use.value - use.amount for use in night.limits if use.value is not None}
        for run in night.runs:
            found |= {each.value for each in (*run.stress_losses, *run.dv01s)}
            found |= {value for each in run.distributions for value in seven_quantiles(each)}
            found |= {float(run.manifest["facts"]["n_paths"]), -9.9e8}  # and the P&L of realised.csv
            rows = [
                *recorded_convergence(run.files, "base", 0.99),
                *recorded_levels(run.files, "base"),
            ]
            found |= {float(value) for row in rows for value in row.values() if isinstance(value, float | int)}
            for key, part in run.components.items():
                found |= {1.0, *measures(part), *shares(run, key)}
            for result in run.results:
                found |= {result.base_value, result.shock_pnl, result.mean, result.mean_se}
                found |= {value for each in result.measures for value in measures(each)}
    for before, after in zip(nights[0].runs, nights[1].runs, strict=True):
        for old, new in zip(before.results, after.results, strict=True):
            for one, other in zip(old.measures, new.measures, strict=True):
                var, var_se, es, es_se = measures(one)
                now_var, now_var_se, now_es, now_es_se = measures(other)
                found |= {now_var - var, now_es - es, math.hypot(now_var_se, var_se), math.hypot(now_es_se, es_se)}
    return found


def seven_quantiles(each) -> list[float]:
    """Of the P&L: from the tail where it holds them, else between the edges of the bins."""
    levels = np.array([0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99])
    below = np.concatenate([[0.0], np.cumsum(each.counts) / each.n_paths])
    found = np.interp(levels, below, each.edges)
    n_worst = int(0.01 * each.n_paths)
    if n_worst < each.tail.size:
        found[0] = each.tail[n_worst]
    return found.tolist()


def measures(each) -> tuple[float, float, float, float]:
    var, es = each.of(VALUE_AT_RISK), each.of(EXPECTED_SHORTFALL)
    return var.value, var.se, es.value, es.se


def shares(run, key) -> tuple[float, float]:
    """What a book contributes as fractions of the total's VaR and ES."""
    scenario, _, confidence = key
    total = next(each for each in run.results if (each.scenario, each.scope) == (scenario, "total"))
    whole = next(each for each in total.measures if each.confidence == confidence)
    (var, _, es, _), (whole_var, _, whole_es, _) = measures(run.components[key]), measures(whole)
    return var / whole_var, es / whole_es


def test_contributions_stand_beside_what_the_books_are_alone(html):
    text = Page(html).text
    assert "VaR is 7.80 in all, of which diversification takes off 1.56" in text
    assert "60 %" in text  # 4.7 of 7.8
    assert "read from 1,966 paths of the tail" in text
    assert "The record holds no contributions of this run" in text  # of the one-day run


def test_every_number_on_the_page_is_the_records_rounded(whole, html):
    known = every_value(whole)
    found = Page(html)
    assert len(found.figures) > 240
    assert {value for value, _ in found.figures} <= known
    for value, shown in found.figures:
        assert is_rounded(value, shown), (value, shown)


def is_rounded(value: float, shown: str) -> bool:
    """Whether a text is a value in some unit, to the text's last digit."""
    if shown in ("no", "certain", "< 0.1 %", "> 99.9 %"):
        return 0.0 <= value <= 1.0
    digits = re.sub(r"[^0-9.]", "", shown)
    last = 10.0 ** -len(digits.partition(".")[2])
    if "." not in digits:
        last = 10.0 ** (len(digits) - len(digits.rstrip("0"))) if float(digits) else 1.0
    sign = -1.0 if MINUS in shown else 1.0
    units = (0.01,) if "%" in shown else (1.0, 1e3, 1e6, 1e9, 1e12)
    return any(abs(sign * float(digits) * unit - value) <= 0.5001 * last * unit for unit in units)


def test_the_first_screen_is_the_answer(html):
    first = html.partition('<section class="chapter"')[0]
    text = words(first)
    # VaR 0.8 * 1.17 = 0.936 billion, yesterday 0.96; august-2024 a third above; ES 8/7 of VaR
    assert "One-day loss, one time in a hundred: JPY 0.94 bn. In august-2024: JPY 1.25 bn." in text
    assert f"{MINUS}0.024 JPY bn since 2025-05-27 in base." in text
    # and of ten days 0.8 * 7.8 = 6.24
    assert "1 limit breached stress 110 %" in text
    assert f"base 6.24 7.13 {MINUS}0.080 VaR 95 % of 6.50" in text
    assert "august-2024 stress law: not a forecast 8.32 9.51" in text
    assert "book value 197.81" in text
    assert "Simulation error at most ±0.019." in text  # of ES: 1.3 times a 250th of std = 8.32 / 2.3263
    assert "1 exception on 1 nights compared" in Page(html).text


def words(html: str) -> str:
    """What is read, a space between cells."""
    return re.sub(r"\s+([:;.,])", r"\1", re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", html)))


def test_a_change_on_common_draws_has_no_independent_error(html):
    assert f"{MINUS}0.080 ±" not in Page(html).text


def test_a_change_on_other_draws_has_that_of_independent_runs(record):
    record.run(night=YESTERDAY, books={"carry": 3.0e9, "life": 4.9e9})
    home = run_folder(record.folder, YESTERDAY, "ten-days")
    plain = json.loads((home / MANIFEST).read_bytes())
    write_json(home / MANIFEST, plain | {"facts": plain["facts"] | {"seed": 12}})
    record.close(YESTERDAY)
    record.run()
    record.close()
    # a 250th of std on each night, std = VaR / 2.3263 of 6.24 and 6.32 billion
    assert f"{MINUS}0.080 ±0.015" in page(record).text


def test_what_to_do_says_how_far_a_limit_is_exceeded_and_by_what(record):
    record.run(extras=True)
    record.close(limits=[record.limit(value=6.24e9, amount=6e9, state="breached")])
    text = words(render(record.folder, TODAY).partition('id="do"')[2])
    assert "desk: VaR of total, base 240 JPY mn life +3.76, carry +2.48 unwind whatif TRADES.csv --night" in text


def exact_result(record, scope: str, var: float):
    """A scope whose thousand moves are all valued: no error of simulation, a tenth of the figure for the table's."""
    made = record.result("base", scope, var)
    measures = tuple(
        replace(
            each,
            estimates={key: replace(one, se=0.0, low=one.value, high=one.value) for key, one in each.estimates.items()},
            table_ses={key: 0.1 * one.value for key, one in each.estimates.items()},
            is_exact=True,
        )
        for each in made.measures
    )
    return replace(made, measures=measures, mean_se=0.0, n_moves=1000)


def test_a_stress_is_called_so_in_every_table_that_names_it(record):
    record.run(scenarios=("august-2024", "base"), extras=True)
    record.close(limits=[record.limit(scenario="august-2024")])
    said = render(record.folder, TODAY)
    entries = re.findall(r">(august-2024[^<]*)</t[hd]>", said)
    assert len(entries) > 5  # of figures, heat maps, a limit, the table of a picture
    assert set(entries) == {"august-2024 (stress law: not a forecast)"}
    assert said.count("stress law: not a forecast; no backtest of it is recorded") == 2  # beside the figures, of each


def test_exact_rows_show_the_tables_error_by_its_name_and_nothing_converges(record):
    results = [exact_result(record, scope, var) for scope, var in (("total", 4e9), ("book:a", 3e9), ("book:b", 2e9))]
    record.run(results=results, books={"a": 3e9, "b": 2e9}, scenarios=["base"], blocks=[])
    record.close(limits=[record.limit(value=4e9, amount=4.4e9, se=0.0, table_se=0.4e9, probability_above=0.16)])
    text = page(record).text
    assert "4.00 ±0.40 table" in text
    assert "base, exact: 1,000 moves" in text
    assert text.count("Nothing converges: each of the 1,000 moves of base is valued.") == 1
    assert "others might have come" in text
    assert "by its Monte Carlo error and its table's together" in text
    assert "16.0 %" in text  # the limit is not certain: its table is not
    assert "scenario base is exact" in text
    assert "paths in" not in text


def test_simulated_rows_of_a_filtered_law_show_both_errors(record):
    made = record.result("base", "total", 4e9, se=1e7)
    measures = tuple(replace(each, table_ses={key: 4e8 for key in each.estimates}) for each in made.measures)
    record.run(results=[replace(made, measures=measures)], books={}, scenarios=["base"])
    record.close()
    assert "4.00 ±0.01 ±0.40 table" in page(record).text


def test_the_same_record_gives_the_same_bytes(whole, html, tmp_path):
    size = write_report(whole.folder, TODAY, tmp_path / "deep" / "report.html")
    assert (tmp_path / "deep" / "report.html").read_bytes() == html.encode()
    assert size == len(html.encode())
    assert report_path(Path("out"), TODAY) == Path("out/reports/2025-05-28.html")


def test_the_page_asks_for_nothing_and_runs_nothing(html):
    found = Page(html)
    assert not {"script", "iframe", "object", "embed", "base", "form"} & set(found.tags)
    links = [value for name, value in found.attributes if name in ("src", "href", "xlink:href", "action", "srcset")]
    assert links
    assert all(value.startswith(("#", "data:,")) for value in links if value is not None)
    style = (Path(render.__code__.co_filename).parent / "templates" / "style.css").read_text()
    assert "url(" not in style
    assert "@import" not in style
    assert len(found.ids) == len(set(found.ids))


def test_names_from_outside_are_only_names(record):
    hostile = {
        "<script>alert(1)</script>": 3e9,
        '"><img src=x onerror=alert(1)>': 2e9,
        "{{ 7 * 7 }}{% raw %}": 1e9,
        "$\\frac{1}{2}$ &amp; \u202eevil": 1.5e9,
        "x" * 500: 1e8,
        "生命保険 \U0001f4b4": 1e9,
    }
    record.run("a&b", books=hostile, scenarios=("base", "</style><script>"))
    record.close(faults=[BatchFault(kind="book", subject="<script>", message="</p><script>alert(2)</script>")])
    found = page(record)
    assert "script" not in found.tags
    assert "img" not in found.tags
    assert not [name for name, _ in found.attributes if name.startswith("on")]
    for name in ("<script>alert(1)</script>", "{{ 7 * 7 }}", "</p><script>alert(2)</script>", "生命保険"):
        assert name in found.text
    assert "\u202e" not in found.text


def test_fifty_books_and_many_scenarios_fit(record):
    books = {f"book-{i:02d}": 1e9 + 1e8 * i for i in range(50)}
    record.run("big", books=books, scenarios=("base", "one", "two", "three", "four", "five"), extras=True)
    record.close(limits=[])
    html = render(record.folder, TODAY)
    assert len(html.encode()) < 500_000
    assert all(name in html for name in books)


@pytest.mark.parametrize(
    ("most", "said", "n_pictures"),
    [
        (64_000, "Where markets go and convergence are left out", 2),  # of what runs have beside these
        (36_000, "Only the figures of all books are here", 0),
    ],
)
def test_a_long_page_is_shortened_from_its_end(record, monkeypatch, most, said, n_pictures):
    monkeypatch.setattr("engine.report.page.MOST_BYTES", most)
    for name in ("a", "b"):
        record.run(name)
    record.close()
    html = render(record.folder, TODAY)
    assert len(html.encode()) <= most
    assert said in html
    assert html.count('role="img"') >= n_pictures
    assert all(f"<h3>{name}</h3>" in html for name in ("a", "b"))


def test_one_book_and_no_yesterday(record):
    record.run(books={"only": 2e9}, scenarios=("base",))
    record.close()
    text = page(record).text
    assert "no earlier night in this record" in text
    assert "This is the first night of the record." in text
    assert "The record holds no levels of the factors by day." in text


def test_a_night_of_faults_alone_has_no_number(record):
    faults = [BatchFault(kind="market", subject="2025-05-28", message="there is no such market")]
    record.close(failed=["ten-days"], faults=faults, limits=[])
    found = page(record)
    assert found.figures == []
    assert "there is no such market" in found.text
    assert "incomplete" in found.text
    assert "failed" in found.text


def test_a_limit_that_is_not_evaluated_says_why(record):
    record.run(books={"only": 2e9}, scenarios=("base",))
    nothing = {"value": None, "se": None, "probability_above": None}
    record.close(limits=[record.limit(state="not evaluated", reason="there is no total", **nothing)])
    assert "desk (VaR of ten-days): there is no total" in page(record).text


def test_a_partial_run_is_called_so_and_not_compared(record):
    record.run(night=YESTERDAY)
    record.close(YESTERDAY)
    record.run(complete=False)
    record.close(faults=[BatchFault(kind="book", subject="bad.csv", message="line 3 is no position")])
    text = page(record).text
    assert "Books are missing from this run" in text
    assert "all books that loaded" in text
    assert "books are missing, now or on 2025-05-27" in text


def test_gains_at_the_quantile_and_what_is_no_number(record):
    record.run("gain", books={"gain": -4e9})
    record.run("spoilt", books={"bad": 1e9, "good": 2e9})
    home = night_folder(record.folder, TODAY) / "run=spoilt"
    _spoil(home / "results.parquet")
    record.seal(home)
    record.close()
    html = render(record.folder, TODAY)
    found = Page(html)
    assert f"{MINUS}3.20 ±0.01" in found.text
    assert "not a number" in found.text
    assert "figures of base, bad are not numbers" in found.text
    assert not any(math.isnan(value) or "nan" in shown.lower() for value, shown in found.figures)
    assert "NaN" not in html
    assert ">nan<" not in html


def test_an_error_that_the_sample_does_not_bound_is_said(record):
    for night in (YESTERDAY, TODAY):
        total = record.result("base", "total", 2e9, se=math.inf)
        record.run(night=night, books={}, scenarios=("base",), results=[total])
        record.close(night)
    found = page(record)
    assert "±not bounded" in found.text
    assert "inf" not in [shown.lower() for _, shown in found.figures]
    assert "svg" in found.tags  # the history is drawn, without a band


def _spoil(path: Path) -> None:
    """Turn every figure of one book into NaN."""
    table = pq.read_table(path)
    rows = [{**row, "value": math.nan} if row["scope"] == "book:bad" else row for row in table.to_pylist()]
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)


def test_no_night_and_no_extra_are_refused_in_words(record, monkeypatch, tmp_path):
    with pytest.raises(InputError, match="there is no such record"):
        write_report(record.folder, TODAY, tmp_path / "x.html")
    monkeypatch.setitem(__import__("sys").modules, "engine.report.page", None)
    with pytest.raises(InputError, match=r"pip install 'unwind-risk\[report\]'"):
        write_report(record.folder, TODAY, tmp_path / "x.html")


def test_a_bare_number_cannot_reach_the_page():
    from engine.report.page import _environment

    environment = _environment()
    with pytest.raises(TypeError, match="bare float"):
        environment.from_string("{{ x }}").render(x=math.nan)


def test_rough_errors_are_a_warning(record):
    from engine.report.summary import warnings

    record.run()
    record.close()
    night = read_night(record.folder, TODAY)
    rough = [replace(r, measures=tuple(replace(m, rough=True) for m in r.measures)) for r in night.runs[0].results]

    class Sheet:
        run = replace(night.runs[0], results=tuple(rough))

    (said,) = warnings([Sheet()])  # type: ignore[list-item]
    assert said.startswith("ten-days: 12 figures have rough errors: base, total, 99 %; ")


def test_a_record_without_correlations_renders_and_says_so(whole, html):
    assert "This record holds no correlations" in Page(html).text
    assert "unwind report --history FILE" in Page(html).text


def test_correlations_taken_now_are_shown_with_the_files_that_they_rest_on(whole):
    found = Page(render(whole.folder, TODAY, _correlations()))
    assert "This record holds no correlations" not in found.text
    assert "Used: by hand" in found.text
    assert "a year of history" in found.text
    assert "old.csv" in found.text
    assert "0.37" in found.text  # trailing, of the pair that differs most


def test_correlations_of_the_record_are_shown(record):
    found = _correlations()
    record.run("ten-days")
    home = run_folder(record.folder, TODAY, "ten-days")
    rows = pa.Table.from_pylist(correlation_rows(found), schema=CORRELATIONS_SCHEMA)
    pq.write_table(rows, home / CORRELATIONS)
    plain = json.loads((home / MANIFEST).read_bytes()) | {"correlations": recorded_correlations(found)}
    write_json(home / MANIFEST, plain | {"files": plain["files"] | {CORRELATIONS: ""}})
    record.seal(home)
    record.close()
    assert "a year of history" in page(record).text


def _correlations() -> Correlations:
    return Correlations(
        names=("UST_10Y", "USDJPY"),
        used=np.array([[1.0, 0.61], [0.61, 1.0]]),
        calibration="by hand",
        trailing=np.array([[1.0, 0.37], [0.37, 1.0]]),
        trailing_se=np.array([[0.0, 0.05], [0.05, 0.0]]),
        basis="a year of history",
        histories=({"path": "/data/old.csv", "sha256": "0" * 64},),
    )
