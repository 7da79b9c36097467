"""Tests mirror the tree: `engine/risk/tail.py` is tested by `tests/engine/risk/test_tail.py`."""

from tests.source_files import ROOT, relative, sources

# Test files of what no single module does, each with its reason.
ACROSS = {
    "bench/peers/test_walks.py": "all peers' walks have one law",
    "cli/output/test_every_command.py": "every form of every command that prints figures",
    "cli/test_golden.py": "every command's page at every width",
    "cli/test_week.py": "a week of nights through the command, killed and resumed",
    "docs/test_api_analysis.py": "a page's examples, run",
    "docs/test_notebooks.py": "the notebooks of the pages, run",
    "fuzz/test_mutations.py": "files of every sort, changed at random",
    "fuzz/test_sheets.py": "spreadsheets, changed at random",
    "engine/backtest/test_horizons.py": "VaR over one day and over ten, of plain books on every date",
    "engine/backtest/test_kills.py": "kills at any moment of a walk",
    "engine/backtest/test_one_day.py": "a day of USD/JPY under every law that forecasts, on dates of the full history",
    "engine/report/test_japanese.py": "the page in its other language",
    "engine/run/test_days_apart.py": "nothing forced in the step that forces it, over the bundled scenarios",
    "engine/backtest/statistics/test_oracles.py": "the statistics beside two packages of others",
    "engine/batch/test_kill.py": "kills at any moment of a night",
    "engine/batch/test_tampering.py": "what is done to a record, through writer, readers and verify",
    "engine/book/test_life.py": "every kind from before it begins to after it ends",
    "engine/conventions/test_toy_currency.py": "a currency from test code alone",
    "engine/instruments/test_quantlib.py": "all kinds beside QuantLib",
    "engine/instruments/test_quantlib_currencies.py": "all currencies beside QuantLib",
    "engine/instruments/test_toy_instrument.py": "an instrument from test code alone",
    "engine/law/test_mixture.py": "a whole law beside its closed forms",
    "engine/mechanisms/test_toy_mechanism.py": "a mechanism from test code alone",
    "engine/pack/test_ageing.py": "a book aged to the horizon, whatever it holds",
    "engine/pack/test_every_kind.py": "compressed beside direct, random books of all kinds",
    "engine/pack/test_merging.py": "books together are worth what they are apart",
    "engine/scenario/test_macro_scenarios.py": "the bundled stresses of policy, auctions and other countries",
    "engine/report/test_browser.py": "the page in a browser",
    "engine/risk/measures/test_toy_measure.py": "a measure from test code alone",
    "engine/risk/test_coverage.py": "intervals of all measures cover",
    "engine/run/test_coverage.py": "the same of whole runs",
    "engine/run/test_filtered.py": "whole runs of laws of past days",
    "engine/run/test_unwind_runs.py": "whole runs of laws with an unwind",
    "kernels/cuda/test_book.py": "from files to digests on the CUDA sources",
    "kernels/cuda/test_compile.py": "what NVRTC says of the CUDA sources",
    "kernels/cuda/test_counts.py": "instructions of a step of the CUDA sources",
    "kernels/cuda/test_currencies_book.py": "books in five currencies on the CUDA sources",
    "kernels/cuda/test_filtered.py": "laws by rows on the CUDA sources",
    "kernels/cuda/test_unwind.py": "laws with an unwind on the CUDA sources",
    "kernels/test_currency_pairs.py": "options on any pair in all wings",
    "kernels/test_toy_payoff.py": "a payoff from test code alone",
    "unwind_risk/serve/test_browser.py": "the server's pages in a browser",
    "trials/test_clock.py": "a night while the clock jumps",
    "trials/test_disk.py": "a night on a disk that fails at any call",
}


def test_each_test_file_is_of_a_module_or_says_why_not():
    tests = ROOT / "tests"
    modules = {relative(path) for path in sources()}
    found = {path.relative_to(tests) for path in tests.rglob("test_*.py") if path.parent != tests}
    others = {path.as_posix() for path in found if path.with_name(path.name[5:]).as_posix() not in modules}
    assert others == set(ACROSS)
