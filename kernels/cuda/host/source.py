"""The CUDA sources as text, and what one build of them is made for."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from kernels import lanes
from kernels.cuda.host.headers import generated
from kernels.law_layout import ALIAS_BITS, N_SPEEDS, PATH_SERIES, Law, ModelArrays
from kernels.layout import Book, FxOptions
from kernels.payoffs import PAYOFFS, has_rows, payoff_of
from kernels.records import Rows
from kernels.types import Bools

FOLDER = Path(__file__).parents[1]
ENTRY = "paths.cu"
SUFFIXES = (".cu", ".cuh", ".h")
THREADS = 128  # of a block that walks paths
LANES = 256  # of a block that reduces
WALKED_WORDS = 64  # 32-bit registers that the states of all laws may take together, one path wide
PAIRED_WORDS = 32  # up to this, a thread walks two paths side by side
VALUED = 2  # paths that a thread of the kernel that only revalues has side by side
VALUED_BLOCKS = 3  # of that kernel at once: 168 registers a thread
UNWIND_ROWS = 14  # numbers of binary64 that a path carries beside its deviations under a law with an unwind
CAP_ROWS = 2  # and of the cap on a yield, where a law has one
UNWIND_BLOCKS = ((20, 4), (36, 3))  # up to so many words of state under such a law so many blocks at once
LOADED_BYTES = 16  # of a law's numbers at once, at most
UNROLLED_FACTORS = 24  # beyond, a step written out would outgrow the instruction cache
REGISTERS = 65_536  # of a multiprocessor
FUSED = ("holdings", "exchanges")  # the payoffs that the kernel which walks has room for
LANE_NAMES = (
    "FACTOR_NORMALS",
    "EVENTS",
    "JUMP_ARRIVALS",
    "INTERVENTION_SIZE",
    "JUMP_SIZES",
    "PARAMETER_STEP",
    "PARAMETERS",
    "IMPACT_SIZE",
    "RESIDUAL_ROW",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildSettings:
    """What is fixed when the kernels are compiled; the head of paths.cu says what each macro means."""

    float32: bool
    n_factors: int
    laws: int  # of the model that a thread walks: all of them, or 1
    n_currencies: int
    has_sums: bool
    degree: int
    payoffs: tuple[tuple[str, bool], ...]  # that the book was made with, in its order: name, whether it holds any
    vol_terms: int
    is_split: bool
    paths: int
    valued: int
    blocks: int
    valued_blocks: int
    is_unrolled: bool
    has_unwind: bool
    has_filter: bool
    has_cap: bool
    n_leaders: int
    n_cohorts: int
    n_regimes: int
    chunk: int
    fx: int
    ust: int
    pickup_1: int
    pickup_2: int
    pickup_3: int
    pickup_4: int
    prices: int

    def macros(self) -> dict[str, int]:
        """Macro names and values."""
        named = {name.upper(): int(value) for name, value in asdict(self).items() if name != "payoffs"}
        named |= {f"HAS_{name.upper()}": int(has) for name, has in self.payoffs}
        counted = {"THREADS": THREADS, "UNWIND_ROWS": self.unwind_rows, "N_PATH_SERIES": len(PATH_SERIES)}
        rows = {"N_SPEEDS": N_SPEEDS, "CARRIED_ROWS": self.carried_rows, "ALIAS_BITS": ALIAS_BITS}
        counted |= rows if self.has_filter else {}
        return named | counted | {name: getattr(lanes, name) for name in LANE_NAMES}

    @property
    def unwind_rows(self) -> int:
        """Return how many numbers a path of a law with an unwind carries beside its deviations."""
        return UNWIND_ROWS + (CAP_ROWS if self.has_cap else 0)

    @property
    def carried_rows(self) -> int:
        """Return how many numbers a path of a filtered law carries beside its deviations."""
        return self.n_factors * N_SPEEDS + self.n_leaders + 1 if self.has_filter else 0

    @property
    def cohort_rows(self) -> int:
        """Return how many numbers a path carries of its carry trades."""
        return 2 * self.n_cohorts + 1 if self.n_cohorts else 0

    @property
    def kept_rows(self) -> int:
        """Return how many numbers of a path lie in memory between two launches, beside what was observed."""
        rows = self.unwind_rows + self.carried_rows + self.cohort_rows
        return self.n_factors + rows if self.has_unwind else 0

    def sources(self) -> dict[str, str]:
        """Return the text of everything that the build reads, by its path in the wing."""
        return sources([name for name, _ in self.payoffs])

    def options(self) -> list[str]:
        """The macros as a compiler's command line has them."""
        return [f"-D{name}={value}{'ull' if value >= 2**31 else ''}" for name, value in self.macros().items()]


def settings_for(model: ModelArrays, book: Book, *, float32: bool) -> BuildSettings:
    """Choose the build for a model and a book. The choice moves time, never a bit.

    A book of flows, holdings and exchanges, looked at once, is valued by the kernel that walks, out of its registers.
    Any other is valued by a kernel of its own: walking keeps its registers, and valuing has all of them too. Where a
    law has an unwind a thread walks one path under one law: what a path then carries takes the place of a second.
    """
    n_laws, n_factors = model.decay.shape
    words = n_factors * (1 if float32 else 2)
    has_filter = bool(model.laws["is_filtered"].any())
    has_unwind = has_filter or bool(model.laws["is_unwind"].any())
    laws = n_laws if n_laws * words <= WALKED_WORDS and not has_unwind else 1
    paths = 2 if laws * words <= PAIRED_WORDS and not has_unwind else 1
    is_unrolled = n_factors <= UNROLLED_FACTORS
    held = tuple((payoff_of(type(tables)).name, has_rows(tables)) for tables in book.payoffs)
    is_split = any(has for name, has in held if name not in FUSED) or book.run.observations.size > 1
    blocks = 2 if is_unrolled and paths * laws * words > PAIRED_WORDS else 3
    if has_unwind and is_unrolled:
        blocks = next((blocks for most, blocks in UNWIND_BLOCKS if words <= most), 2)
    return BuildSettings(
        float32=float32,
        n_factors=n_factors,
        laws=laws,
        n_currencies=book.run.fx_factor.size,
        has_sums=book.run.sums.size > 0,
        degree=book.flows.degree,
        payoffs=held,
        vol_terms=_vol_terms(book),
        is_split=is_split,
        paths=paths,
        valued=VALUED if is_split else paths,
        valued_blocks=VALUED_BLOCKS if is_split else 1,
        blocks=blocks,
        is_unrolled=is_unrolled,
        has_unwind=has_unwind,
        has_filter=has_filter,
        has_cap=bool(model.laws["is_capped"].any()),
        n_leaders=model.leader.shape[1],
        n_cohorts=model.cohort_entry.shape[1],
        n_regimes=model.drift.shape[1],
        chunk=LOADED_BYTES // (4 if float32 else 8) if is_unrolled else 1,
        **_places(model),
    )


def _vol_terms(book: Book) -> int:
    """Return the terms in vol of the tables of FX options; 0 where there is no table."""
    options = next((tables for tables in book.payoffs if isinstance(tables, FxOptions)), None)
    return options.terms.shape[3] if options is not None and options.tables.size else 0


def mixing(laws: Rows[Law]) -> Bools:
    """Return which laws scale their normals by a mixing variable: (n_laws,), by the index of a law."""
    return np.asarray((laws["is_unwind"] != 0) & (laws["mixes"] != 0))


def _places(model: ModelArrays) -> dict[str, int]:
    """Factors that mechanisms look at where all laws that do agree, else -1; and those that have a convexity."""
    laws = model.laws
    looks = {"fx": laws["is_unwind"] != 0, "ust": laws["feeds_back"] != 0}
    looks |= {f"pickup_{k}": laws[f"weight_{k}"] != 0.0 for k in range(1, 5)}
    found = {name: np.unique(laws[name][looking]).tolist() or [0] for name, looking in looks.items()}
    convex = (model.convexity[mixing(laws)] != 0.0).any(axis=(0, 1))
    prices = sum(1 << f for f in np.flatnonzero(convex).tolist())
    return {name: factors[0] if len(factors) == 1 else -1 for name, factors in found.items()} | {"prices": prices}


def sources(payoffs: Sequence[str] = ()) -> dict[str, str]:
    """Return the text of everything that a build of these payoffs reads, by path; () is all there are."""
    names = payoffs or tuple(PAYOFFS)
    found = [path for path in sorted(FOLDER.rglob("*")) if path.suffix in SUFFIXES]
    paths = {path.relative_to(FOLDER).as_posix(): path for path in found}
    paths |= {f"payoffs/{PAYOFFS[name].cuda.name}": PAYOFFS[name].cuda for name in names}
    return {name: path.read_text(encoding="utf-8") for name, path in paths.items()} | generated(names)


def build_sha256(texts: dict[str, str], options: list[str], compiler: str) -> str:
    """Return the hash of the sources, the options and the compiler: what a compiled file is kept under."""
    digest = hashlib.sha256()
    for part in (*(item for pair in texts.items() for item in pair), *options, compiler):
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()
