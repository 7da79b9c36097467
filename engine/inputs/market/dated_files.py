"""Market files of several dates: each is read back as a run reads it before any of them takes its place."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.errors import FileFaults, InputError
from engine.inputs.market.law_table import written_arrays, written_suffixes
from engine.inputs.market.load import load_market, write_market
from engine.market.market import Market


def write_dated_markets(markets: Sequence[Market], folder: Path) -> list[Path]:
    """Write DATE.toml of each market into a folder that is there, its law's rows beside it, and return their paths.

    A market file comes after its rows, so that it never names some that are not there; files of a market that stood
    there before, and that the new one does not have, such as a stressed year's, go with it. Raises InputError when one
    cannot be written, or `load_market` refuses it: then none of them is kept.
    """
    paths = [folder / f"{market.valuation_date}.toml" for market in markets]
    try:
        with TemporaryDirectory(prefix=".draft-", dir=folder) as drafts:
            for market, path in zip(markets, paths, strict=True):
                draft = Path(drafts) / path.name
                write_market(market, draft)
                _check(draft, path)
            for file in sorted(Path(drafts).iterdir(), key=lambda file: (file.suffix == ".toml", file.name)):
                file.replace(folder / file.name)
            for market, path in zip(markets, paths, strict=True):
                _remove_left(market, path)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written: {error.strerror}") from None
    return paths


def _remove_left(market: Market, path: Path) -> None:
    """Remove what a market of before left beside its file, and this one does not name."""
    kept = {suffix for suffix, _ in written_arrays(market.filtered)} if market.filtered is not None else set[str]()
    for suffix in written_suffixes():
        if suffix not in kept:
            path.with_name(f"{path.stem}.{suffix}").unlink(missing_ok=True)


def _check(draft: Path, path: Path) -> None:
    try:
        load_market(draft)
    except FileFaults as refusal:
        faults = "; ".join(str(fault) for fault in refusal.faults)
        raise InputError(
            f"{path} was not written: a run would refuse it, so the history or --like must be wrong: {faults}"
        ) from None
