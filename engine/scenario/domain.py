"""Where the parameters of an unwind must lie, whatever the market: said by name, all at once."""

import math
from collections.abc import Sequence
from dataclasses import fields

from engine.errors import did_you_mean
from engine.mechanisms.unwind import Hazard, Jump, Regime, Unwind
from engine.scenario.findings import Findings

MAX_REGIMES, MAX_JUMPS, MAX_LOADINGS = 4, 8, 4
LEAST_NU = 2.0  # at or below, a t distribution has no variance
LATEST_DAY = 10_000  # business day of a jump or a sale: beyond any horizon
ANY_REGIME = "*"
_SUM = 1e-9
_MOST_MOVED = 5.0  # of ln USD/JPY, by all that may ever be sold, or by one intervention: e^5 is 148
_FAR = 6.0  # standard deviations of an intervention's size, one in 1e9

RANGES: dict[str, dict[str, tuple[float, float]]] = {  # part -> parameter -> smallest and largest value
    "regimes": {"initial": (0.0, 1.0)},
    "hazards": {"per_year": (0.0, 252.0), "per_year_per_fall": (0.0, 1e5)},
    "jumps": {"probability": (0.0, 1.0), "rate": (0.0, 100.0)},
    "intervention": {
        "rise_logit": (-50.0, 50.0),
        "fall_logit": (-50.0, 50.0),
        "per_move": (0.0, 1e4),
        "median_jpy_tn": (1e-3, 100.0),
        "log_sd": (0.0, 2.0),
        "log_move_per_jpy_tn": (0.0, 0.1),
    },
    "carry": {
        "stock_usd_bn": (0.0, 1e4),
        "leverage": (0.0, 100.0),
        "earned_per_year": (0.0, 1.0),
        "stop_loss": (0.0, 10.0),
        "stop_slope": (0.0, 1e3),
        "stop_most": (0.0, 1.0),
    },
    "repatriation": {
        "stock_usd_bn": (0.0, 1e5),
        "hazard": (0.0, 100.0),
        "per_pickup": (0.0, 1e4),
        "per_loss": (0.0, 1e3),
        "most": (0.0, 100.0),
        "duration": (0.0, 40.0),
        "unhedged": (0.0, 1.0),
        "into_jgb": (0.0, 1.0),
    },
    "impact": {
        "fx_log_per_usd_bn": (0.0, 0.1),
        "ust_bp_per_100_bn": (0.0, 1e3),
        "ust_log_sd": (0.0, 3.0),
        "long_run": (0.0, 1.0),
        "fading_per_year": (0.0, 252.0),
    },
}
_HINTS = {
    "long_run": "it is the long-run impact as a fraction of the short-run one, which is never the smaller",
    "stop_loss": "a loss as a fraction of equity: 0.15 is 15 %",
}


def check_unwind(unwind: Unwind, findings: Findings) -> None:
    """Find every parameter that no market could make sense of."""
    if unwind.nu is not None and not LEAST_NU < unwind.nu <= 1e6:
        findings.refuse("nu", f"must be above {LEAST_NU:g}: a t has no variance below; got {unwind.nu!r}")
    _check_regimes(unwind.regimes, findings)
    regimes = [regime.name for regime in unwind.regimes]
    _check_hazards(unwind.hazards, regimes, findings)
    _check_jumps(unwind.jumps, regimes, findings)
    for part in ("intervention", "carry", "repatriation", "impact"):
        if (given := getattr(unwind, part)) is not None:
            _check_ranges(part, given, f"{part}.", findings)
    if unwind.repatriation is not None and unwind.repatriation.most < unwind.repatriation.hazard:
        findings.refuse("repatriation.most", f"must be at least `hazard`, {unwind.repatriation.hazard!r}")
    for glob, shape in unwind.impact.shape if unwind.impact else ():
        if not 0.0 <= shape <= 100.0:
            findings.refuse("impact.shape", f"{glob}: must lie in [0, 100], got {shape!r}")
    if unwind.bridge is not None and not unwind.bridge[1] > 0.0:
        findings.refuse("bridge.level", f"must be above 0, got {unwind.bridge[1]!r}")
    _check_sales(unwind.scheduled_sales, findings)
    _check_moved(unwind, findings)


def _check_ranges(part: str, given: object, at: str, findings: Findings) -> None:
    """A fault for each number that lies outside its range."""
    names = {field.name for field in fields(given)}  # type: ignore[arg-type]
    for name, (low, high) in RANGES[part].items():
        if name in names and not low <= (value := getattr(given, name)) <= high:
            hint = f"; {_HINTS[name]}" if name in _HINTS else ""
            findings.refuse(f"{at}{name}", f"must lie in [{low:g}, {high:g}], got {value!r}{hint}")


def _check_regimes(regimes: Sequence[Regime], findings: Findings) -> None:
    if len(regimes) > MAX_REGIMES:
        findings.refuse("regimes", f"there may be {MAX_REGIMES} regimes at most, got {len(regimes)}")
    for i, regime in enumerate(regimes):
        _check_ranges("regimes", regime, f"regimes[{i + 1}].", findings)
        if regime.name in [other.name for other in regimes[:i]] or regime.name == ANY_REGIME:
            findings.refuse(f"regimes[{i + 1}].name", f"{regime.name!r} comes twice, or is no name")
    total = sum(regime.initial for regime in regimes)
    if regimes and not abs(total - 1.0) <= _SUM:
        given = ", ".join(f"{regime.name} {regime.initial:g}" for regime in regimes)
        findings.refuse("regimes", f"`initial` probabilities must add up to 1; {given} make {total:.12g}")


def _check_hazards(hazards: Sequence[Hazard], regimes: Sequence[str], findings: Findings) -> None:
    for i, hazard in enumerate(hazards):
        at = f"hazards[{i + 1}]."
        _check_ranges("hazards", hazard, at, findings)
        for key, name in (("start", hazard.start), ("end", hazard.end)):
            if name not in regimes:
                findings.refuse(f"{at}{key}", _unknown(name, regimes))
        if hazard.start == hazard.end:
            findings.refuse(f"{at}end", f"a regime gives way to another, not {hazard.end!r} to itself")
        if (hazard.start, hazard.end) in [(other.start, other.end) for other in hazards[:i]]:
            findings.refuse(at[:-1], f"a hazard from {hazard.start!r} to {hazard.end!r} comes twice")


def _check_jumps(jumps: Sequence[Jump], regimes: Sequence[str], findings: Findings) -> None:
    if len(jumps) > MAX_JUMPS:
        said = f"there may be {MAX_JUMPS} kinds of jumps at most, and a day that has shocks is one; got {len(jumps)}"
        findings.refuse("jumps" if jumps[MAX_JUMPS].rates else "shocks", said)
    for i, jump in enumerate(jumps):
        at = f"jumps[{i + 1}]"
        _check_ranges("jumps", jump, f"{at}.", findings)
        if jump.name in [other.name for other in jumps[:i]]:
            findings.refuse(f"{at}.name", f"{jump.name!r} comes twice")
        if len(jump.loadings) > MAX_LOADINGS:
            findings.refuse(f"{at}.loadings", f"{MAX_LOADINGS} common normals at most, got {len(jump.loadings)}")
        _check_arrival(jump, at, findings)
        low, high = RANGES["jumps"]["rate"]
        for regime, rate in jump.rates:
            if regime != ANY_REGIME and regime not in regimes:
                findings.refuse(f"{at}.rates.{regime}", f"{_unknown(regime, regimes)}; '*' is every regime")
            if not low <= rate <= high:
                findings.refuse(f"{at}.rates.{regime}", f"must lie in [{low:g}, {high:g}] a year, got {rate!r}")


def _check_arrival(jump: Jump, at: str, findings: Findings) -> None:
    if jump.day is None:
        if not jump.rates:
            findings.refuse(at, f"jump {jump.name!r} never comes: give `rates` by regime, or a `day`")
        if jump.probability != 1.0:
            findings.refuse(f"{at}.probability", "is of a jump with a `day`; others come at their `rates`")
        return
    if jump.rates:
        findings.refuse(f"{at}.rates", "a jump comes on its `day` or at `rates`; leave one of them out")
    if not 1 <= jump.day <= LATEST_DAY:
        findings.refuse(f"{at}.day", f"must be a business day from 1 to {LATEST_DAY:,}, got {jump.day}")
    if jump.is_compensated:
        findings.refuse(f"{at}.is_compensated", "a jump with a `day` is foreseen: no drift takes its mean back")


def _check_sales(sales: Sequence[tuple[int, float]], findings: Findings) -> None:
    for i, (day, amount) in enumerate(sales):
        at = f"scheduled_sales[{i + 1}]"
        if not 1 <= day <= LATEST_DAY or day in [other for other, _ in sales[:i]]:
            findings.refuse(f"{at}.day", f"must be a business day from 1 to {LATEST_DAY:,}, each once, got {day}")
        if not 0.0 <= amount <= 1e4:
            findings.refuse(f"{at}.usd_bn", f"must lie in [0, 10000] USD bn sold, got {amount!r}")


def _check_moved(unwind: Unwind, findings: Findings) -> None:
    """Parameters that lie in their ranges one by one, and together move USD/JPY as no market does."""
    given, impact = unwind.intervention, unwind.impact
    if given is not None:
        one = given.log_move_per_jpy_tn * given.median_jpy_tn * math.exp(_FAR * given.log_sd)
        if one > _MOST_MOVED:
            findings.refuse(
                "intervention.log_move_per_jpy_tn",
                f"with these sizes one intervention may move ln USD/JPY by {one:.3g}, and {_MOST_MOVED:g} is the most;"
                " lower this, `median_jpy_tn` or `log_sd`",
            )
    stopped = unwind.carry.stock_usd_bn * unwind.carry.stop_most if unwind.carry else 0.0
    bought = unwind.repatriation.stock_usd_bn * unwind.repatriation.unhedged if unwind.repatriation else 0.0
    moved = (stopped + bought) * (impact.fx_log_per_usd_bn if impact else 0.0)
    if moved > _MOST_MOVED:
        findings.refuse(
            "impact.fx_log_per_usd_bn",
            f"all that may be sold, {stopped + bought:,.6g} USD bn, would move ln USD/JPY by {moved:.3g}, and"
            f" {_MOST_MOVED:g} is the most; lower this or the stocks",
        )


def _unknown(name: str, regimes: Sequence[str]) -> str:
    there_are = f"there are {', '.join(regimes)}" if regimes else "there are none"
    return f"no regime is called {name!r}{did_you_mean(name, regimes)}; {there_are}"
