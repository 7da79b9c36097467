"""Histories made here: two curves and prices that walk as markets do, printed as publishers print."""

import numpy as np
import pandas as pd

JGB = ("1y", "2y", "3y", "4y", "5y", "7y", "10y", "15y", "20y", "25y", "30y", "40y")
UST = ("1m", "3m", "6m", "1y", "2y", "3y", "5y", "7y", "10y", "20y", "30y")
CURVES = {"jgb": (JGB, 0.6, 2.5, 1.8), "ust": (UST, 4.0, 0.8, 5.0)}  # tenors, percent at the start, slope, bp a day
PRICES = {"usdjpy": (145.0, 0.006), "nikkei225": (38000.0, 0.012)}


def years(tenor):
    return float(tenor[:-1]) / (12.0 if tenor.endswith("m") else 1.0)


def made_table(n=260, seed=3, first="2024-06-03", prices=PRICES):
    """A tidy table of strings: weekdays, yields in percent with 3 or 2 decimals, closes."""
    rng = np.random.default_rng(seed)
    days = pd.bdate_range(first, periods=n)
    columns = {}
    for curve, (tenors, start, slope, daily) in CURVES.items():
        walk = np.cumsum(rng.normal(0.0, daily / 100.0, (n, 3)), axis=0)
        for tenor in tenors:
            x = years(tenor) / 40.0
            level = start + slope * x + walk @ [0.8, x, 0.5 * np.exp(-2.0 * x)] + rng.normal(0.0, 0.004, n)
            decimals = 3 if curve == "jgb" else 2
            columns[f"{curve}_{tenor}"] = [f"{value:.{decimals}f}" for value in level]
    for name, (level, daily) in prices.items():
        columns[name] = [f"{value:.2f}" for value in level * np.exp(np.cumsum(rng.normal(0.0, daily, n)))]
    return pd.DataFrame(columns, index=pd.Index([f"{day:%Y-%m-%d}" for day in days], name="date"))


def written(table, path):
    table.to_csv(path, lineterminator="\n")
    return path
