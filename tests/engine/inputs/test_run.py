from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.conventions.currencies import CURRENCIES
from engine.errors import FileFaults, InputError
from engine.inputs.book.load import bundled_book_path
from engine.inputs.run import RunConfig, resolve
from engine.scenario.default_scenario import DEFAULT_SCENARIO


def refusal(flags: dict[str, object], environ: dict[str, str] | None = None, file: Path | None = None) -> str:
    with pytest.raises(InputError) as refused:
        resolve(flags, environ or {}, file)
    return str(refused.value)


@pytest.fixture
def write(tmp_path):
    def write(text: str) -> Path:
        path = tmp_path / "RUN.toml"
        path.write_text(text)
        return path

    return write


def test_nothing_given_is_the_default_run():
    config = resolve({}, {})
    assert config == RunConfig()
    assert (config.scenarios, config.confidences, config.horizon_days) == ((DEFAULT_SCENARIO,), (0.975, 0.99), 10)
    assert (config.backend, config.precision, config.steps, config.currency) == ("auto", "float64", "auto", "JPY")


def test_a_flag_beats_the_environment_and_that_the_file(write):
    file = write("paths = 1000\nseed = 1\nhorizon_days = 1\n")
    environ = {"UNWIND_PATHS": "2000", "UNWIND_SEED": "2", "OTHER": "x"}
    config = resolve({"paths": 3000, "seed": None, "scenario": []}, environ, file)
    assert (config.n_paths, config.seed, config.horizon_days, config.scenarios) == (3000, 2, 1, (DEFAULT_SCENARIO,))


def test_the_environment_reads_numbers_lists_and_switches():
    environ = {
        "UNWIND_CONFIDENCE": "0.975, 0.99",
        "UNWIND_SCENARIO": "base, april-2025",
        "UNWIND_INSTANTANEOUS": "true",
        "UNWIND_UNTIL_SE": "0.5%",
        "UNWIND_MARKET": "1.toml",
        "UNWIND_BACKEND": "",  # empty counts as not set
    }
    config = resolve({}, environ)
    assert config.confidences == (0.975, 0.99)
    assert config.scenarios == ("base", "april-2025")
    assert config.instantaneous is True
    assert config.until_se == 0.005
    assert config.market == Path("1.toml")
    assert config.backend == "auto"


def test_paths_in_a_file_are_relative_to_it_and_those_of_flags_are_not(write):
    file = write('market = "m.toml"\nbook = "/abs/b.csv"\nout = "r.json"\nscenario = ["base", "s/mine.toml"]\n')
    config = resolve({"out": Path("here.json")}, {}, file)
    assert config.market == file.parent / "m.toml"
    assert config.book_files == (Path("/abs/b.csv"),)
    assert config.scenarios == ("base", str(file.parent / "s" / "mine.toml"))
    assert config.out == Path("here.json")


def test_a_bundled_book_is_taken_by_its_name_from_a_flag_the_environment_and_a_file(write):
    whole = (bundled_book_path("life-insurer"),)
    assert resolve({"book": [Path("life-insurer")]}, {}).book_files == whole
    assert resolve({}, {"UNWIND_BOOK": "life-insurer"}).book_files == whole
    file = write('book = ["life-insurer", "mine.csv"]\n')
    assert resolve({}, {}, file).book_files == (*whole, file.parent / "mine.csv")


def test_a_single_value_stands_for_a_list_of_one(write):
    config = resolve({}, {}, write('scenario = "august-2024"\nconfidence = 0.99\n'))
    assert (config.scenarios, config.confidences) == (("august-2024",), (0.99,))


def test_flags_may_be_named_as_the_attributes_they_set():
    config = resolve({"n_paths": 500, "scenarios": ["base"], "confidences": [0.9]}, {})
    assert (config.n_paths, config.scenarios, config.confidences) == (500, ("base",), (0.9,))


@pytest.mark.parametrize("paths", [0, -5, 1])
def test_too_few_paths_are_refused_with_the_minimum(paths):  # BAD-S064
    assert refusal({"paths": paths}) == f"--paths: must be at least 100, got {paths}"


def test_a_billion_billion_paths_are_refused_with_the_time_they_need():  # BAD-S065
    # 10^18 / (3 * 10^6 a second) / 86,400
    assert refusal({"paths": 10**18}).endswith("at some 3 million paths a second that would take 3,858,024 days")
    assert "must be at most 1,000,000,000, got 1" in refusal({"paths": 10**400})  # beyond every float
    assert refusal({"paths": 2 * 10**9}) == "--paths: must be at most 1,000,000,000, got 2,000,000,000"  # 11 minutes


@pytest.mark.parametrize("seed", [2**64, -1])
def test_a_seed_beyond_64_bits_is_refused_with_the_range(seed):  # BAD-S066
    said = refusal({}, {"UNWIND_SEED": str(seed)})
    assert said == f"environment variable UNWIND_SEED: must lie in 0 to 2^64 - 1 = {2**64 - 1}, got {seed}"


def test_the_largest_seed_is_kept_to_the_last_bit():
    assert resolve({}, {"UNWIND_SEED": "18446744073709551615"}).seed == 2**64 - 1


def test_confidence_99_asks_for_099():  # BAD-S067
    assert refusal({"confidence": [99.0]}) == "--confidence: must lie in [0.5, 1), got 99.0; 99 % is 0.99"


@pytest.mark.parametrize("confidence", [1.0, 0.49, 0.0, -0.99])
def test_confidence_out_of_range_is_refused(confidence):
    assert "must lie in [0.5, 1)" in refusal({"confidence": confidence})


def test_an_unknown_key_suggests_the_nearest(write):  # BAD-S070
    file = write("paths = 1000\nconfidance = 0.99\n")
    with pytest.raises(FileFaults) as refused:
        resolve({}, {}, file)
    (fault,) = refused.value.faults
    assert (fault.line, fault.where) == (2, "confidance")
    assert fault.message.startswith("unknown key; did you mean 'confidence'?")


def test_a_misspelt_variable_is_refused_and_a_foreign_one_is_not():
    assert refusal({}, {"UNWIND_CONFIDANCE": "0.99"}) == (
        "unknown environment variable UNWIND_CONFIDANCE; did you mean UNWIND_CONFIDENCE?"
    )
    assert resolve({}, {"UNWIND_SHARED": "/data", "UNWIND_CACHE_DIR": "/c"}) == RunConfig()


def test_faults_of_all_sources_come_at_once_and_say_which_source(write):
    file = write('backend = "gpu"\nsteps = "hourly"\npaths = 5\n')
    *codes, last = (repr(code) for code in CURRENCIES)
    said = refusal({"horizon_days": 251, "paths": 3}, {"UNWIND_CURRENCY": "XXX", "UNWIND_SEED": "0x3"}, file)
    assert sorted(said.splitlines()) == sorted(
        [
            "--horizon-days: must be a number of at most 250, got 251",
            "--paths: must be at least 100, got 3",
            f"environment variable UNWIND_CURRENCY: must be one of {', '.join(codes)} or {last}, got 'XXX'",
            "environment variable UNWIND_SEED: must be a whole number such as 1, got '0x3'",
            f"{file}: line 1, backend: must be one of 'auto', 'numpy', 'numba' or 'cuda', got 'gpu'",
            f"{file}: line 2, steps: must be one of 'auto' or 'daily', got 'hourly'",
        ]
    )


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"scenario": ["base", "base"]}, "--scenario: 'base' is there twice"),
        ({"confidence": (0.99, 0.99)}, "--confidence: 0.99 is there twice"),
        ({"horizon_days": 0}, "--horizon-days: must be a number of at least 1, got 0"),
        ({"horizon_days": 1.5}, "--horizon-days: must be a whole number such as 10, got 1.5"),
        ({"paths": True}, "--paths: must be a whole number such as 1000000, got True"),
        ({"paths": "1.5e0"}, "--paths: must be a whole number such as 1000000, got 1.5"),
        ({"paths": "1,000,000"}, "--paths: must be a whole number such as 1000000, got '1,000,000'; is 1000000 meant?"),
        ({"confidence": ["0,99"]}, "--confidence: must be a number such as 0.99, got '0,99'; is 0.99 meant?"),
        ({"book": [Path("a.csv"), Path("a.csv")]}, "--book: 'a.csv' is there twice"),
        ({"seed": "x"}, "--seed: must be a whole number such as 1, got 'x'"),
        ({"confidence": ["99%"]}, "--confidence: must be a number such as 0.99, got '99%'; 99 % is 0.99"),
        (
            {"confidence": ["97.5 %", "0.99"]},
            "--confidence: must be a number such as 0.99, got '97.5 %'; 97.5 % is 0.975",
        ),
        ({"confidence": ["high"]}, "--confidence: must be a number such as 0.99, got 'high'"),
        ({"until_se": "5x"}, "--until-se: must be a percentage below 50% such as '0.5%', got '5x'"),
        ({"until_se": "nan"}, "--until-se: must be a percentage below 50%"),
        ({"until_se": "0%"}, "--until-se: must be a percentage below 50%"),
        ({"until_se": "50%"}, "--until-se: must be a percentage below 50%"),
        ({"book": ""}, "--book: must be the path of a file, got ''"),
    ],
)
def test_a_bad_flag_is_named_with_its_value(flags, said):
    assert refusal(flags).startswith(said)


@pytest.mark.parametrize("bare", ["0.1", "0.005", 0.1, 0.05, 1])
def test_a_relative_error_that_could_mean_two_things_is_refused(bare):
    said = refusal({"until_se": bare})
    assert said.startswith(f"--until-se: must be a percentage below 50% such as '0.5%', got {bare!r}; is '")
    assert f"'{bare}%' meant" in said


@pytest.mark.parametrize(("given", "fraction"), [("0.1%", 0.001), (" 10 % ", 0.1), (0.005, 0.005)])
def test_a_relative_error_is_a_percentage_or_in_a_file_a_small_fraction(given, fraction):
    assert resolve({"until_se": given}, {}).until_se == pytest.approx(fraction, rel=1e-15)


@pytest.mark.parametrize("written", ["1e6", "1_000_000", " 1000000 ", 1e6])
def test_a_million_is_read_as_people_write_it(written, write):
    assert resolve({"paths": written}, {}).n_paths == 1_000_000
    assert resolve({}, {"UNWIND_PATHS": str(written)}).n_paths == 1_000_000
    assert resolve({}, {}, write(f"paths = {str(written).strip()}\n")).n_paths == 1_000_000


def test_spaces_around_a_flag_change_nothing():
    config = resolve({"backend": " numba ", "currency": "USD ", "scenario": [" base"], "confidence": [" 0.9 "]}, {})
    assert (config.backend, config.currency, config.scenarios, config.confidences) == (
        "numba",
        "USD",
        ("base",),
        (0.9,),
    )


def test_books_may_be_several_from_every_source(write):
    file = write('book = ["a.csv", "/abs/b.csv"]\n')
    assert resolve({}, {}, file).book_files == (file.parent / "a.csv", Path("/abs/b.csv"))
    assert resolve({"book": [Path("c.csv"), Path("d.csv")]}, {}, file).book_files == (Path("c.csv"), Path("d.csv"))
    assert resolve({}, {"UNWIND_BOOK": "c.csv, d.csv"}, file).book_files == (Path("c.csv"), Path("d.csv"))


def test_flags_may_be_text_as_on_a_command_line():
    config = resolve({"paths": "500", "seed": str(2**64 - 1), "confidence": ["0.9", ".99"], "horizon_days": "3"}, {})
    assert (config.n_paths, config.seed, config.confidences, config.horizon_days) == (500, 2**64 - 1, (0.9, 0.99), 3)


@pytest.mark.parametrize("digits", ["1_00", "\uff11\uff10\uff10\uff10", "1,000", "0x3e8"])  # as BAD-S023, S025, S026
def test_odd_digits_in_the_environment_are_refused(digits):
    assert f"must be a whole number such as 1000000, got {digits!r}" in refusal({}, {"UNWIND_PATHS": digits})


@given(st.dictionaries(st.sampled_from([f"UNWIND_{key}" for key in ("PATHS", "SEED", "CONFIDENCE", "UNTIL_SE", "OUT")]),
                       st.text(max_size=20)))  # fmt: skip
def test_any_text_in_the_environment_is_read_or_refused(environ):
    try:
        config = resolve({}, environ)
    except InputError:
        return
    assert config.n_paths >= 100
    assert 0 <= config.seed < 2**64
    assert all(0.5 <= confidence < 1.0 for confidence in config.confidences)
