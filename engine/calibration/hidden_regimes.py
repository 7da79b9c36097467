"""Regimes that are not seen: normal laws of a day, a chain between them, and what is known of today's from the past.

Hamilton (1989), "A new approach to the economic analysis of nonstationary time series and the business cycle",
Econometrica 57, for the filter; Baum, Petrie, Soules & Weiss (1970), Ann. Math. Statist. 41, for the estimate.
"""

from dataclasses import dataclass

import numpy as np

from kernels.types import F64

PRIOR_DAYS = 10.0  # of the whole sample's covariance, which each regime has beside its own days: none collapses
MOST_ROUNDS, LEAST_GROWTH = 500, 1e-2  # of an estimate: it ends where a round adds less to the log-likelihood
# Where estimates begin: days by size are cut at two shares of them, smallest first, and each regime is kept to the next
# date with a probability. The most likely of their ends counts: it is that of a dozen such starts on every January.
STARTS = (((0.60, 0.90), 0.80), ((0.75, 0.97), 0.80), ((0.75, 0.97), 0.95))
ROUNDING = 16  # matrices multiplied before the product is brought back to a sum of 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HiddenRegimes:
    """A chain of regimes, those of small days first, and the normal law of a day in each."""

    transitions: F64  # (n_regimes, n_regimes) probability of each regime on the next date, by that of this one
    means: F64  # (n_regimes, n_series)
    covariances: F64  # (n_regimes, n_series, n_series)

    @property
    def long_run(self) -> F64:
        """Return the shares of dates that the chain spends in each regime: (n_regimes,)."""
        n = len(self.transitions)
        equations = np.vstack([self.transitions.T - np.eye(n), np.ones(n)])
        return np.asarray(np.linalg.lstsq(equations, np.r_[np.zeros(n), 1.0], rcond=None)[0])

    def memberships(self, series: F64) -> F64:
        """Return the probability of each regime on each date, of what was seen up to it: (n_dates, n_regimes).

        series (n_dates, n_series). Before the first date the chain is as it is in the long run.
        """
        densities, _ = self.densities(series)
        return _followed(self.long_run, self.transitions * densities[:, None, :])

    def densities(self, series: F64) -> tuple[F64, F64]:
        """Return each date's densities over the largest of them, (n_dates, n_regimes), and its logarithm (n_dates,)."""
        logs = np.empty((len(series), len(self.means)))
        for k, (mean, covariance) in enumerate(zip(self.means, self.covariances, strict=True)):
            root = np.linalg.cholesky(covariance)
            away = np.linalg.solve(root, (series - mean).T)
            logs[:, k] = -0.5 * (away * away).sum(axis=0) - np.log(np.diag(root)).sum()
        largest = logs.max(axis=1) - 0.5 * series.shape[1] * np.log(2.0 * np.pi)
        return np.exp(logs - logs.max(axis=1, keepdims=True)), largest


def estimated_regimes(series: F64) -> HiddenRegimes:
    """Return three regimes of a series of dates, the most likely ones: by expectation and maximisation from `STARTS`.

    series (n_dates, n_series), about its standard deviations. The same series has the same estimate, to the bit.
    Regimes are in the order of a day's mean sum of squares in them.
    """
    found, _ = max((_estimate(series, shares, stay) for shares, stay in STARTS), key=lambda each: each[1])
    sizes = (found.means**2).sum(axis=1) + np.trace(found.covariances, axis1=1, axis2=2)
    order = np.argsort(sizes)
    return HiddenRegimes(
        transitions=found.transitions[np.ix_(order, order)],
        means=found.means[order],
        covariances=found.covariances[order],
    )


def _estimate(series: F64, cuts: tuple[float, ...], stay: float) -> tuple[HiddenRegimes, float]:
    """Return the regimes to which an estimate comes, and their log-likelihood."""
    sizes, n = (series * series).sum(axis=1), len(cuts) + 1
    shares = np.eye(n)[np.searchsorted(np.quantile(sizes, cuts), sizes)]
    transitions = np.full((n, n), (1.0 - stay) / (n - 1))
    np.fill_diagonal(transitions, stay)
    everything = np.atleast_2d(np.cov(series, rowvar=False, ddof=0))
    found, before = _of_shares(series, shares, transitions, everything), -np.inf
    for _ in range(MOST_ROUNDS):
        shares, flows, likelihood = _expected(found, series)
        if likelihood - before < LEAST_GROWTH:
            break
        before = likelihood
        found = _of_shares(series, shares, flows / flows.sum(axis=1, keepdims=True), everything)
    return found, before


def _of_shares(series: F64, shares: F64, transitions: F64, everything: F64) -> HiddenRegimes:
    """Return the regimes that fit days best of which each has a share: shares (n_dates, n_regimes).

    everything (n_series, n_series): the covariance of all days.
    """
    weight = shares.sum(axis=0)
    means = (shares.T @ series) / weight[:, None]
    covariances = np.empty((len(weight), series.shape[1], series.shape[1]))
    for k, mean in enumerate(means):
        away = series - mean
        squares = (away * shares[:, k, None]).T @ away
        covariances[k] = (squares + PRIOR_DAYS * everything) / (weight[k] + PRIOR_DAYS)
    return HiddenRegimes(transitions=transitions, means=means, covariances=covariances)


def _expected(regimes: HiddenRegimes, series: F64) -> tuple[F64, F64, float]:
    """Return each regime's share of each date, of all dates seen; expected moves between them; the log-likelihood.

    Shares (n_dates, n_regimes), moves (n_regimes, n_regimes).
    """
    densities, largest = regimes.densities(series)
    into = regimes.transitions * densities[:, None, :]  # (n_dates, n_regimes, n_regimes) of each date
    known = _followed(regimes.long_run, into)
    foreseen = np.vstack([regimes.long_run, known[:-1]]) @ regimes.transitions
    likelihood = float((np.log((foreseen * densities).sum(axis=1)) + largest).sum())
    last = np.full((1, len(regimes.means)), 1.0 / len(regimes.means))
    after = np.vstack([_followed(last[0], np.swapaxes(into[:0:-1], 1, 2))[::-1], last])
    shares = known * after
    shares /= shares.sum(axis=1, keepdims=True)
    moves = known[:-1, :, None] * into[1:] * after[1:, None, :]
    return shares, (moves / moves.sum(axis=(1, 2), keepdims=True)).sum(axis=0), likelihood


def _followed(start: F64, matrices: F64) -> F64:
    """Return start @ matrices[0] @ ... @ matrices[t] over its sum, for each t: (n, n_regimes).

    start (n_regimes,), matrices (n, n_regimes, n_regimes) of positive numbers. Products within as many parts as a part
    has dates are worked out side by side, then the parts one after the other: twice the root of n steps, not n.
    """
    n, size = matrices.shape[:2]
    length = max(int(np.sqrt(n)), 1)
    n_parts = -(-n // length)
    padding = np.broadcast_to(np.eye(size), (n_parts * length - n, size, size))
    parts = np.concatenate([matrices, padding]).reshape(n_parts, length, size, size)
    products = np.empty_like(parts)
    so_far = products[:, 0] = parts[:, 0]
    for k in range(1, length):
        if k % ROUNDING == 0:
            so_far = so_far / so_far.sum(axis=(1, 2), keepdims=True)
        so_far = products[:, k] = so_far @ parts[:, k]
    starts = np.empty((n_parts, size))
    for part in range(n_parts):
        starts[part] = start
        start = start @ products[part, -1]
        start = start / start.sum()
    found = (starts[:, None, None, :] @ products).reshape(-1, size)[:n]
    return np.asarray(found / found.sum(axis=1, keepdims=True))
