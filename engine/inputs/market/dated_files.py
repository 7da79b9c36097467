"""Market files of several dates: each is read back as a run reads it before any of them takes its place."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.errors import FileFaults, InputError
from engine.inputs.market.load import load_market, write_market
from engine.market.market import Market


def write_dated_markets(markets: Sequence[Market], folder: Path) -> list[Path]:
    """Write DATE.toml of each market into a folder that is there, and return their paths.

    Laws of past days are left out: `write_calibrated_market` has them. Raises InputError when one cannot be written, or
    `load_market` refuses it: then none of them is kept.
    """
    paths = [folder / f"{market.valuation_date}.toml" for market in markets]
    drafts = [path.with_name(f".{path.name}.draft-{os.getpid()}") for path in paths]
    try:
        for market, path, draft in zip(markets, paths, drafts, strict=True):
            write_market(replace(market, filtered=None), draft)
            _check(draft, path)
        for path, draft in zip(paths, drafts, strict=True):
            draft.replace(path)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written: {error.strerror}") from None
    finally:
        for draft in drafts:
            draft.unlink(missing_ok=True)
    return paths


def write_calibrated_market(market: Market, folder: Path) -> Path:
    """Write DATE.toml of a market with a law of past days, and the law's rows beside it; return the path.

    The market file comes last, so that it never names rows that are not there. Raises as `write_dated_markets`.
    """
    path = folder / f"{market.valuation_date}.toml"
    try:
        with TemporaryDirectory(prefix=".draft-", dir=folder) as drafts:
            draft = Path(drafts) / path.name
            write_market(market, draft)
            _check(draft, path)
            for file in sorted(Path(drafts).iterdir(), key=lambda file: file == draft):
                file.replace(folder / file.name)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written: {error.strerror}") from None
    return path


def _check(draft: Path, path: Path) -> None:
    try:
        load_market(draft)
    except FileFaults as refusal:
        faults = "; ".join(str(fault) for fault in refusal.faults)
        raise InputError(
            f"{path} was not written: a run would refuse it, so the history or --like must be wrong: {faults}"
        ) from None
