import sys

import pytest

from cli import guard
from engine.errors import RiskError


def test_our_own_kernels_pass():
    assert guard.kernels_fault() is None


def test_another_package_of_the_name_is_refused_with_the_way_out(tmp_path, monkeypatch):
    theirs = tmp_path / "kernels" / "__init__.py"
    theirs.parent.mkdir()
    theirs.write_text("from .hub import get_kernel\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "kernels", raising=False)
    with pytest.raises(RiskError, match="pip uninstall kernels") as refused:
        guard.check_kernels()
    assert str(theirs) in str(refused.value)


def test_another_package_installed_over_ours_is_noticed(tmp_path, monkeypatch):
    # pip puts both into site-packages/kernels; the last one installed owns __init__.py
    over = tmp_path / "kernels" / "__init__.py"
    over.parent.mkdir()
    over.write_text('"""Their docstring."""\nimport sys\n')
    monkeypatch.setattr(guard, "OURS", over)
    monkeypatch.setattr(guard, "find_spec", lambda _: type("Spec", (), {"origin": str(over)}))
    assert "not unwind's" in guard.kernels_fault()


def test_a_missing_package_is_said_to_be_missing(monkeypatch):
    monkeypatch.setattr(guard, "find_spec", lambda _: None)
    assert "missing" in guard.kernels_fault()
