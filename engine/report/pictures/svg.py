"""A matplotlib figure as SVG for a page: colours of the page's style, text as text, the same bytes each time."""

import io
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import matplotlib
from markupsafe import Markup, escape
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

# Stand for the style's variables: matplotlib takes no names. None of them is drawn as the colour that it is.
INK, FAINT, ONE, TWO, THREE, FOUR, BAD = (f"#00000{i}" for i in range(1, 8))
_VARIABLES = {INK: "ink", FAINT: "grid", ONE: "s1", TWO: "s4", THREE: "s3", FOUR: "s2", BAD: "loss"}

_WIDTH = 7.4  # inches: the figure's own measure, the page stretches it
_SETTINGS = {
    "axes.axisbelow": True,
    "axes.edgecolor": INK,
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 9.5,
    "axes.unicode_minus": True,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "font.family": "DejaVu Sans",  # comes with matplotlib: the layout is the same everywhere
    "font.size": 9.0,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "legend.labelcolor": INK,
    "path.simplify": True,
    "svg.fonttype": "none",
    "text.color": INK,
    "text.parse_math": False,  # a name with two $ is a name
    "xtick.color": INK,
    "ytick.color": INK,
}


def draw(key: str, alt: str, height: float, paint: Callable[[Figure], None]) -> Markup:
    """Paint a figure and return its SVG element.

    key     unique in the page: prefix of all ids
    alt     what the picture shows
    height  inches, of a figure 7.4 wide
    """
    with matplotlib.rc_context(), _quiet():
        matplotlib.rcdefaults()  # whatever the user's own settings are
        matplotlib.rcParams.update({**_SETTINGS, "svg.hashsalt": key})
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        paint(figure)
        buffer = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        FigureCanvasSVG(figure).print_svg(buffer, metadata=nothing)
    return Markup(_for_page(buffer.getvalue(), key, alt))


@contextmanager
def _quiet() -> Iterator[None]:
    """Yield names in any script: the page's font has what the layout's font lacks."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def _for_page(svg: str, key: str, alt: str) -> str:
    """Return the bare element: no prolog, no style of its own, ids only where something refers to them."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style[^>]*>.*?</style>|<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<defs>\s*</defs>", "", svg)
    used = set(re.findall(r'(?:url\(#|href="#)([^")]+)', svg))
    svg = re.sub(r' id="([^"]+)"', lambda m: f' id="{key}-{m[1]}"' if m[1] in used else "", svg)
    svg = re.sub(r'(url\(#|href="#)', rf"\1{key}-", svg)
    svg = re.sub("|".join(_VARIABLES), lambda m: f"var(--{_VARIABLES[m[0]]})", svg)
    svg = re.sub(r' (?:width|height)="[^"]+pt"| version="[^"]+"| xmlns="[^"]+"', "", svg)
    svg = re.sub(r"<[^>]+>", lambda tag: re.sub(r"-?\d+\.\d{3,}", _shorter, tag[0]), svg)
    svg = re.sub(r"\s+", " ", svg).replace("> <", "><").strip()
    return svg.replace("<svg", f'<svg role="img" aria-label="{escape(alt)}"', 1)


def _shorter(number: re.Match[str]) -> str:
    """Round coordinates to a hundredth of a point."""
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")
