"""Write a folder with books, markets, a batch and limits, which runs as it is: a desk's, or the general account's."""

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from engine.errors import InputError
from engine.inputs.market.load import bundled_market_path

MARKET = "market"  # stem of the market's files
TEXTS = ("book.csv", "scenario.toml", "batch.toml", "limits.toml", "README.md")
GENERAL_ACCOUNT = "general-account"  # the bundled book, and the folder of its markets
BACKTEST = "backtest.zip"  # a folder of two files a month


def write_starter(folder: Path) -> tuple[Path, ...]:
    """Write the files of a folder that runs at once, each of them new.

    Parameters
    ----------
    folder : made where it is absent; it may hold other files

    Returns
    -------
    The paths of what was written, in the order of a reader

    Raises
    ------
    InputError
        One of the files is there already, or cannot be written: none of them is left there.
    """
    return _written(folder, _texts() | _market())


def write_general_account(folder: Path) -> tuple[Path, ...]:
    """Write the sample general account on two nights, with all that a report of it shows; else as `write_starter`."""
    return _written(folder, _general_account())


def _written(folder: Path, files_by_name: Mapping[str, bytes]) -> tuple[Path, ...]:
    """Write files into a folder, all of them or none. Returns and raises as `write_starter`."""
    contents = {folder / name: content for name, content in files_by_name.items()}
    if there := [str(path.relative_to(folder)) for path in contents if path.exists() or path.is_symlink()]:
        raise InputError(
            f"{str(folder)!r} holds {', '.join(there)} already, and nothing is overwritten; name a new folder"
        )
    begun: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, content in contents.items():
            if not path.parent.is_dir():
                path.parent.mkdir()
                begun.append(path.parent)
            with path.open("xb") as file:
                begun.append(path)
                file.write(content)
    except OSError as error:
        for path in reversed(begun):  # what is left of a full disk would hinder the next attempt
            path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)
        raise InputError(f"{str(error.filename or folder)!r} cannot be written: {error.strerror}") from None
    return tuple(contents)


def _texts() -> dict[str, bytes]:
    folder = files("engine.inputs") / "starter"
    return {name: (folder / name).read_bytes() for name in TEXTS}


def _market() -> dict[str, bytes]:
    """Return the bundled market under another name: its TOML names the files of its rows beside it."""
    bundled = bundled_market_path()
    beside = sorted(bundled.parent.glob(f"{bundled.stem}.*.npy"))
    text = bundled.read_text(encoding="utf-8")
    for path in beside:
        text = text.replace(f'"{path.name}"', f'"{MARKET}{path.name.removeprefix(bundled.stem)}"')
    named = {f"{MARKET}{path.name.removeprefix(bundled.stem)}": path.read_bytes() for path in beside}
    return {f"{MARKET}.toml": text.encode(), **named}


def _general_account() -> dict[str, bytes]:
    """Return the files of the general account by their paths: the second night's book and both markets are bundled."""
    own = files("engine.inputs") / "starter" / "general_account"
    book = (files("engine.book") / "data" / f"{GENERAL_ACCOUNT}.csv").read_bytes()
    markets = files("engine.market") / "data" / GENERAL_ACCOUNT
    return {
        **{name: content for name, content in _in_folder(own, "").items() if name != BACKTEST},
        "books/2025-05-28.csv": book,
        **_in_folder(own / "books", "books/"),
        **_in_folder(markets, "markets/"),
        **_unpacked((own / BACKTEST).read_bytes(), "backtest/"),
    }


def _unpacked(archive: bytes, prefix: str) -> dict[str, bytes]:
    """Return the files of an archive by name, each under a prefix."""
    with ZipFile(BytesIO(archive)) as packed:
        return {f"{prefix}{name}": packed.read(name) for name in packed.namelist()}


def _in_folder(folder: Traversable, prefix: str) -> dict[str, bytes]:
    """Return the files of a folder by name, in order, each under a prefix."""
    found = sorted((entry for entry in folder.iterdir() if entry.is_file()), key=lambda entry: entry.name)
    return {f"{prefix}{entry.name}": entry.read_bytes() for entry in found}
