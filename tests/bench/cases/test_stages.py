import pytest

from bench import loops
from bench.cases.stages import FACTORS, Stages, assert_stages, work_of
from kernels.numba.settings import BLOCK

pytestmark = pytest.mark.slow  # the loops over stages are compiled in both precisions


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("n_factors", FACTORS)
def test_each_stage_gives_plain_numpys_numbers(n_factors, precision):
    assert f"{n_factors} factors, {precision}" in assert_stages(Stages(n_factors=n_factors, precision=precision))


@pytest.mark.parametrize("name", ["bits_f64", "transform_f64", "steps"])
def test_a_stage_that_does_nothing_is_refused(name, monkeypatch):
    monkeypatch.setattr(loops, name, lambda *arguments: None)
    with pytest.raises(AssertionError, match="Mismatched"):
        assert_stages(Stages(n_factors=8, precision="float64"))


def test_every_stage_is_timed_and_its_work_counted():
    work = work_of(Stages(n_factors=18, precision="float64"), n_steps=2)
    assert [name.split(",")[0] for name in work] == ["random bits alone", "transform alone", "step alone", "walk"]
    assert all(each.units % (18 * BLOCK) == 0 for each in work.values())
