"""docs/validation/prices.md: our prices beside printed ones and QuantLib's; `python -m cli.pages.prices` writes it."""

import json
import math
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import QuantLib as ql  # noqa: N813  # as its own documentation does

from engine.conventions.contracts import CONTRACTS, Contract
from engine.conventions.quotes import remaining_years, simple_yield, street_price
from engine.payoffs.black import bachelier, black_call

PAGE = Path("docs") / "validation" / "prices.md"
CASES = Path("tests") / "data"
N_SHOWN = 8  # rows of a table; the tests hold all
LIKE_TERMINALS = {"UB": "WN"}  # one contract, the exchange's code and the terminals'
HEAD = """# Prices beside published and QuantLib's

<!-- written by `python -m cli.pages.prices`: change the code, not this page -->

Each table has what this program gives beside a figure from elsewhere: printed by an exchange or a book, worked in many
digits, or computed by QuantLib when this page was written. Cases and sources stand in `tests/data/`; tests hold all of
them, and every kind of position beside QuantLib's own instruments in the bundled market and in 50 moved ones, to 1e-10
of its gross value (`tests/engine/instruments/test_quantlib.py`).
"""


def page(root: Path) -> str:
    """Return the whole page, from the cases of the checkout `root`."""
    bonds, derivatives, options = (_read(root, name) for name in ("bonds", "derivatives", "options"))
    sections = (
        (
            "US Treasuries: price of a yield",
            "Per 100 of face, accrued interest included, by the street's convention: simple in the last coupon period.",
            ("bond", "settlement", "yield", "ours", "QuantLib", "difference"),
            _treasuries(bonds["cases"]),
        ),
        (
            "JGBs: simple yield of a price",
            "The yield that Tokyo quotes; 29 February is left out of the years that remain. Reference: in 50 digits.",
            ("bond", "clean", "years", "ours", "reference", "difference"),
            _simple_yields(bonds["cases"]),
        ),
        (
            "Conversion factors",
            "As CME and the Osaka Exchange printed them: four decimals rounded, six cut off.",
            ("contract", "coupon", "maturity", "ours", "printed", "difference"),
            _factors(derivatives["factors"]),
        ),
        (
            "Currency options: Garman and Kohlhagen",
            "Per unit of the currency bought; the last four are cases that Haug prints.",
            ("case", "spot", "strike", "years", "vol", "ours", "QuantLib", "difference"),
            _currency_options(options["black"]),
        ),
        (
            "Swaptions: Bachelier",
            "Per unit of annuity times notional, normal vols.",
            ("case", "forward", "strike", "years", "vol", "ours", "QuantLib", "difference"),
            _swaptions(options["bachelier"]),
        ),
    )
    return "\n".join([HEAD, *(_section(*each) for each in sections)])


def _read(root: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((root / CASES / f"{name}.json").read_text(encoding="utf-8"))
    return found


def _section(title: str, words: str, columns: Sequence[str], rows: Iterator[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}", *(f"| {' | '.join(row)} |" for row in rows)]
    return f"## {title}\n\n{words}\n\n" + "\n".join(lines) + "\n"


def _beside(ours: float, other: float, digits: int) -> tuple[str, str, str]:
    """Return both figures and how far they are apart; below 1e-12 they are the same but for rounding."""
    apart = abs(ours - other)
    return f"{ours:.{digits}f}", f"{other:.{digits}f}", "0" if apart < 1e-12 else f"{apart:.0e}"


def _day(text: str) -> ql.Date:
    day = date.fromisoformat(text)
    return ql.Date(day.day, day.month, day.year)


def _treasuries(cases: Sequence[dict[str, Any]]) -> Iterator[Sequence[str]]:
    regular = [case for case in cases if "w" in case["expected"] and "dated" not in case["inputs"]]
    for case in regular[:N_SHOWN]:
        given, terms = case["inputs"], case["expected"]
        n_coupons, regular_first = np.array([int(terms["n_coupons"])]), np.array([1.0])
        price = street_price(np.array([given["yield"]]), given["coupon"], terms["w"], n_coupons, regular_first)
        name = case["title"].split(":")[0]
        yield (
            *(name, given["settlement"], f"{100.0 * given['yield']:g} %"),
            *_beside(float(price[0]), _quantlib_dirty(given), 9),
        )


def _quantlib_dirty(given: dict[str, Any]) -> float:
    """Return QuantLib's price with accrued interest of a note, actual/actual by its coupon periods."""
    maturity, settlement = _day(given["maturity"]), _day(given["settlement"])
    is_end = ql.Date.isEndOfMonth(maturity)
    schedule = ql.Schedule(
        *(settlement - ql.Period(1, ql.Years), maturity, ql.Period(ql.Semiannual), ql.NullCalendar()),
        *(ql.Unadjusted, ql.Unadjusted, ql.DateGeneration.Backward, is_end),
    )
    count = ql.ActualActual(ql.ActualActual.ISMA, schedule)
    bond = ql.FixedRateBond(0, 100.0, schedule, [given["coupon"]], count)
    is_last_period = settlement > maturity - ql.Period(ql.Semiannual)
    compounding = ql.Simple if is_last_period else ql.Compounded
    rate = ql.InterestRate(given["yield"], count, compounding, ql.Semiannual)
    found: float = ql.BondFunctions.cleanPrice(bond, rate, settlement) + bond.accruedAmount(settlement)
    return found


def _simple_yields(cases: Sequence[dict[str, Any]]) -> Iterator[Sequence[str]]:
    for case in [each for each in cases if "remaining_years_no_leap" in each["expected"]][:N_SHOWN]:
        given, wanted = case["inputs"], case["expected"]
        settlement, maturity = (date.fromisoformat(given[key]) for key in ("settlement", "maturity"))
        years = remaining_years(settlement, np.array([0]), np.array([(maturity - settlement).days]))
        found = simple_yield(np.array([wanted["clean"]]), np.array([given["coupon"]]), years)
        name = f"JGB {100.0 * given['coupon']:g} % {maturity}"
        yield name, f"{wanted['clean']:.4f}", f"{years[0]:.4f}", *_beside(float(found[0]), wanted["simple_yield"], 12)


def _factors(cases: Sequence[dict[str, Any]]) -> Iterator[Sequence[str]]:
    for case in cases:
        given, wanted = case["inputs"], case["expected"]
        if "published_factor" in wanted:
            first, maturity = (date.fromisoformat(given[key]) for key in ("delivery_month_first_day", "maturity"))
            spec = CONTRACTS[LIKE_TERMINALS.get(given["contract"], given["contract"])]
            contract = Contract(spec=spec, year=first.year, month=first.month)
            yield _factor(given["contract"], contract, given["coupon"], maturity, wanted["published_factor"], 4)
        elif "rows" in wanted:
            delivery = date.fromisoformat(given["delivery_date"])
            contract = Contract(spec=CONTRACTS["JGB10"], year=delivery.year, month=delivery.month)
            for row in wanted["rows"][:N_SHOWN]:
                terms = (row["coupon_pct"] / 100.0, date.fromisoformat(row["maturity"]), row["published_factor"])
                yield _factor("JGB10", contract, *terms, 6)


def _factor(
    name: str, contract: Contract, coupon: float, maturity: date, published: float, digits: int
) -> Sequence[str]:
    ours = contract.conversion_factor(coupon, maturity)
    month = f"{name} {contract.year}-{contract.month:02d}"
    return month, f"{100.0 * coupon:g} %", str(maturity), *_beside(ours, published, digits)


def _currency_options(cases: Sequence[dict[str, Any]]) -> Iterator[Sequence[str]]:
    priced = [case for case in cases if case["time"] > 0.0 and case["vol"] > 0.0]
    for case in [*priced[:N_SHOWN], *priced[-4:]]:
        spot, strike, years, vol = (case[key] for key in ("spot", "strike", "time", "vol"))
        discount = math.exp(-case["domestic"] * years)
        forward = spot * math.exp((case["domestic"] - case["foreign"]) * years)
        std = vol * math.sqrt(years)
        call = float(black_call(forward, strike, std))
        ours = discount * (call if case["type"] == "call" else call - forward + strike)
        side = ql.Option.Call if case["type"] == "call" else ql.Option.Put
        other = ql.blackFormula(side, strike, forward, std, discount)
        terms = (f"{case['id']} {case['type']}", f"{spot:g}", f"{strike:g}", f"{years:.4f}", f"{100.0 * vol:g} %")
        yield *terms, *_beside(ours, other, 9)


def _swaptions(cases: Sequence[dict[str, Any]]) -> Iterator[Sequence[str]]:
    percent: Callable[[float], str] = lambda rate: f"{100.0 * rate:g} %"  # noqa: E731  # one form for three columns
    for case in cases:
        forward, strike, vol, annuity = (
            case[key] for key in ("forward", "strike", "normal_vol", "discount_or_annuity")
        )
        sign, std = (1.0 if case["type"] == "call" else -1.0), vol * math.sqrt(case["T"])
        ours = annuity * float(bachelier(sign * (forward - strike), std))
        side = ql.Option.Call if case["type"] == "call" else ql.Option.Put
        other = ql.bachelierBlackFormula(side, strike, forward, std, annuity)
        terms = (f"{case['id']} {case['type']}", percent(forward), percent(strike), f"{case['T']:g}", percent(vol))
        yield *terms, *_beside(ours, other, 12)


def main() -> None:
    """Rewrite docs/validation/prices.md in the current folder."""
    PAGE.write_text(page(Path()), encoding="utf-8")


if __name__ == "__main__":
    main()
