"""The paragraph that says why a run loses what it loses: sentences filled with the figures of the tables below it."""

from collections.abc import Iterator, Sequence

from engine.conventions.currencies import CURRENCIES, HOME
from engine.conventions.figure_words import days_text, percent
from engine.explain.amount_text import amount, listed
from engine.explain.run.causes import Cause
from engine.explain.run.run_explanation import RunExplanation, SignChange
from engine.explain.run.scenario_explanation import Contribution, ScenarioExplanation
from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL
from engine.risk.measures.value_at_risk import VALUE_AT_RISK

WORTH_SAYING = 0.10  # of expected shortfall: smaller parts stand in the table alone
WORTH_CHANGE = 0.01  # of expected shortfall: of a part that adds in one scenario and takes off in another
MOST_PARTS = 3  # that a sentence names
MOST_CAUSES = 3
LEAST_CAUSE = 0.01  # of the paths of the tail: rarer causes stand in the table alone
MOST_CHANGES = 4


def heading(found: RunExplanation) -> str:
    """Return what is explained, in a line."""
    level, days = percent(found.confidence), days_text(found.horizon_days)
    return f"VaR and ES {level}, {days} from {found.valuation_date}, {found.currency}"


def prose(found: RunExplanation) -> str:
    """Return the paragraph: what each scenario loses, what that is made of, and what changes its sign between them."""
    sentences = [sentence for each in found.scenarios for sentence in _of_scenario(each, found)]
    changes = [each for each in found.sign_changes if _is_worth(each, found)]
    return " ".join([*sentences, *map(_change, changes[:MOST_CHANGES])])


def _is_worth(change: SignChange, found: RunExplanation) -> bool:
    """Return whether both sides of a change are large enough to be said, beside what their scenarios lose."""
    tails = {each.scenario: tail for each in found.scenarios for tail in each.total.measures}  # the last: the highest
    es = {name: abs(tail.of(EXPECTED_SHORTFALL).value) for name, tail in tails.items()}
    sides = ((change.adds, change.adds_in), (change.takes_off, change.takes_off_in))
    return all(abs(side.value) >= WORTH_CHANGE * es[scenario] for side, scenario in sides)


def _of_scenario(each: ScenarioExplanation, found: RunExplanation) -> Iterator[str]:
    tail = next(tail for tail in each.total.measures if tail.confidence == found.confidence)
    var, es = tail.of(VALUE_AT_RISK).value, tail.of(EXPECTED_SHORTFALL).value
    odds = percent(1.0 - found.confidence, None if found.confidence < 0.999 else 3)
    if es <= 0.0:
        yield f"In {each.scenario} even the worst {odds} of paths gain, {amount(-es)} on average."
    else:
        yield f"In {each.scenario} the worst {odds} of paths lose {amount(var)} or more, {amount(es)} on average."
        yield from _parts(each.factors, EXPECTED_SHORTFALL.key, es)
    yield from _tail(each, es)


def _parts(parts: Sequence[Contribution], key: str, es: float) -> Iterator[str]:
    """Say which parts of the market make the most of expected shortfall, and which take off."""
    shares = [(each.figures[key].value / es, each) for each in parts if key in each.figures]
    adding = sorted((pair for pair in shares if pair[0] >= WORTH_SAYING), key=lambda pair: -pair[0])[:MOST_PARTS]
    saving = sorted((pair for pair in shares if pair[0] <= -WORTH_SAYING), key=lambda pair: pair[0])[:MOST_PARTS]
    if adding:
        words = [f"{percent(share, 0)} {each.words}" for share, each in adding]
        share, most = adding[0]
        if share >= 1.005:  # 100 % as it is printed is not more than all
            words[0] = f"More than all of it ({percent(share, 0)}) is {most.words}"
            yield f"{listed(words)}; others take off."
        else:
            words[0] = words[0].replace(" % ", " % of that is ", 1)
            yield f"{listed(words)}."
    if saving:
        words = [f"{each.words} takes {percent(-share, 0)} off" for share, each in saving]
        yield f"{_capital(listed(words))}."


def _tail(each: ScenarioExplanation, es: float) -> Iterator[str]:
    """Say which causes made most paths of the tail, what mechanisms cost in it, and where it ends."""
    if each.causes:
        worth = [cause for i, cause in enumerate(each.causes[:MOST_CAUSES]) if i == 0 or cause.share >= LEAST_CAUSE]
        words = [f"{_said(cause)} on {percent(cause.share, 0)}" for cause in worth]
        yield f"What made these paths lose: {listed(words)}."
    costly = [one for one in each.mechanisms if one.cost >= max(WORTH_SAYING * es, 2.0 * one.cost_se)]
    if costly:
        words = [f"{amount(one.cost)} by {_article(one.name)}" for one in sorted(costly, key=lambda one: -one.cost)]
        yield f"On average they lost {listed(words[:MOST_PARTS])}."
    if each.regimes:
        most = max(each.regimes, key=lambda regime: regime.in_tail - regime.of_all)
        error = 2.0 * (most.in_tail_se**2 + most.of_all_se**2) ** 0.5
        if most.in_tail - most.of_all > max(error, WORTH_SAYING):
            yield (f"{percent(most.in_tail, 0)} of them end in {most.regime}, of all paths {percent(most.of_all, 0)}.")


def _said(cause: Cause) -> str:
    """Return a cause as a clause: "the JGB curve steepens", "the jump repatriation"."""
    if cause.is_mechanism:
        return _article(cause.name)
    return f"the {cause.name}" if cause.name.startswith(_rate_units()) or " curve " in cause.name else cause.name


def _article(name: str) -> str:
    """Return a mechanism as it is called in a sentence."""
    return f"the {name.replace('jump: ', 'jump ', 1)}" if name.startswith(("jump", "drift")) else name


def _rate_units() -> tuple[str, ...]:
    """Return how causes begin that are moves of exchange rates: with the home currency's unit."""
    return (f"{CURRENCIES[HOME].unit} ",)


def _change(change: SignChange) -> str:
    what = _capital(change.words)
    return (
        f"{what} adds {amount(change.adds.value, change.adds.error)} in {change.adds_in} and takes off"
        f" {amount(-change.takes_off.value, change.takes_off.error)} in {change.takes_off_in}."
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
