"""A mechanism from outside: declared, registered, read from a file, run by numba and by the CUDA sources."""

import shutil
from dataclasses import dataclass, replace

import numpy as np
import pytest

from cli.pages.mechanisms import page
from cli.scenario.unwind_tables import sources, tables
from engine.errors import FileFaults
from engine.inputs.scenario.load import read_scenario
from engine.inputs.schema import json_schema
from engine.law.part import LawPart
from engine.law.registry import LAWS
from engine.mechanisms.checks import check_unwind
from engine.mechanisms.parameters.findings import Findings
from engine.mechanisms.parameters.parameter import Form, parameter, source_text
from engine.mechanisms.parameters.sizes import Sizes, values
from engine.mechanisms.registry import MECHANISMS, Mechanism
from engine.mechanisms.unwind import Unwind
from engine.run.walk import walk_of
from kernels.cuda.host.backend import CudaBackend
from kernels.cuda.host.on_cpu import HostDevice
from kernels.numba.backend import NumbaBackend

HEAD = 'title = "t"\ndescription = "d"\nsource = "s"\n'
TOML = HEAD + '[toy]\nsource = "by hand"\nstretch = 2.0\nreach = { "JGB_*" = 1.0 }\n'
N_DAYS, PATHS = 2, np.arange(300, dtype=np.uint64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Toy:
    """Moves of some factors stretched."""

    source: str = source_text()
    stretch: float = parameter(
        doc="Factor on the moves.", default=1.0, low=0.0, high=3.0, unit="multiple", source="assumption"
    )
    reach: Sizes = parameter(doc="Factor -> 1 where it is stretched.", default=(), form=Form.BY_FACTOR)


def stretched(unwind, setting, steps):
    toy = unwind.part("toy")
    by_factor = np.where(values(toy.reach, setting.names) == 1.0, toy.stretch, 1.0)
    return replace(steps, chol=steps.chol * by_factor[:, None])


@pytest.fixture(params=[False, True], ids=["one step will do", "day by day"])
def toy(request):
    """The mechanism registered, as one that is or is not seen day by day: by either kind of kernels."""
    law = LawPart(key="toy", change_steps=stretched)
    with MECHANISMS.registered(Mechanism(key="toy", part=Toy, is_daily=request.param)), LAWS.registered(law):
        yield


@pytest.fixture
def write(tmp_path):
    def _write(text):
        path = tmp_path / "toy.toml"
        path.write_text(text)
        return path

    return _write


def moves(backend, scenario, market):
    """Deviations of all factors on each day: (n_days, n_factors, n_paths)."""
    walk = walk_of(scenario, market, n_days=N_DAYS, seed=3, backend=backend)
    return walk.deviations(PATHS)[:, : len(market.factors)]


def test_a_file_gives_its_parameters_and_the_rest_are_their_defaults(toy, write):
    unwind = read_scenario(write(TOML)).unwind
    assert unwind.part("toy") == Toy(source="by hand", stretch=2.0, reach=(("JGB_*", 1.0),))
    assert "Toy(" in repr(unwind)  # a scenario's digest is of this text
    assert read_scenario(write(HEAD + '[toy]\nsource = "x"\n')).unwind.part("toy").stretch == 1.0
    assert read_scenario(write(HEAD)).unwind is None


def test_it_changes_the_law_of_numba_and_of_the_cuda_sources(toy, write, hand_market):
    if shutil.which("g++") is None:
        pytest.skip("g++ is not installed")
    market = hand_market()
    names = [factor.name for factor in market.factors]
    mine, plain = read_scenario(write(TOML)), read_scenario(write(HEAD))
    found = moves(NumbaBackend(), mine, market)
    # rates neither drift nor revert in this market, and a product with 2 is exact
    wanted = moves(NumbaBackend(), plain, market) * np.where(np.char.startswith(names, "JGB"), 2.0, 1.0)[:, None]
    assert found.tobytes() == wanted.tobytes()
    assert moves(CudaBackend([HostDevice()]), mine, market).tobytes() == found.tobytes()


def test_out_of_its_range_it_is_refused_by_line_key_value_and_range(toy, write):
    with pytest.raises(FileFaults) as refused:
        read_scenario(write(TOML.replace("2.0", "4.0")))
    (fault,) = refused.value.faults
    assert str(fault) == "line 6, toy.stretch: must be a number of at most 3.0, got 4.0"
    findings = Findings("made in Python")
    check_unwind(Unwind(added=(("toy", Toy(source="x", stretch=4.0)),)), findings)
    with pytest.raises(FileFaults, match=r"toy\.stretch: must lie in \[0, 3\] \(multiple\), got 4\.0"):
        findings.notes()


def test_the_schema_the_display_and_the_documents_have_it(toy, write):
    stretch = json_schema("scenario")["$defs"]["ToyTable"]["properties"]["stretch"]
    assert (stretch["default"], stretch["minimum"], stretch["maximum"]) == (1.0, 0.0, 3.0)
    assert stretch["description"] == "Factor on the moves. Default 1 (assumption)."
    unwind = read_scenario(write(TOML)).unwind
    rows = [tuple(row) for table in tables(unwind) for row in table.rows]
    assert ("toy", "stretch", "2") in rows
    assert list(sources(unwind)) == ["Toy: by hand"]
    assert "| `stretch` | 1 | multiple | [0, 3] | Factor on the moves. | assumption |" in page()


def test_a_scenario_without_it_has_no_key_for_it(write):
    with pytest.raises(FileFaults, match=r"line 4, toy: unknown key"):
        read_scenario(write(TOML))
