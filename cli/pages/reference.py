"""The reference that is made from the code: `python -m cli.pages.reference` in the checkout writes all its pages."""

from pathlib import Path, PurePosixPath

from cli.pages import api, commands, environment, mechanisms, schemas
from kernels.layout_page import layout_page

LAYOUT = PurePosixPath("docs/reference/layout.md")


def pages() -> dict[PurePosixPath, str]:
    """Return the text of every generated page of the reference, by its path in the checkout."""
    return {
        **commands.pages(),
        **schemas.pages(),
        api.PAGE: api.page(),
        environment.PAGE: environment.page(),
        mechanisms.PAGE: mechanisms.page(),
        LAYOUT: layout_page(),
    }


def stale(root: Path) -> list[str]:
    """Return the paths below `root` whose text is not what the code says now, and pages that nothing makes any more."""
    made = pages()
    there = [path for folder in (commands.FOLDER, schemas.FOLDER) for path in (root / folder).glob("*.md")]
    left = {PurePosixPath(path.relative_to(root).as_posix()) for path in there} - made.keys()
    other = [path for path, text in made.items() if _text(root / path) != text]
    return sorted(map(str, [*left, *other]))


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def main() -> None:
    """Write the pages below the current folder, and take away those that nothing makes any more."""
    made = pages()
    for name in stale(Path()):
        path = Path(name)
        if PurePosixPath(name) not in made:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made[PurePosixPath(name)], encoding="utf-8")


if __name__ == "__main__":
    main()
