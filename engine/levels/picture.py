"""Fans as a picture: history, then the simulated quantiles, a panel each. Needs matplotlib, the extra `plot`."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import InputError
from engine.levels.fans import QUANTILES, Fan
from engine.levels.levels_file import new_file
from engine.run.walk import Walk

SUFFIXES = (".png", ".svg", ".pdf")
INK, FAINT = "#222222", "#d8d8d8"
BANDS = ((0, 6, "#cfdbe8"), (1, 5, "#9fb8d1"), (2, 4, "#6a8fb5"))  # indices into QUANTILES; darker inwards, in grey too
SETTINGS = {
    "axes.axisbelow": True,
    "axes.edgecolor": "#888888",
    "axes.linewidth": 0.6,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 10.0,
    "axes.titleweight": "bold",
    "font.family": "DejaVu Sans",  # comes with matplotlib
    "font.size": 8.5,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "unwind",
    "text.parse_math": False,
    "xtick.color": "#555555",
    "ytick.color": "#555555",
}
JAPANESE_FONTS = (  # of the systems that a desk has
    *("Noto Sans CJK JP", "Noto Sans JP", "Hiragino Sans", "Yu Gothic", "Meiryo", "MS Gothic", "IPAexGothic"),
    *("IPAGothic", "TakaoPGothic"),
)
UNDATED = {".png": {}, ".svg": {"Date": None}, ".pdf": {"CreationDate": None}}  # the same picture, the same bytes


def check_picture(path: Path) -> None:
    """Refuse, before anything is computed, a picture that could not be drawn. Raises InputError."""
    if path.suffix not in SUFFIXES:
        raise InputError(f"--plot {str(path)!r} must end in .png, .svg or .pdf")
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise InputError(f"a plot needs matplotlib: {error}; pip install 'unwind-risk[plot]'") from None


def font_warning(text: str, path: Path) -> str | None:
    """Say that letters of a text will be boxes in a picture, and the way out; None where they will not.

    In an .svg they are text, which is shown in the fonts of who looks at it.
    """
    if path.suffix == ".svg" or _is_in_first_font(text) or len(_families(text)) > 1:
        return None
    return f"no font here has the letters of {text!r}: install one such as {JAPANESE_FONTS[0]}, or write .svg"


def _families(text: str) -> list[str]:
    """Return the fonts of a text, the second for letters that the first lacks, where this machine has one for them."""
    from matplotlib.font_manager import fontManager

    first = str(SETTINGS["font.family"])
    if _is_in_first_font(text):
        return [first]
    installed = {each.name for each in fontManager.ttflist}
    return [first, *(name for name in JAPANESE_FONTS if name in installed)][:2]


def _is_in_first_font(text: str) -> bool:
    from matplotlib.font_manager import findfont, get_font

    return text.isascii() or {ord(letter) for letter in text} <= get_font(findfont("DejaVu Sans")).get_charmap().keys()


def draw(walk: Walk, fans: Sequence[Fan], title: str, caption: str, path: Path) -> None:
    """Write the picture: a panel a fan, two in a row. `path` ends in one of SUFFIXES."""
    import matplotlib  # here, as below: an extra of the package, and slow to load
    from matplotlib.figure import Figure

    settings = {**matplotlib.rcParamsDefault, **SETTINGS, "font.family": _families(title)}
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")  # `font_warning` says it once
        n_rows = (len(fans) + 1) // 2
        figure = Figure(figsize=(10.0, 0.9 + 2.9 * n_rows), layout="constrained", dpi=150)
        panels = figure.subplots(n_rows, 2, squeeze=False).ravel()
        for panel in panels[len(fans) :]:
            panel.set_axis_off()
        for panel, fan in zip(panels, fans, strict=False):
            _panel(panel, walk, fan)
        figure.suptitle(title, x=0.01, ha="left", fontsize=12.0, fontweight="bold", color=INK)
        handles, labels = panels[0].get_legend_handles_labels()
        below = {"title": caption, "title_fontsize": 7.5, "alignment": "left"}
        figure.legend(handles, labels, loc="outside lower left", ncols=len(labels), **below)
        with new_file(path) as part:
            figure.savefig(part, format=path.suffix[1:], metadata=UNDATED[path.suffix])


def _panel(axes: Any, walk: Walk, fan: Fan) -> None:
    first = np.datetime64(walk.base.valuation_date, "D")
    dates = np.concatenate([[first], walk.dates])
    rows = np.concatenate([np.full((len(QUANTILES), 1), fan.start), fan.quantiles], axis=1)
    for low, high, colour in BANDS:
        label = f"{100 * QUANTILES[low]:g} to {100 * QUANTILES[high]:g} % of paths"
        axes.fill_between(dates, rows[low], rows[high], color=colour, linewidth=0.0, label=label)
    axes.plot(dates, rows[3], color=INK, linewidth=1.4, linestyle=(0, (4, 1.5)), label="median")
    if fan.history.size:
        axes.plot(fan.history_dates, fan.history, color=INK, linewidth=1.1, label="published")
    axes.axvline(first, color="#888888", linewidth=0.7)
    if abs(fan.start - fan.before) > 1e-9 * abs(fan.before):
        axes.annotate(
            "", xy=(first, fan.start), xytext=(first, fan.before), arrowprops={"arrowstyle": "->", "color": INK}
        )
    _ends(axes, dates[-1], rows[:, -1], 1 if fan.start >= 50.0 else 2)
    axes.set(title=fan.title, ylabel=fan.unit)
    axes.grid(visible=True, axis="y")
    axes.margins(x=0.0)
    _date_axis(axes)


def _date_axis(axes: Any) -> None:
    """Label months, the year below its first and, where no year begins, at the right."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(minticks=4, maxticks=7)
    formatter = ConciseDateFormatter(locator)
    formatter.formats[1], formatter.zero_formats[1] = "%b", "%b\n%Y"
    formatter.formats[2], formatter.zero_formats[2] = "%d %b", "%d %b"
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(formatter)


def _ends(axes: Any, last: np.datetime64, levels: Any, decimals: int) -> None:
    """Write the outermost quantiles and the median of the last day as figures at the right."""
    for k in (0, 3, 6):
        text = f"{levels[k]:.{decimals}f}"
        axes.annotate(text, xy=(last, levels[k]), xytext=(4, 0), textcoords="offset points", va="center", fontsize=7.5)
