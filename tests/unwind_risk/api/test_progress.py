import sys
from types import SimpleNamespace

import pytest

from unwind_risk.api.progress import bar, in_notebook, shown


def test_a_bar_says_how_far_a_run_is():
    assert bar(1_000, 4_000) == "[##########                              ]  25%, 1,000 of 4,000 paths"


def test_outside_a_notebook_nothing_is_shown(capfd):
    assert not in_notebook()
    with shown(None) as report:
        report(1, 2)
    assert capfd.readouterr() == ("", "")


def test_in_a_notebook_one_bar_moves_and_goes(monkeypatch):
    texts = []
    handle = SimpleNamespace(update=lambda shown: shown._repr_pretty_(SimpleNamespace(text=texts.append), False))
    fake = SimpleNamespace(
        get_ipython=lambda: SimpleNamespace(kernel=object()),
        display=SimpleNamespace(display=lambda text, display_id: handle),
    )
    monkeypatch.setitem(sys.modules, "IPython", fake)
    assert in_notebook()
    with shown(None) as report:
        report(1, 2)
    assert texts == [bar(1, 2), ""]
    with shown(False) as report:
        report(1, 2)
    assert len(texts) == 2


def test_an_error_takes_the_bar_away():
    seen = []
    with pytest.raises(KeyboardInterrupt), shown(lambda done, total: seen.append(done)):
        raise KeyboardInterrupt
    assert seen == []
