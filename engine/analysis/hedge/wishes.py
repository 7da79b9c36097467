"""What a mix of hedges must keep to, as options and keywords ask for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.analysis.hedge.aim import FIRST, weights_of
from engine.errors import InputError
from engine.inputs.fields.numbers import PLAIN, number_hint, parse_number
from engine.inputs.run import MAX_SEED, RunConfig, resolve
from engine.inputs.whole_numbers import whole_number


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a mix must keep to. Amounts in the run's currency."""

    score_seed: int  # of the fresh stream
    names: tuple[str, ...] = ()  # of the hedges that may be used; (): all
    budget: float | None = None  # of costs
    carry_least: float | None = None  # a day, of the mix
    es_most: float | None = None  # costs included
    is_whole: bool = True  # lots are whole
    aim: str = FIRST  # what is made least, of `engine.analysis.hedge.aim.AIMS`
    weights: Mapping[str, float] = field(default_factory=dict)  # of a mean, by scenario


def asked(
    flags: Mapping[str, Any],
    environ: Mapping[str, str],
    file: Path | None,
    wishes: Mapping[str, str | None],
    names: tuple[str, ...],
    weights: Sequence[str] = (),
    *,
    is_whole: bool,
) -> tuple[RunConfig, Wishes]:
    """Return what options ask for: the run's settings as `engine.inputs.run.resolve` takes them, and the wishes.

    Raises InputError for what is no number, or asks for more than paths of one law.
    """
    config = resolve(flags, environ, file)
    check_settings(config)
    seed = wishes.get("score_seed")
    score_seed = whole_number(seed) if seed is not None else next_seed(config)
    if score_seed is None or not 0 <= score_seed <= MAX_SEED:
        raise InputError(f"--score-seed: must be a whole number from 0 to 2^64 - 1, got {seed!r}")
    return config, Wishes(
        score_seed=score_seed,
        names=names,
        budget=_amount("--budget", wishes.get("budget")),
        carry_least=_amount("--carry-least", wishes.get("carry_least")),
        es_most=_amount("--es-most", wishes.get("es_most")),
        is_whole=is_whole,
        aim=wishes.get("aim") or FIRST,
        weights=weights_of(weights),
    )


def check_settings(config: RunConfig) -> None:
    """Refuse settings that ask for more than paths of one law. Raises InputError."""
    for name in ("until_se", "parameters", "out"):
        if getattr(config, name) is not None:
            raise InputError(f"{name}: a mix is solved on a number of paths and printed: leave it out")


def next_seed(config: RunConfig) -> int:
    """Return the seed of fresh paths, where none is asked for."""
    return (config.seed + 1) % (MAX_SEED + 1)


def _amount(flag: str, text: str | None) -> float | None:
    if text is None:
        return None
    value = parse_number(text)
    if value is None:
        raise InputError(f"{flag}: must be {PLAIN}, got {text!r}{number_hint(text)}")
    return value
