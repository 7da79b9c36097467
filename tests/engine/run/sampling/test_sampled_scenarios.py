"""Sampled runs beside plain ones: the same figures, the same bits again, nothing without its weight."""

import time
from functools import cache

import numpy as np
import pytest

from engine.errors import InputError
from engine.inputs.run import resolve
from engine.risk.measures.registry import MEASURES
from engine.risk.results import as_json
from engine.run.load import load_inputs
from engine.run.prepared import prepare, scopes_of
from engine.run.sampling.sampled_scenarios import REPLICATES, log2_for, path_moves
from engine.run.start import finish
from unwind_risk.api.result import Result


def ignore(*_):
    pass


@cache
def finished(sampler="is_sobol", paths=4096, **settings):
    asked = {"scenario": ["base"], "sampler": sampler, "paths": paths, "backend": "numba", **settings}
    config = resolve(asked, {})
    prepared = prepare(config, load_inputs(config), ignore, takes_samplers=True)
    return finish(prepared, ignore, ignore, time.perf_counter())


def assert_alike(found, plain):
    """Within 4.5 of both errors together, of which 16 replicates tell their own to 18 %."""
    for one, other in zip(found.result.results, plain.result.results, strict=True):
        assert (one.scenario, one.scope) == (other.scenario, other.scope)
        assert one.mean == pytest.approx(other.mean, abs=4.5 * np.hypot(one.mean_se, other.mean_se))
        assert one.std == pytest.approx(other.std, rel=0.03)
        for sampled, drawn in zip(one.measures, other.measures, strict=True):
            for key in MEASURES:
                a, b = sampled.estimates[key], drawn.estimates[key]
                assert a.value == pytest.approx(b.value, abs=4.5 * np.hypot(a.se, b.se))


def test_figures_are_those_of_plain_paths():
    assert_alike(finished(), finished("plain", 50_000))


@pytest.mark.slow
@pytest.mark.parametrize("law", ["ewma", "t"])
def test_figures_of_other_laws_are_those_of_plain_paths(law):
    settings = {"scenario": None, "law": law}
    assert_alike(finished("is_sobol", 50_000, **settings), finished("plain", 1_000_000, **settings))


def test_the_total_gains_and_json_says_what_the_paths_are_worth():
    run = finished()
    facts, rows = as_json(run.result)["run"], as_json(run.result)["results"]
    assert (facts["sampler"], facts["n_paths"]) == ("is_sobol", 5120)
    total = rows[0]["measures"][-1]
    assert total["value_at_risk_plain_paths"] > 10 * 5120
    assert total["expected_shortfall_plain_paths"] > 100 * 5120
    assert "value_at_risk_plain_paths" not in as_json(finished("plain", 50_000).result)["results"][0]["measures"][0]


def test_a_path_is_drawn_again_by_replicate_and_number():
    run = finished()
    (sampled,), (part,) = run.sampled, run.prepared.sampled
    moves, weight = path_moves(sampled, 3, 300)  # of 320; the last 64 are plain
    all_moves, weights = sampled.sampler.replicate(3, 8)
    assert np.array_equal(moves, all_moves[:, 300])
    assert weight == weights[300]
    pnl = part.backend.pnl_of_moves(part.packed.book, moves[:, None])
    assert pnl.shape == (len(scopes_of(part)), 1)
    with pytest.raises(InputError, match="there are replicates 0 to 15, of paths 0 to 319; got 16, 0"):
        path_moves(sampled, REPLICATES, 0)


def test_backends_agree_and_the_same_seed_gives_the_same_bits():
    first, again = finished(), finished.__wrapped__()
    assert [row.pnl_sha256 for row in first.result.results] == [row.pnl_sha256 for row in again.result.results]
    oracle = finished(backend="numpy")
    for one, other in zip(first.result.results, oracle.result.results, strict=True):
        # differences of the loss have its rounding over 0.0025, and turn the axes by so much
        assert one.measures[-1].estimates["value_at_risk"].value == pytest.approx(
            other.measures[-1].estimates["value_at_risk"].value, rel=1e-5
        )


def test_until_se_doubles_sampled_paths():
    said = []
    config = resolve({"scenario": ["base"], "sampler": "is_sobol", "paths": 4096, "until_se": "0.05%"}, {})
    prepared = prepare(config, load_inputs(config), ignore, takes_samplers=True)
    run = finish(prepared, ignore, said.append, 0.0)
    assert run.sampled[0].relative_se <= 0.0005
    assert run.result.run.n_paths > 5120
    assert any("0.05% wanted" in line for line in said)


def test_paths_are_rounded_up_to_replicates_of_a_power_of_two():
    assert log2_for(1_000_000) == 16  # 16 x 65,536 x 1.25 = 1,310,720
    assert log2_for(100) == 8


def test_what_looks_at_single_paths_refuses():
    result = Result(finished=finished(), taken_apart=(), notes=())
    for ask in (result.pnl, result.plot, result.gradients, lambda: result.contributions("position")):
        with pytest.raises(InputError, match="leave sampler out"):
            ask()


def test_other_commands_refuse():
    config = resolve({"scenario": ["base"], "sampler": "is_sobol"}, {})
    with pytest.raises(InputError, match="leave sampler out"):
        prepare(config, load_inputs(config), ignore)


def test_a_walked_law_is_refused():
    config = resolve({"sampler": "is_sobol"}, {})
    with pytest.raises(InputError, match="and filtered is walked day by day; leave sampler out"):
        prepare(config, load_inputs(config), ignore, takes_samplers=True)
