"""The packages beside this one have everyday names, `engine`, `kernels`, `cli`, `bench`: are those in use ours?

A process holds one package of a name. The command is a process of its own and takes the packages beside it, whatever
stands in the current folder or on PYTHONPATH. A program that imports unwind_risk may have an `engine` of its own, which
it keeps: it is told so by an ImportError, before anything of ours has taken the name.
"""

import ast
import sys
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent  # of unwind_risk and of the packages beside it
SIBLINGS = ("engine", "kernels", "cli", "bench")
ENTRY = "from unwind_risk.main import main"  # the first words of the `unwind` script, as installers write it


def is_command() -> bool:
    """Return whether this process is the command: `python -m unwind_risk`, or a script that imports its `main`."""
    if sys.argv[:1] == ["-m"]:  # while Python looks for the module of -m; its name stands before the arguments
        return sys.orig_argv[-len(sys.argv)].removeprefix("-m") == "unwind_risk"
    script = getattr(sys.modules["__main__"], "__file__", None)
    try:
        return script is not None and ENTRY in Path(script).read_text(encoding="utf-8")
    except (OSError, ValueError):  # no file, or none of text
        return False


def claim_siblings(*, first: bool = False) -> None:
    """Import the packages beside this one under their names, so that nothing later takes these.

    first   also where the path has others of these names before them: for the command alone

    Raises
    ------
    ImportError
        Another package of such a name is imported already, would be found first, or lies over ours; or ours is not
        there. Names the folder and the way out; nothing was imported then.
    """
    wanted = [name for name in SIBLINGS if not _is_held(name)]
    for name in wanted:
        _check_folder(name)
        if not first:
            _check_path(name)
    for name in wanted:
        _import(name)


def _is_held(name: str) -> bool:
    """Return whether ours is imported already. Raises ImportError where another is."""
    if (module := sys.modules.get(name)) is None:
        return False
    found = [Path(path).resolve() for path in getattr(module, "__path__", ())]
    if found == [HOME / name]:
        return True
    where = found[0] if found else getattr(module, "__file__", None) or "another module"
    raise ImportError(f"`{name}` is imported already, from {where}, and is not unwind's. {_way_out(name)}")


def _check_folder(name: str) -> None:
    """Refuse a folder without our package, or with another's files over it."""
    file = HOME / name / "__init__.py"
    try:
        body = ast.parse(file.read_bytes()).body
    except FileNotFoundError:
        raise ImportError(f"{file} of unwind is missing: install unwind-risk again") from None
    except (OSError, SyntaxError, ValueError):
        body = []
    if len(body) != 1 or not isinstance(body[0], ast.Expr):  # ours hold a docstring and nothing else
        raise ImportError(
            f"{file} is not unwind's: another package of that name was installed over it. Run `pip uninstall {name}`, "
            "then install unwind-risk again, and keep the two in separate environments"
        )


def _check_path(name: str) -> None:
    """Refuse where `import name` would find another than ours."""
    spec = find_spec(name)
    found = [Path(path).resolve() for path in (spec.submodule_search_locations or ())] if spec is not None else []
    if spec is None or found == [HOME / name]:  # where only this package is on the path, ours is imported from its home
        return
    where = found[0] if found else spec.origin
    raise ImportError(f"`import {name}` finds {where}, which is not unwind's. {_way_out(name)}")


def _way_out(name: str) -> str:
    return (
        f"unwind_risk brings a package called {name!r} and one program cannot hold both: rename yours, or take it off "
        "the path (the current folder, PYTHONPATH, `pip uninstall`), or run unwind in a process of its own, as "
        "`unwind` or `python -m unwind_risk`"
    )


def _import(name: str) -> None:
    spec = PathFinder.find_spec(name, [str(HOME)])
    if spec is None or spec.loader is None:
        raise ImportError(f"package {name!r} of unwind cannot be imported from {HOME}: install unwind-risk again")
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
