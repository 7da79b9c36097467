"""Pages from templates: all is escaped, and a bare float is refused, as the report's number formats show figures."""

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from engine.report.parts import shown
from unwind_risk import __version__

VIEWS = (  # name of the template and of the address, title
    ("tonight", "Tonight"),
    ("explain", "Explain"),
    ("whatif", "What-if"),
    ("scenarios", "Scenarios"),
    ("backtest", "Backtest"),
    ("records", "Records"),
)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("unwind_risk.serve"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(views=VIEWS, version=__version__, here=None, command="", form="")
    return environment


def page_text(template: str, **values: Any) -> str:
    """Return a page or a part of one."""
    return _environment().get_template(template).render(**values)


def file_text(name: str) -> str:
    """Return a file of this package."""
    return files("unwind_risk.serve").joinpath(name).read_text(encoding="utf-8")


def _shown(value: object) -> object:
    if isinstance(value, float):
        raise TypeError(f"a bare float reached the page: {value!r}")
    return shown(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
