"""docs/reference/environment.md: the environment variables that the program reads."""

from pathlib import PurePosixPath

from engine.inputs.run import PREFIX, RunConfig

PAGE = PurePosixPath("docs/reference/environment.md")
OTHERS = {  # beside those of a run's settings
    "UNWIND_CACHE": "Folder of compiled kernels, compiled books and kept P&L; a container mounts one that is warm. "
    "Default: `unwind` in the user's cache folder.",
    "XDG_CACHE_HOME": "The user's cache folder, where `UNWIND_CACHE` is not set. Default: `~/.cache`.",
    "CUDA_PATH": "Where the CUDA toolkit is, for its headers and its compiler; asked before `CUDA_HOME`.",
    "CUDA_HOME": "The same, by its other name.",
    "PYTHONPATH": "Kept by the timings of `unwind bench`, which run in processes of their own.",
    "NUMBA_NUM_THREADS": "Threads of the CPU kernels. The bits are the same for any number.",
    "NUMBA_CPU_NAME": "Processor that kernels are compiled for; workers of one night must agree.",
    "NUMBA_CPU_FEATURES": "Its instructions; the same holds.",
    "OMP_NUM_THREADS": "Threads of numpy's linear algebra; a backtest's own workers take one each.",
    "OPENBLAS_NUM_THREADS": "The same, of OpenBLAS.",
    "NO_COLOR": "Set to anything: no colour on a terminal.",
    "COLUMNS": "Width that tables are written for, where the terminal does not say.",
}
_HEAD = f"""# Environment variables

<!-- written by `python -m cli.pages.reference`: change cli/pages/environment.py or a run's keys, not this page -->

## Settings of a run

A setting is taken from the command's option, else from the environment, else from RUN.toml, else it is the default.
Lists are separated by commas. A variable that begins with `{PREFIX}` and looks misspelt is refused. Commands that
simulate a run read these; a batch takes its settings from its file alone.

| variable | as the option | meaning |
|---|---|---|
"""


def page() -> str:
    """Return the whole page."""
    settings = [
        f"| `{PREFIX}{key.upper()}` | `--{key.replace('_', '-')}` | {field.description} |"
        for key, field in ((field.alias or name, field) for name, field in RunConfig.model_fields.items())
    ]
    others = [f"| `{name}` | {meaning} |" for name, meaning in OTHERS.items()]
    parts = [_HEAD + "\n".join(settings), "## Others", "\n".join(["| variable | meaning |", "|---|---|", *others])]
    return "\n\n".join(parts) + "\n"
