"""Write a folder with a book, a market, a scenario, a batch and its limits, which run as they are."""

from importlib.resources import files
from pathlib import Path

from engine.errors import InputError
from engine.inputs.market.load import bundled_market_path

MARKET = "market"  # stem of the market's files
TEXTS = ("book.csv", "scenario.toml", "batch.toml", "limits.toml", "README.md")


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
    contents = {folder / name: content for name, content in (_texts() | _market()).items()}
    if there := [path.name for path in contents if path.exists() or path.is_symlink()]:
        raise InputError(
            f"{str(folder)!r} holds {', '.join(there)} already, and nothing is overwritten; name a new folder"
        )
    begun: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, content in contents.items():
            with path.open("xb") as file:
                begun.append(path)
                file.write(content)
    except OSError as error:
        for path in begun:  # what is left of a full disk would hinder the next attempt
            path.unlink(missing_ok=True)
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
