"""A public package is also called `kernels`: is the one that Python finds ours?"""

import ast
from importlib.util import find_spec
from pathlib import Path

from engine.errors import RiskError

OURS = Path(__file__).parent.parent / "kernels" / "__init__.py"


def kernels_fault() -> str | None:
    """What is wrong with `import kernels`, without importing it; None if it is ours."""
    spec = find_spec("kernels")
    if spec is None or spec.origin is None:
        return "package 'kernels' of unwind is missing: install unwind-risk again"
    found = Path(spec.origin)
    # Ours holds a docstring and nothing else; another package, installed over it, holds code.
    if found.resolve() == OURS.resolve() and len(ast.parse(found.read_bytes()).body) <= 1:
        return None
    return (
        f"`import kernels` finds {found}, which is not unwind's: a public package has the same name. "
        "Run `pip uninstall kernels`, then install unwind-risk again, or keep the two in separate environments"
    )


def check_kernels() -> None:
    """Refuse to go on with someone else's `kernels`."""
    if fault := kernels_fault():
        raise RiskError(fault)
