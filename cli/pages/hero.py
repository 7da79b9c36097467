"""docs/hero.svg, the README's picture: `python -m cli.pages.hero` draws it from runs."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from cli.pages.hero_figures import CONFIDENCE, FAN_DAYS, FAN_SCENARIO, FANS, N_FAN_PATHS, Hero, Losses, figures
from engine.levels.fans import Fan
from kernels.types import F64

PAGE = Path("docs") / "hero.svg"
WIDTH, HEIGHT = 1200, 600
LEFT, TODAY, RIGHT = 70.0, 305.0, 540.0  # of the fans: first published day, the valuation date, the last day
TOPS, TALL = (160.0, 388.0), 150.0  # of the two fans, and how tall each is
ZERO, PER_BN = 920.0, 5.6  # of the dots: where no gain or loss is, and pixels for JPY 1 bn
FLOORS = (300.0, 528.0)  # what the dots of each scenario stand on
STEP, RADIUS = 10.0, 4.2  # between dots, and of one
BANDS = ((0, 6), (1, 5), (2, 4))  # numbers of the quantiles that bound a fan's bands, widest first
MEDIAN = 3
HUES = ("b", "r")  # of the scenarios' dots, in the style below

# Palette: paper, ink, slate and amber for the two scenarios, violet for the fans, vermilion for the loss beyond VaR.
STYLE = """text{font-family:Inter,"Segoe UI",system-ui,-apple-system,"Helvetica Neue",Arial,sans-serif;font-size:14px;\
fill:#16202c}.h1{font-size:29px;letter-spacing:-.4px;font-weight:500}.bb{font-weight:700}\
.rr{font-weight:700;fill:#c2371f}.t{font-size:13px;fill:#5b6776}.tb{font-size:13px;font-weight:650}\
.n{font-weight:650;font-size:15px}.g{stroke:#e4e8ec}.z{stroke:#8b96a3}.v{stroke:#16202c;stroke-width:1.4}\
.vb{font-weight:600}.f{fill:#6a4fb0;opacity:.2}.m{fill:none;stroke:#16202c;stroke-width:1.4;stroke-dasharray:5 4}\
.h{fill:none;stroke:#16202c;stroke-width:1.8}.p{fill:#16202c}circle.b{fill:#4a5a6c;opacity:.6}\
circle.r{fill:#b45f00;opacity:.6}text.b{fill:#4a5a6c}text.r{fill:#b45f00}circle.x{fill:#c2371f;opacity:1}.bg{fill:#fff}
@media (prefers-color-scheme:dark){text{fill:#e6eaf0}.rr{fill:#ff8368}.t{fill:#9aa6b4}.g{stroke:#2a333e}\
.z{stroke:#66717e}.v,.m,.h{stroke:#e6eaf0}.f{fill:#b9a2f2}.p{fill:#e6eaf0}circle.b,text.b{fill:#a9b8c9}\
circle.r,text.r{fill:#f2ac52}circle.x{fill:#ff8368}.bg{fill:#0d1117}}"""


def svg(hero: Hero) -> str:
    """Return the picture: a sentence, two fans of levels, and a hundred equally likely results in two scenarios."""
    first, second = hero.losses
    alt = (
        f"Fans of the 40-year JGB yield and USD/JPY from {hero.valuation_date}, and a hundred equally likely ten-day "
        f"results of the sample books: VaR {first.var:.1f} bn yen in {first.label}, {second.var:.1f} in the other"
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{alt}">',
        f"<title>{alt}</title><style>{STYLE}</style>",
        f'<rect class="bg" width="{WIDTH}" height="{HEIGHT}" rx="10"/>',
        *_headline(first, second),
        *(line for top, fan in zip(TOPS, hero.fans, strict=True) for line in _fan(fan, top)),
        *_dates(hero),
        *_scale(),
        *(line for place in zip(hero.losses, FLOORS, HUES, strict=True) for line in _dots(*place)),
        _text(LEFT, 580, f"Published levels, then {N_FAN_PATHS:,} paths of “{FAN_SCENARIO}”: 1-99, 5-95, 25-75 %", "t"),
        _text(680, 580, f"A hundred equally likely ten-day results of ¥{hero.value:.0f} bn in two books, JPY bn", "t"),
    ]
    return "\n".join([*parts, "</svg>"]) + "\n"


def picture() -> str:
    """Return the picture of what is simulated now."""
    return svg(figures())


def _text(x: float, y: float, text: str, style: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{style}" text-anchor="{anchor}">{text}</text>'


def _headline(first: Losses, second: Losses) -> Iterator[str]:
    times = {0.99: "One time in a hundred"}[CONFIDENCE]
    loss = f'these books lose <tspan class="bb">¥{first.var:.1f} bn</tspan> in ten days.'
    yield _text(LEFT, 52, f"{times}, {loss}", "h1")
    yield _text(LEFT, 90, f'In a {second.label}, <tspan class="rr">¥{second.var:.1f} bn</tspan>.', "h1")


def _points(x: F64, y: F64) -> str:
    return " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))


def _fan(fan: Fan, top: float) -> Iterator[str]:
    """Draw published levels up to the valuation date, then the bands of the simulated ones."""
    published = fan.history[np.isfinite(fan.history)]
    low = min(published.min(), fan.quantiles.min())
    high = max(published.max(), fan.quantiles.max())
    digits = 2 if high < 10.0 else 0

    def to_y(levels: F64) -> F64:
        y: F64 = top + TALL * (high - levels) / (high - low)
        return y

    def height(level: float) -> float:
        return float(to_y(np.array([level]))[0])

    yield _text(LEFT, top - 24, FANS[fan.title], "tb")
    for tick in _ticks(low, high):
        y = height(tick)
        yield f'<line class="g" x1="{LEFT:.0f}" x2="{RIGHT:.0f}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield _text(LEFT - 8, y + 4, f"{tick:.{digits}f}", "t", "end")
    ahead = np.linspace(TODAY, RIGHT, fan.quantiles.shape[1] + 1)
    drawn = np.column_stack([np.full(len(fan.quantiles), fan.start), fan.quantiles])
    for lower, upper in BANDS:
        edge = f"{_points(ahead, to_y(drawn[lower]))} {_points(ahead[::-1], to_y(drawn[upper])[::-1])}"
        yield f'<polygon class="f" points="{edge}"/>'
    yield f'<polyline class="m" points="{_points(ahead, to_y(drawn[MEDIAN]))}"/>'
    yield f'<polyline class="h" points="{_points(np.linspace(LEFT, TODAY, published.size), to_y(published))}"/>'
    yield f'<circle class="p" cx="{TODAY:.1f}" cy="{height(fan.start):.1f}" r="4"/>'
    for number, style in ((0, "t"), (MEDIAN, "tb"), (6, "t")):
        level = float(drawn[number, -1])
        yield _text(RIGHT + 8, height(level) + 4, f"{level:.{digits}f}", style)


def _ticks(low: float, high: float) -> Sequence[float]:
    """Return some four round levels between two."""
    wide = (high - low) / 4.0
    unit = 10.0 ** np.floor(np.log10(wide))
    step = min((m * unit for m in (1.0, 2.0, 4.0, 5.0, 10.0)), key=lambda size: abs(size - wide))
    return [step * k for k in range(int(np.ceil(low / step)), int(high / step) + 1)]


def _dates(hero: Hero) -> Iterator[str]:
    first = hero.fans[0].history_dates[0].astype(object)
    yield _text(LEFT, 552, f"{first:%b %Y}", "t")
    yield _text(TODAY, 552, f"{hero.valuation_date.day} {hero.valuation_date:%B}", "t", "middle")
    yield _text(RIGHT, 552, f"+{FAN_DAYS} days", "t", "end")


def _scale() -> Iterator[str]:
    for level in (-40, -20, 0, 20, 40):
        x = ZERO + PER_BN * level
        yield f'<line class="{"z" if level == 0 else "g"}" x1="{x:.1f}" x2="{x:.1f}" y1="136" y2="{FLOORS[-1]:.0f}"/>'
        yield _text(x, 552, f"{level:+d}".replace("-", "−") if level else "0", "t", "middle")  # noqa: RUF001  # the sign


def _dots(found: Losses, floor: float, hue: str) -> Iterator[str]:
    """Stack a dot for each result where it lies; those that lose more than VaR are red."""
    yield f'<line class="z" x1="680" x2="1160" y1="{floor:.0f}" y2="{floor:.0f}"/>'
    yield _text(1160, floor - 92, found.label, f"n {hue}", "end")
    columns: dict[int, int] = {}
    for pnl in found.dots:
        column = round(PER_BN * pnl / STEP)
        columns[column] = stacked = columns.get(column, 0) + 1
        style = "x" if -pnl > found.var else hue
        x, y = ZERO + STEP * column, floor - 5.0 - STEP * (stacked - 1)
        yield f'<circle class="{style}" cx="{x:.1f}" cy="{y:.1f}" r="{RADIUS}"/>'
    x = ZERO - PER_BN * found.var
    yield f'<line class="v" x1="{x:.1f}" x2="{x:.1f}" y1="{floor - 34:.0f}" y2="{floor:.0f}"/>'
    yield _text(x, floor - 42, f"VaR {found.var:.1f}", "vb", "middle")


def main() -> None:
    """Draw docs/hero.svg anew in the current folder."""
    PAGE.write_text(picture(), encoding="utf-8")


if __name__ == "__main__":
    main()
