"""The environment variables that unwind reads: the one list, for `unwind doctor` and the documents.

Each key of a RUN.toml is one too, `UNWIND_` and the key in capitals. Every command reads this before it begins, so
that what a run may hold is imported only where a variable is set that is none of the process.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from engine.errors import InputError

PREFIX = "UNWIND_"
_LIKE = 0.88  # likeness, 0 to 1, from which a name counts as misspelt: the prefix alone makes names alike


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One variable; empty counts as not set."""

    name: str  # "UNWIND_CACHE"
    meaning: str  # what it sets, no full stop
    default: str  # in words, where it is not set


PROCESS = (
    Variable(
        name="UNWIND_CACHE",
        meaning="folder that compiled kernels, compiled books and P&L are kept in from run to run",
        default="unwind in XDG_CACHE_HOME, ~/.cache, or on Windows LOCALAPPDATA",
    ),
    Variable(
        name="UNWIND_CPU",
        meaning="processor that kernels are compiled for: native, this very one; portable, the highest level of x86-64 "
        "that it has, so that one image serves many; or a level, x86-64-v3 or x86-64-v4. The bits are the same",
        default="the highest level that compiled kernels came for with the program, else native",
    ),
    Variable(
        name="UNWIND_KERNELS",
        meaning="a second folder that compiled kernels are looked for in, and only read: what `unwind warm --ship` "
        "wrote, in an image for instance, or another's UNWIND_CACHE",
        default="none; those that came with the program are found without",
    ),
    Variable(
        name="UNWIND_LANGUAGE",
        meaning="language of tables, such as those of `unwind run`, and of the page of `unwind report`: en or ja; as "
        "`--language`",
        default="en",
    ),
    Variable(
        name="UNWIND_LOG",
        meaning="what stands on stderr: text, or json, an object a line; as `unwind --log`",
        default="text",
    ),
)  # what is no key of a RUN.toml, in the order of the alphabet


BORROWED = (
    Variable(
        name="XDG_CACHE_HOME",
        meaning="the user's cache folder, where UNWIND_CACHE is not set",
        default="~/.cache",
    ),
    Variable(name="LOCALAPPDATA", meaning="the same on Windows", default="~/.cache"),
    Variable(
        name="CUDA_PATH",
        meaning="where the CUDA toolkit is, for its headers and its compiler; asked before CUDA_HOME",
        default="none",
    ),
    Variable(name="CUDA_HOME", meaning="the same, by its other name", default="none"),
    Variable(name="PYTHONPATH", meaning="kept by timings, which run in processes of their own", default="none"),
    Variable(
        name="NUMBA_NUM_THREADS",
        meaning="threads of the CPU kernels; the bits are the same for any number",
        default="the number of cores",
    ),
    Variable(
        name="NUMBA_CPU_NAME",
        meaning="processor that kernels are compiled for, in numba's words; workers of one night must agree",
        default="as UNWIND_CPU says",
    ),
    Variable(name="NUMBA_CPU_FEATURES", meaning="its instructions; the same holds", default="as UNWIND_CPU says"),
    Variable(
        name="OMP_NUM_THREADS",
        meaning="threads of numpy's linear algebra; a backtest's own workers take one each",
        default="the number of cores",
    ),
    Variable(name="OPENBLAS_NUM_THREADS", meaning="the same, of OpenBLAS", default="the number of cores"),
    Variable(name="NO_COLOR", meaning="set to anything: no colour on a terminal", default="none"),
    Variable(name="TERM", meaning="dumb: no colour either", default="none"),
    Variable(name="COLUMNS", meaning="width that tables are written for", default="the terminal's"),
)  # those of other programs that this one minds


def run_variables() -> tuple[Variable, ...]:
    """Return a variable for each key of a RUN.toml, in its order."""
    from engine.inputs.run import RunConfig

    return tuple(
        Variable(
            name=f"{PREFIX}{(field.alias or name).upper()}",
            meaning=(field.description or f"`{field.alias or name}` of a RUN.toml").rstrip("."),
            default="none" if field.default is None or field.is_required() else _shown(field.default),
        )
        for name, field in RunConfig.model_fields.items()
    )


def variables() -> tuple[Variable, ...]:
    """Return all of them: those of the process first, then those of a run."""
    return PROCESS + run_variables()


def check_spelling(environ: Mapping[str, str]) -> None:
    """Raise InputError where a variable looks like one of ours, misspelt: what it says would be passed over."""
    process = {each.name for each in PROCESS}
    others = [name for name in environ if name.startswith(PREFIX) and name not in process]
    if not others:
        return
    known = [each.name for each in variables()]
    near = {name: get_close_matches(name, known, n=1, cutoff=_LIKE) for name in others if name not in known}
    if wrong := [
        f"unknown environment variable {name}; did you mean {like[0]}?" for name, like in near.items() if like
    ]:
        raise InputError("\n".join(wrong))


def _shown(default: object) -> str:
    if isinstance(default, tuple):
        return ", ".join(map(str, default)) or "none"
    return str(default).lower() if isinstance(default, bool) else str(default)
