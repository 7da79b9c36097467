"""What a batch asks for that an installation may lack: extras of the package, looked for before the night begins."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

from engine.inputs.batch import Batch


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """Packages that an installation may do without."""

    name: str  # as in pip install 'unwind-risk[NAME]'
    modules: tuple[str, ...]
    asked_by: str  # what of a batch file needs them
    is_needed: Callable[[Batch], bool]


EXTRAS = (
    Extra(
        name="report",
        modules=("jinja2",),
        asked_by="`report = true`",
        is_needed=lambda batch: batch.report,
    ),
)


def missing_extras(batch: Batch) -> tuple[str, ...]:
    """Say which extras a batch file needs that are not installed, and the way out."""
    found = []
    for extra in EXTRAS:
        lacking = [module for module in extra.modules if find_spec(module) is None]
        if lacking and extra.is_needed(batch):
            found.append(
                f"extra {extra.name}: {extra.asked_by} needs {' and '.join(lacking)}, which are not installed here: "
                f"pip install 'unwind-risk[{extra.name}]', or take it out of {batch.path.name}"
            )
    return tuple(found)
