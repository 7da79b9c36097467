"""A market's filtered law as the [law] of a market file, with a comment on every table."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from hashlib import sha256

from engine.inputs.market.law_table import MEMBERSHIPS_SUFFIX, MOVES_SUFFIX, ROWS_SUFFIX, STRESSED_SUFFIX, rows_bytes
from engine.inputs.market.loop_table import LOOP_SUFFIX
from engine.market.cap_jumps import CapJumps
from engine.market.filtered import FilteredState
from engine.market.loop_record import LoopRecord
from engine.market.row_regimes import REGIMES, RowRegimes
from kernels.types import F64


def law_lines(state: FilteredState, day: date, stem: str) -> Iterator[str]:
    """Yield the lines of [law]; figures in the shortest form that reads back to the same float64."""
    yield '\n[law] # moves by past days, for scenarios with law = "filtered"; docs/concepts/laws.md has the equations'
    yield 'kind = "filtered"'
    yield f"as_of = {day.isoformat()}"
    if state.first is not None:
        yield f"first = {state.first.isoformat()} # change"
    yield f"n_dates = {state.n_dates}"
    yield f"description = {_quoted(state.description)}"
    yield f"decays = {state.decays.tolist()!r} # what a joint date leaves of each average of squares"
    yield f"weights = {state.weights.tolist()!r} # of the averages in the variance"
    yield f"clip = {state.clip!r} # of a leader's residual, in standard deviations"
    yield f"cap = {state.cap!r} # of the rows, in standard deviations"
    yield f"leaders = {_names(state.leaders)} # others follow their residual of the date before"
    yield f"led = {_names(state.led)}"
    yield f"factors = {_names(state.factors)} # columns of the rows"
    yield "# averages of squares per weekday; in the comments the law's own standard deviation of the next weekday"
    yield "states = ["
    for name, averages, variance in zip(state.factors, state.averages.tolist(), state.variances.tolist(), strict=True):
        yield f"  {averages!r}, # {name} {variance**0.5:.6g}"
    yield "]"
    yield "gamma = [ # what a leader's residual adds to those of `led` on the next date"
    for name, row in zip(state.leaders, state.gamma.tolist(), strict=True):
        yield f"  {row!r}, # {name}"
    yield "]"
    if state.gamma_se is not None:
        yield "gamma_se = [ # their standard errors: sandwich by blocks of dates"
        for name, row in zip(state.leaders, state.gamma_se.tolist(), strict=True):
            yield f"  {row!r}, # {name}"
        yield "]"
    yield f"last = {state.last.tolist()!r} # the leaders' residuals on the date"
    yield f"rows_file = {_quoted(f'{stem}.{ROWS_SUFFIX}')} # {len(state.rows):,} joint dates, oldest first"
    yield f"rows_sha256 = {_quoted(sha256(rows_bytes(state.rows)).hexdigest())}"
    if len(state.moves):
        yield f"moves_file = {_quoted(f'{stem}.{MOVES_SUFFIX}')} # {len(state.moves):,} joint changes as they were"
        yield f"moves_sha256 = {_quoted(sha256(rows_bytes(state.moves)).hexdigest())}"
    if state.move_spans.size:
        yield from _spans(state.move_spans)
    if state.regimes is not None:
        yield from regimes_lines(state.regimes, stem)
    if state.loop is not None:
        yield from loop_lines(state.loop, stem)
    if state.cap_jumps is not None:
        yield from jumps_lines(state.cap_jumps)
    for name, given in state.given.items():
        yield f"\n[law.given.{name}] # no history: its vol is among those above"
        loadings = ", ".join(f"{other} = {weight!r}" for other, weight in given.loadings.items())
        yield f"loadings = {{ {loadings} }} # on residuals over their root mean square; the rest is a normal of its own"
        yield f"source = {_quoted(given.source)}"
    if (stressed := state.stressed) is not None:
        yield '\n[law.stressed] # the worst year for a book, for scenarios with law = "stressed"'
        yield f"from = {stressed.first.isoformat()}"
        yield f"to = {stressed.last.isoformat()}"
        yield f"book = {_quoted(stressed.book)}"
        yield f"description = {_quoted(stressed.description)}"
        yield f"moves_file = {_quoted(f'{stem}.{STRESSED_SUFFIX}')} # {len(stressed.moves):,} joint changes"
        yield f"moves_sha256 = {_quoted(sha256(rows_bytes(stressed.moves)).hexdigest())}"


def _spans(spans: F64) -> Iterator[str]:
    """Yield weekdays (n_moves,), fifty a line."""
    yield "move_spans = [ # weekdays of each of these changes"
    numbers = [str(int(span)) for span in spans.tolist()]
    for first in range(0, len(numbers), 50):
        yield f"  {', '.join(numbers[first : first + 50])},"
    yield "]"


def regimes_lines(regimes: RowRegimes, stem: str) -> Iterator[str]:
    """Yield the lines of [law.regimes]."""
    yield '\n[law.regimes] # by which rows are drawn where law = "filtered-regimes"'
    yield f"# {', '.join(REGIMES)}, each with a normal law of these residuals"
    yield f"series = {_names(regimes.series)}"
    yield f"estimated_to = {regimes.estimated_to.isoformat()} # anew each January, on the past alone"
    yield f"means = {regimes.means.tolist()!r}"
    yield "covariances = ["
    for name, matrix in zip(REGIMES, regimes.covariances.tolist(), strict=True):
        yield f"  {matrix!r}, # {name}"
    yield "]"
    yield f"transitions = {regimes.transitions.tolist()!r} # from each regime, a row, to the next joint date's"
    yield f"long_run = {regimes.long_run.tolist()!r} # of the rows' dates: with these all rows are drawn alike"
    yield f"tonight = {regimes.tonight.tolist()!r} # probabilities on the date, of all that was seen up to it"
    yield f"memberships_file = {_quoted(f'{stem}.{MEMBERSHIPS_SUFFIX}')} # the same on each row's date"
    yield f"memberships_sha256 = {_quoted(sha256(rows_bytes(regimes.memberships)).hexdigest())}"


def loop_lines(record: LoopRecord, stem: str) -> Iterator[str]:
    """Yield the lines of [law.loop]."""
    yield "\n[law.loop] # what carry trades, [carry] of a scenario, are found in; docs/concepts/laws.md"
    yield f"first = {record.first.isoformat()} # move"
    yield f"description = {_quoted(record.description)}"
    yield "# of each joint date: move of ln USD/JPY, its standard deviation, what leads it, its residual before the cut"
    yield f"record_file = {_quoted(f'{stem}.{LOOP_SUFFIX}')} # {record.moves.size:,} joint dates, oldest first"
    yield f"record_sha256 = {_quoted(sha256(rows_bytes(record.table)).hexdigest())}"


def jumps_lines(jumps: CapJumps) -> Iterator[str]:
    """Yield the lines of [law.jumps]."""
    yield '\n[law.jumps] # beyond the cap of the rows, at most one a date, where law = "mixture"'
    nearest = "" if jumps.n_beyond else " # none was beyond the cap: the day that came nearest"
    yield f"days = [{', '.join(day.isoformat() for day in jumps.days)}]{nearest}"
    yield "directions = [ # residuals beyond the cap over the largest of them, a row a day"
    for day, row in zip(jumps.days, jumps.directions.tolist(), strict=True):
        yield f"  {row!r}, # {day}"
    yield "]"
    yield f"n_beyond = {jumps.n_beyond}"
    yield f"n_dates = {jumps.n_dates}"
    yield f"first = {jumps.first.isoformat()}"
    yield f"probability = {jumps.probability!r} # of one on a joint date"
    yield f"probability_se = {jumps.probability_se!r}"
    yield f"threshold = {jumps.threshold!r} # residual from which days tell the tail, in standard deviations"
    yield f"n_tail = {jumps.n_tail} # days beyond it"
    yield f"shape = {jumps.shape!r} # of the generalised Pareto law of the excess over the cap"
    yield f"shape_se = {jumps.shape_se!r}"
    yield f"scale = {jumps.scale!r} # standard deviations"
    yield f"scale_se = {jumps.scale_se!r}"
    yield f"largest = {jumps.largest!r} # no larger excess is drawn"


def _names(names: Sequence[str]) -> str:
    return f"[{', '.join(map(_quoted, names))}]"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
