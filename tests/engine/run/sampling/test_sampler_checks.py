"""Where a sampler is refused, and with which way out."""

import pytest

from engine.errors import InputError
from engine.inputs.run import resolve
from engine.mechanisms.unwind import Unwind
from engine.run.sampling.sampler_checks import check_plain, check_sampled


def config(**settings):
    return resolve({"sampler": "is_sobol", **settings}, {})


def test_normal_and_t_steps_are_taken():
    check_sampled(config(), ["base", "t", "fat"], [None, Unwind(law="t"), Unwind(nu=5.0)], 1)


@pytest.mark.parametrize(("unwind", "n_steps"), [(None, 10), (Unwind(law="filtered"), 1), (Unwind(law="mixture"), 1)])
def test_what_is_walked_is_refused_by_name(unwind, n_steps):
    with pytest.raises(InputError, match="and mine is walked day by day; leave sampler out, or take such a law: --sc"):
        check_sampled(config(), ["mine"], [unwind], n_steps)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"precision": "float32"}, "draws in float64; leave precision out"),
        ({"parameters": "8"}, "takes no sets of parameters"),
        ({"by": ["position"]}, "not apart"),
    ],
)
def test_what_knows_no_weights_is_refused(settings, said):
    with pytest.raises(InputError, match=said):
        check_sampled(config(**settings), ["base"], [None], 1)


def test_single_paths_are_refused():
    with pytest.raises(InputError, match=r"sampler: is_sobol gives `unwind run` its VaR and ES; .*: leave sampler out"):
        check_plain(config())
    check_plain(resolve({}, {}))
