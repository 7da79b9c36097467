"""Every fault that the figures of a market file can have, where its keys and types are right."""

from collections.abc import Collection, Iterator, Mapping
from itertools import chain

from engine.conventions.currencies import HOME, currency_of, currency_of_factor
from engine.errors import InputError
from engine.inputs.market.fx_rate_faults import fx_rate_faults
from engine.inputs.market.fx_vols_faults import fx_vols_faults
from engine.inputs.market.law_table import law_table_faults
from engine.inputs.market.plausible import LARGEST_OFF, off_neighbours, off_words
from engine.inputs.market.schema import (
    CurveTable,
    FactorsTable,
    LevelTable,
    MarketFile,
    SpreadTable,
    SwaptionVolsTable,
    curve_currency,
    curves_of,
    factor_of,
    full_correlation,
    par_curve_of,
)
from engine.market.bootstrap import bootstrap
from engine.market.correlation import correlation_faults, is_semidefinite, smallest_eigenvalue
from engine.market.factors import (
    PRICE_FACTOR,
    Factor,
    FactorKind,
    is_curve_name,
    parse_factor,
    swaption_factor_name,
    tenor_years,
)
from engine.market.fx_vols import LARGEST_SKEW
from engine.market.spread import LARGEST_SPREAD

Keys = tuple[str | int, ...]
Found = Iterator[tuple[Keys, str]]  # place in the file, message

_HIGHEST_VOL = {
    FactorKind.RATE: 0.20,
    FactorKind.PRICE: 3.0,
    FactorKind.VOL: 5.0,
    FactorKind.SPREAD: 0.20,
    FactorKind.SKEW: 2.0,
}
_VOL_HINT = {
    FactorKind.RATE: "0.0062 is 62 bp a year",
    FactorKind.PRICE: "0.11 is 11 % a year",
    FactorKind.VOL: "0.7 is 70 % a year of the vol itself",
    FactorKind.SPREAD: "0.0012 is 12 bp a year",
    FactorKind.SKEW: "0.1 is a risk reversal's move in a year of a tenth of the vol at the money",
}

_REVERTS_TO = {FactorKind.VOL: "vol", FactorKind.SPREAD: "spread at 10Y", FactorKind.SKEW: "risk reversal"}
HIGHEST_NORMAL_VOL = 0.2


def market_faults(file: MarketFile) -> Found:
    """Yield everything wrong with the figures of a file whose keys and types are right."""
    for name, table in file.curves.items():
        yield from _curve_faults(name, table)
    for name, spread in file.spreads.items():
        yield from _spread_faults(file, name, spread)
    yield from fx_rate_faults(file)
    for name, level in file.levels.items():
        yield from _level_faults(name, level, file.factors.names)
    for code, vols in file.swaption_vols.items():
        yield from _swaption_vol_faults(file, code, vols)
    yield from fx_vols_faults(file, has_curves=_has_curves(file))
    factors: list[Factor] = []
    for i, name in enumerate(file.factors.names):
        try:
            factors.append(factor_of(file, name))
        except InputError as error:
            yield ("factors", "names", i), str(error)
    yield from _name_faults(file, factors)
    if len(factors) == len(file.factors.names):
        yield from _law_faults(file, factors)
    yield from _correlation_faults(file.factors)
    yield from _sampling_faults(file)
    if file.law is not None:
        yield from law_table_faults(file.law)


def _curve_faults(name: str, table: CurveTable) -> Found:
    at = ("curves", name, "par_yields")
    found = [
        *_curve_name_faults(("curves", name)),
        *((((*at, label)), message) for label, message in _tenor_faults(table.par_yields)),
    ]
    for label, par in table.par_yields.items():
        low, high = currency_of(table.currency).interest.yields
        if not low <= par <= high:
            wanted = f"[{low}, {high}], as a decimal: 0.0435 is 4.35 %"
            found.append(((*at, label), f"par yield must lie in {wanted}; got {par!r}"))
    if not found and (farthest := off_neighbours(table.par_yields)) is not None and abs(farthest[1]) > LARGEST_OFF:
        label, off = farthest
        words = off_words(label, table.par_yields[label], off)
        found.append(((*at, label), f"par yield of {words}, more than any since 1974: is a point or a sign wrong?"))
    yield from found
    if not found:
        try:
            bootstrap(par_curve_of(name, table))
        except InputError as error:
            yield at, str(error)


def _spread_faults(file: MarketFile, name: str, table: SpreadTable) -> Found:
    at: Keys = ("spreads", name)
    yield from _curve_name_faults(at)
    if name in file.curves:
        yield at, f"curve {name!r} is published and derived; keep one of the two"
    known = [other for other in (*file.curves, *file.spreads) if other != name]
    if table.parent not in known:
        yield (*at, "parent"), f"must be another curve: {', '.join(known)}; got {table.parent!r}"
    elif name in _ancestors(file, name):
        yield (*at, "parent"), f"{name!r} is its own parent's parent: parents go round in a circle"
    for label, message in _tenor_faults(table.zero_spreads):
        yield (*at, "zero_spreads", label), message
    for label, spread in table.zero_spreads.items():
        if not abs(spread) <= LARGEST_SPREAD:
            wanted = f"within +-{LARGEST_SPREAD}, as a decimal: -0.005 is -50 bp"
            yield (*at, "zero_spreads", label), f"spread must lie {wanted}; got {spread!r}"


def _ancestors(file: MarketFile, name: str) -> list[str]:
    """Return the parent, its parent and so on, as far as the file has them, each once."""
    found: list[str] = []
    while name in file.spreads and file.spreads[name].parent not in found:
        name = file.spreads[name].parent
        found.append(name)
    return found


def _curve_name_faults(at: Keys) -> Found:
    name = str(at[-1])
    if not is_curve_name(name):
        yield at, f"a curve's name is capitals and digits, such as 'JGB' or 'JGB_REPO', got {name!r}"


def _tenor_faults(labels: Mapping[str, float]) -> Iterator[tuple[str, str]]:
    """Yield label and message of tenors that cannot be read or do not increase."""
    before = 0.0
    for label in labels:
        try:
            years = tenor_years(label)
        except InputError as error:
            yield label, str(error)
            continue
        if years <= before:
            yield label, f"tenors must increase, got {label} after one of {before:g} years"
        before = years


def _has_curves(file: MarketFile) -> bool:
    """Return whether the curves can be built; their own faults say why not."""
    of_curves = (fault for name, table in file.curves.items() for fault in _curve_faults(name, table))
    of_spreads = (fault for name, table in file.spreads.items() for fault in _spread_faults(file, name, table))
    if any(True for _ in chain(of_curves, of_spreads)):
        return False
    try:
        curves_of(file)
    except InputError:
        return False
    return True


def _level_faults(name: str, table: LevelTable, factors: tuple[str, ...]) -> Found:
    at: Keys = ("levels", name)
    if _is_taken(name):
        yield at, f"{name!r} is a name of another kind of factor; a price's is such as 'SPX'"
    elif not is_curve_name(name):
        yield at, f"a price's name is capitals, digits and underscores, such as 'SPX', got {name!r}"
    elif name not in factors:
        yield at, f"{name!r} must be one of the factors; a vol of 0 keeps it still"
    if not 0.0 < table.level < 1e12:
        yield (*at, "level"), f"must be a price above 0 and below 1e12, got {table.level!r}"


def _swaption_vol_faults(file: MarketFile, code: str, table: SwaptionVolsTable) -> Found:
    at: Keys = ("swaption_vols", code)
    if (name := swaption_factor_name(code)) not in file.factors.names:
        yield at, f"{name!r} must be one of the factors; a vol of 0 keeps it still"
    if code not in {table.currency for table in file.curves.values()}:
        yield at, f"must be the currency of a curve of this file, got {code!r}"
    if not 0.0 < table.level <= HIGHEST_NORMAL_VOL:
        wanted = f"in (0, {HIGHEST_NORMAL_VOL:g}]: 0.006 is 60 bp a year"
        yield (*at, "level"), f"normal vol must lie {wanted}; got {table.level!r}"


def _is_taken(name: str) -> bool:
    """Whether a name is another kind of factor's. An index may be called as a rate that the file does not quote."""
    if currency_of_factor(name) is not None:
        return name == PRICE_FACTOR
    try:
        parse_factor(name)
    except InputError:
        return False
    return True


def _spread_factor_faults(at: Keys, factor: Factor, factors: list[Factor], derived: Collection[str]) -> Found:
    """Yield why a factor cannot move the spreads of its curve."""
    if factor.curve not in derived:
        yield at, f"{factor.name!r} moves spreads, and {factor.curve!r} is published, derived from no other curve"
    if own := [each.name for each in factors if each.kind is FactorKind.RATE and each.curve == factor.curve]:
        yield at, f"{factor.curve!r} moves with {own[0]!r}, a factor of its own: leave {factor.name!r} out, or those"


def _name_faults(file: MarketFile, factors: list[Factor]) -> Found:
    derived, pairs = file.spreads, file.fx_vols
    curves = [*file.curves, *derived]
    names = [factor.name for factor in factors]
    for i, factor in enumerate(factors):
        if factor.name in names[:i]:
            yield ("factors", "names", i), f"factor {factor.name!r} comes twice"
        at: Keys = ("factors", "names", i)
        if factor.curve is not None and factor.curve not in curves:
            yield at, f"{factor.name!r} needs curve {factor.curve!r}; there are {', '.join(curves)}"
        elif factor.kind is FactorKind.SPREAD:
            yield from _spread_factor_faults(at, factor, factors, derived)
        elif factor.kind is FactorKind.VOL and factor.pair is None and factor.currency not in file.swaption_vols:
            yield at, f"{factor.name!r} needs the level of its vols, a [swaption_vols.{factor.currency}] table"
        if factor.pair is not None and factor.pair not in pairs:
            yield at, f"{factor.name!r} needs the vols of {factor.pair!r}, a [fx_vols.{factor.pair}] table"


def _law_faults(file: MarketFile, factors: list[Factor]) -> Found:
    table = file.factors
    lists = {"vols": table.vols, "kappas": table.kappas, "thetas": table.thetas, "mus": table.mus}
    for key, values in lists.items():
        if values is not None and len(values) != len(factors):
            yield ("factors", key), f"needs {len(factors)} values, one per name, got {len(values)}"
    for i, (factor, vol) in enumerate(zip(factors, table.vols, strict=False)):
        if not 0.0 <= vol <= _HIGHEST_VOL[factor.kind]:
            wanted = f"in [0, {_HIGHEST_VOL[factor.kind]:g}]: {_VOL_HINT[factor.kind]}"
            yield ("factors", "vols", i), f"vol of {factor.name} must be {wanted}; got {vol!r}"
    for i, (factor, kappa) in enumerate(zip(factors, table.kappas or (), strict=False)):
        if not 0.0 <= kappa <= 100.0 or (kappa and factor.kind is FactorKind.PRICE):
            wanted = "0, a price does not revert" if factor.kind is FactorKind.PRICE else "in [0, 100] per year"
            yield ("factors", "kappas", i), f"kappa of {factor.name} must be {wanted}; got {kappa!r}"
        elif kappa and table.thetas is None:
            to = _REVERTS_TO.get(factor.kind, "zero rate")
            yield ("factors", "kappas", i), f"{factor.name} reverts, so `thetas` must say to which {to}"
    kappas = [*(table.kappas or ()), *[0.0] * len(factors)]
    for i, (factor, theta) in enumerate(zip(factors, table.thetas or (), strict=False)):
        low, high = currency_of(curve_currency(file, str(factor.curve)) or HOME).interest.yields
        if factor.kind is FactorKind.RATE and not low <= theta <= high:
            yield ("factors", "thetas", i), f"theta of {factor.name} must be a decimal zero rate; got {theta!r}"
        if factor.kind is FactorKind.SPREAD and not abs(theta) <= LARGEST_SPREAD:
            wanted = f"within +-{LARGEST_SPREAD}, as a decimal: -0.003 is -30 bp"
            yield ("factors", "thetas", i), f"theta of {factor.name} must be a spread {wanted}; got {theta!r}"
        if factor.kind is FactorKind.SKEW and not abs(theta) <= LARGEST_SKEW:
            wanted = f"within +-{LARGEST_SKEW:g}, over the vol at the money: -0.1 is -1.2 vol points of 12"
            yield ("factors", "thetas", i), f"theta of {factor.name} must be a risk reversal {wanted}; got {theta!r}"
        if factor.kind is FactorKind.VOL and not (0.0 < theta <= 3.0 or theta == kappas[i] == 0.0):
            yield ("factors", "thetas", i), f"theta of {factor.name} must be a vol, 0.11 for 11 %; got {theta!r}"
    for i, (factor, mu) in enumerate(zip(factors, table.mus or (), strict=False)):
        is_price = factor.kind is FactorKind.PRICE
        if not abs(mu) <= 1.0 or (mu and not is_price):
            wanted = "in [-1, 1] per year" if is_price else f"0, a {factor.kind.value} has no drift but kappa's"
            yield ("factors", "mus", i), f"mu of {factor.name} must be {wanted}; got {mu!r}"


def _correlation_faults(table: FactorsTable) -> Found:
    at, n = ("factors", "correlation"), len(table.names)
    matrix = full_correlation(table.correlation)
    if matrix is None or len(matrix) != n:
        lengths = ", ".join(str(len(row)) for row in table.correlation)
        yield at, f"needs {n} rows of 1, 2, .. {n} values (lower triangle) or of {n} each; got rows of {lengths}"
        return
    faults = correlation_faults(matrix, table.names)
    for i, j, message in faults:
        yield (*at, i, j), message
    if not faults and not table.repair_correlation and not is_semidefinite(matrix):
        yield (
            at,
            f"not positive semidefinite: smallest eigenvalue {smallest_eigenvalue(matrix):.1e}; "
            f"repair_correlation = true in [factors] takes the nearest matrix that is (Higham), and says how near",
        )


def _sampling_faults(file: MarketFile) -> Found:
    """Yield the faults of standard errors: of factors of the file, as many as these, and none below 0."""
    if file.law is not None and file.calibration.no_law is not None:
        yield ("calibration", "no_law"), "the file has a [law]: leave `no_law` out"
    table, at = file.calibration.sampling, ("calibration", "sampling")
    if table is None:
        return
    n = len(table.factors)
    if table.window[0] >= table.window[1]:
        yield (*at, "window"), f"must start before it ends, got {table.window[0]} to {table.window[1]}"
    if (unknown := [name for name in table.factors if name not in file.factors.names]) or len(set(table.factors)) < n:
        yield (*at, "factors"), f"must be among `factors.names`, each once, got {', '.join(unknown or table.factors)}"
    if len(table.vols_se) != n or any(not se >= 0.0 for se in table.vols_se):
        yield (*at, "vols_se"), f"needs {n} standard errors of 0 or more, one per factor of this table"
    rows = table.correlation_se
    if [len(row) for row in rows] != [i + 1 for i in range(n)] or any(not se >= 0.0 for row in rows for se in row):
        yield (*at, "correlation_se"), f"needs {n} rows of 1, 2, .. {n} standard errors of 0 or more"
