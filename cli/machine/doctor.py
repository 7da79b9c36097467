"""`unwind doctor`: what this machine offers, and what is in the way."""

import os
import platform
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from cli import options, render
from cli.output import formats
from engine.errors import InputError, RiskError
from unwind_risk import __version__
from unwind_risk.siblings import HOME

if TYPE_CHECKING:
    from cli.output.frames import Frame

PACKAGES = ("numpy", "numba", "llvmlite", "pandas", "pyarrow", "scipy", "pydantic", "QuantLib", "typer", "rich")
VECTORS = ("avx2", "fma", "avx512f")
MISSING = "not installed"
# The answer in words; another language has words of its own.
READY = "Runs can use all that is here."
IN_THE_WAY = "Not usable here, which the table says why: {names}."


def doctor(output_format: options.Format = None, as_json: options.AsJson = False) -> None:
    """Print what this machine offers, and what is in the way.

    Versions, processor, caches and devices that a run would use. Ends with 1 if something that every run needs is
    missing or broken, with 2 if UNWIND_CPU asks for a processor that this is not.
    """
    form = formats.chosen(output_format, as_json=as_json)
    rows = [("unwind", f"{__version__}, {HOME}"), ("Python", f"{platform.python_version()}, {sys.executable}")]
    rows += [("system", platform.platform()), *_packages(), *_processor()]
    kernels, refused = _kernels()
    rows += [*kernels, *_cuda(), *_environment()]

    def frame() -> "Frame":
        from cli.output.machine_frames import doctor_frame

        return doctor_frame(rows)

    formats.show(
        form,
        table=lambda: render.show(facts_table(rows)),
        json=formats.rows_object("facts", frame),
        frame=frame,
    )
    if refused is not None:
        raise InputError(refused)
    missing = [name for name, found in rows if found == MISSING]
    if missing:
        raise RiskError(f"not installed: {', '.join(missing)}; pip install unwind-risk brings them")


def facts_table(rows: Sequence[tuple[str, str]]) -> render.Table:
    """Lay out what was found, and say first what is in the way."""
    in_the_way = [name for name, found in rows if found == MISSING or found.startswith("cannot ")]
    columns = (render.Column(heading="", is_number=False), render.Column(heading="", is_number=False))
    sentence = IN_THE_WAY.format(names=", ".join(in_the_way)) if in_the_way else READY
    return render.Table(title="unwind on this machine", sentence=sentence, columns=columns, rows=rows)


def _packages() -> list[tuple[str, str]]:
    return [(name, _version(name) or MISSING) for name in PACKAGES]


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _processor() -> list[tuple[str, str]]:
    facts = _cpuinfo()
    vectors = [name for name in VECTORS if name in facts.get("flags", "").split()]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return [
        ("processor", facts.get("model name") or platform.processor() or platform.machine()),
        ("vectors", ", ".join(vectors) or "not known here"),
        ("cores", f"{cores} for this process"),
    ]


def _cpuinfo() -> dict[str, str]:
    """Return what Linux says of the first core; nothing elsewhere."""
    path = Path("/proc/cpuinfo")
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").split("\n\n")[0].splitlines()
    return {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _kernels() -> tuple[list[tuple[str, str]], str | None]:
    """Return what kernels are compiled for and where they are kept, and what is wrong with UNWIND_CPU, if anything."""
    from kernels.numba.kept import kept_files

    try:
        from kernels.numba.settings import cache_folder, compiler_target, is_written
    except ValueError as error:  # of UNWIND_CPU, which is read when the compiler is set up
        return [("compiled for", f"cannot be said: {error}")], str(error)
    name, vectors = compiler_target()
    lost = "" if is_written() else " (cannot be written: what is not kept yet is compiled anew in every run)"
    kept = kept_files()
    size = sum(path.stat().st_size for path in kept)
    found = [
        ("compiled for", f"{name}, {vectors or 'no vectors'}"),
        ("compiled kernels in", f"{cache_folder()}{lost}"),
        ("compiled kernels", f"{len(kept)}, {size / 1e6:,.1f} MB" if kept else "none: `unwind warm` compiles them"),
    ]
    return found, None


def _environment() -> list[tuple[str, str]]:
    """Return the UNWIND_ variables that are set, each with what it does; one that nothing reads says so."""
    from engine.inputs.environment import PREFIX, variables

    known = {each.name: each.meaning for each in variables()}
    found = sorted(name for name in os.environ if name.startswith(PREFIX))
    return [(name, f"{os.environ[name]} ({known.get(name, 'nothing reads it')})") for name in found]


def _cuda() -> list[tuple[str, str]]:
    from kernels.cuda.host.check import cuda_facts

    facts = cuda_facts()
    rows = [("cupy", facts.cupy), ("NVIDIA driver, CUDA", facts.driver), ("NVRTC", facts.nvrtc)]
    rows += [("device", device) for device in facts.devices]
    return [*rows, ("backend cuda", f"cannot run: {facts.fault.message}" if facts.fault else "can run")]
