"""Correlations of a night's market for its record, with those of the year before where a history is at hand."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from engine.batch.unexpected import described
from engine.calibration.trailing_correlations import TrailingCorrelations, trailing_correlations
from engine.errors import InputError
from engine.inputs.history.files import TABLE
from engine.inputs.history.load import read_history
from engine.inputs.market.load import load_market
from engine.inputs.opened import FileKind, Opened, open_once
from engine.inputs.toml.read import TOML
from engine.market.market import Market
from engine.record.correlations import Correlations
from engine.record.intact_files import MISSING
from engine.record.manifest import RecordedFile
from engine.record.read import Night

NO_HISTORY = "No history was given, so there are no trailing correlations beside them."


def correlations_of(market: Market, night: date, histories: Sequence[Path]) -> Correlations:
    """Return a market's correlations beside the trailing ones; a history with errors is named in `basis`.

    histories   files for `engine.inputs.history.load.read_history`
    """
    files = [_opened(path, TABLE) for path in histories]
    trailing, basis = _trailing(market, night, files)
    return Correlations(
        names=tuple(factor.name for factor in market.factors),
        used=market.correlation,
        calibration=market.calibration,
        trailing=trailing.correlation if trailing else None,
        trailing_se=trailing.se if trailing else None,
        basis=basis,
        histories=tuple(
            RecordedFile(path=str(path), sha256=file.sha256 if isinstance(file, Opened) else MISSING)
            for path, file in zip(histories, files, strict=True)
        ),
    )


def correlations_of_night(night: Night, histories: Sequence[Path]) -> Correlations | None:
    """Return those of a recorded night's market against histories given later; None where no run has a record.

    Raises
    ------
    InputError
        The market file cannot be read, or is no longer the one that was used.
    """
    if not night.runs:
        return None
    market = night.runs[0].manifest["market"]
    opened = _opened(Path(market["path"]), TOML)
    if isinstance(opened, InputError) or opened.sha256 != market["sha256"]:
        raise InputError(
            f"{market['path']} is no longer the market file that was used, so its correlations cannot be compared with "
            "a history's; put the old file back, or leave out --history"
        )
    return correlations_of(load_market(opened), night.valuation_date, histories)


def _opened(path: Path, kind: FileKind) -> Opened | InputError:
    try:
        return open_once(path, kind)
    except InputError as error:
        return error


def _trailing(
    market: Market, night: date, files: Sequence[Opened | InputError]
) -> tuple[TrailingCorrelations | None, str]:
    if not files:
        return None, NO_HISTORY
    try:
        found = trailing_correlations(market, night, read_history(map(_sound, files)))
    except InputError as error:
        return None, f"No trailing correlations: {error}"
    except Exception as error:
        return None, f"No trailing correlations: {described(error)}"
    return found, f"Trailing: {found.description}."


def _sound(file: Opened | InputError) -> Opened:
    if isinstance(file, InputError):
        raise file
    return file
