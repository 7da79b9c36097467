"""Work is done several at once on the CPU, one after another on a device, and answers come in their order."""

from threading import Barrier, get_ident
from types import SimpleNamespace

import pytest

from engine.analysis.gradient.side_by_side import AT_ONCE, side_by_side

CPU, DEVICE = SimpleNamespace(name="numba"), SimpleNamespace(name="cuda")


def test_on_the_cpu_several_are_under_way_together_and_each_answer_has_its_place():
    met = Barrier(AT_ONCE, timeout=10)

    def work(asked):
        met.wait()  # which fewer would never leave
        return asked * 2

    assert list(side_by_side(work, range(AT_ONCE), CPU)) == [2 * k for k in range(AT_ONCE)]


def test_on_a_device_they_take_turns():
    found = list(side_by_side(lambda asked: (asked, get_ident()), range(3), DEVICE))
    assert found == [(k, get_ident()) for k in range(3)]


@pytest.mark.parametrize("backend", [CPU, DEVICE])
def test_what_fails_is_raised_and_those_that_wait_are_not_begun(backend):
    begun = []

    def work(asked):
        begun.append(asked)
        raise ValueError(asked)

    with pytest.raises(ValueError, match="0"):
        list(side_by_side(work, range(1000), backend))
    assert len(begun) < 1000
