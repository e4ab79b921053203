from datetime import timedelta

import numpy as np
import pandas as pd
from assay import basic, contract, edge, growth, prop, public, speed

START = pd.Timestamp("2023-01-09")
COLUMNS = ["region", "date", "revenue_7d"]


def table(regions, dates, values, tz=None):
    dates = pd.DatetimeIndex(dates)
    return pd.DataFrame({
        "region": np.asarray(regions, dtype=object),
        "date": dates if tz is None or dates.tz is not None else dates.tz_localize(tz),
        "revenue_7d": np.asarray(values, dtype=float),
    })


def by_rule(sales):
    """The rules of the statement, one region and day after the other."""
    totals = {}
    rows = zip(sales["region"].tolist(), sales["date"].dt.to_pydatetime(), sales["revenue"].tolist())
    for region, date, revenue in rows:
        if revenue == revenue:
            days = totals.setdefault(region, {})
            days[date] = days.get(date, 0.0) + revenue
    out = []
    for region in sorted(totals):
        days = totals[region]
        for date in sorted(days):
            window = [days[d] for back in range(7) if (d := date - timedelta(days=back)) in days]
            out.append((region, date, sum(window) / len(window)))
    if not out:
        return table([], [], [])
    return table(*zip(*out))


def compare(t, got, expected):
    if isinstance(got, pd.DataFrame) and isinstance(got.dtypes.get("region"), pd.CategoricalDtype):
        got = got.astype({"region": object})  # text or categories: both are right
    t.frame(got, expected, index="strict", column_order="strict", rtol=1e-9, atol=1e-6)


def rows_of(t, got, *regions):
    """The rows of some regions, under a fresh index."""
    t.check(isinstance(got, pd.DataFrame) and set(COLUMNS) <= set(got.columns), f"the result lacks one of the columns {COLUMNS}")
    return got[got["region"].astype(object).isin(regions)].reset_index(drop=True)


def shop(rng, n=60, regions=("east", "north", "west"), days=60, index=True):
    """Sales with gaps, several a day, in no order, under an index that is no help."""
    sales = pd.DataFrame({
        "date": START + pd.to_timedelta(rng.integers(0, days, size=n), unit="D"),
        "region": np.array(regions, dtype=object)[rng.integers(0, len(regions), size=n)],
        "revenue": rng.gamma(2.0, 50.0, size=n).round(2),
    })
    if index:
        sales.index = rng.permutation(n) + 100
    return sales


def on(days, regions, revenue):
    """Sales on these days after START."""
    return pd.DataFrame({
        "date": START + pd.to_timedelta(days, unit="D"),
        "region": np.array(regions, dtype=object),
        "revenue": np.array(revenue, dtype=float),
    })


@public("The worked example: two regions in May.")
def example(t):
    sales = pd.DataFrame({
        "date": pd.to_datetime(["2024-05-09", "2024-05-02", "2024-05-03", "2024-05-02", "2024-05-03"]),
        "region": ["north", "north", "south", "north", "north"],
        "revenue": [60.0, 10.0, 7.0, 30.0, 20.0],
    })
    got = yield t.call("rolling_7d_revenue", sales)
    dates = ["2024-05-02", "2024-05-03", "2024-05-09", "2024-05-03"]
    compare(t, got, table(["north", "north", "north", "south"], dates, [40, 30, 40, 7]))


@basic("revenue_7d is the mean of the totals over this day and the six calendar days before.")
def by_hand(t):
    sales = on([0, 6, 7, 13, 14, 30], ["b"] * 6, [70, 14, 28, 7, 21, 5])
    got = yield t.call("rolling_7d_revenue", sales)
    dates = START + pd.to_timedelta([0, 6, 7, 13, 14, 30], unit="D")
    compare(t, got, table(["b"] * 6, dates, [70, 42, 21, 17.5, 14, 5]))


@basic("A region's total of a day is the sum of its sales that day; the mean is over totals.")
def totals_first(t):
    sales = on([3, 2, 3, 3, 2], ["b", "a", "b", "a", "b"], [10, 5, 20, 9, 60])
    got = yield t.call("rolling_7d_revenue", sales)
    dates = START + pd.to_timedelta([2, 3, 2, 3], unit="D")
    compare(t, got, table(["a", "a", "b", "b"], dates, [5, 7, 60, 45]))


@basic("One row for each region and day with a sale, whatever the order of the rows.")
def many(t):
    sales = shop(t.rng, n=200)
    got = yield t.call("rolling_7d_revenue", sales)
    compare(t, got, by_rule(sales))


@basic("Sorted by region, then date.")
def reversed_rows(t):
    sales = shop(t.rng, n=80, index=False).sort_values(["region", "date"], ascending=False)
    got = yield t.call("rolling_7d_revenue", sales)
    compare(t, got, by_rule(sales))


@edge("Days without a sale do not count, not even as 0.")
def long_gaps(t):
    days = np.cumsum(t.rng.integers(5, 12, size=25))
    sales = on(days, ["only"] * 25, t.rng.uniform(1, 100, size=25))
    got = yield t.call("rolling_7d_revenue", sales)
    compare(t, got, by_rule(sales))


@edge("The window has no more than the region's own days with a sale.")
def first_days(t):
    sales = on([10, 0, 12, 3, 11], ["late", "early", "late", "early", "late"], [8, 2, 5, 6, 2])
    got = yield t.call("rolling_7d_revenue", sales)
    compare(t, got, by_rule(sales))


@edge("A region seen once has one row.")
def seen_once(t):
    sales = shop(t.rng, n=30)
    once = on([40], ["lonely"], [12.5])
    sales = pd.concat([sales, once])
    got = yield t.call("rolling_7d_revenue", sales)
    compare(t, got, by_rule(sales))


@edge("The sum of its sales that day, equal rows too.")
def equal_rows(t):
    sales = shop(t.rng, n=20)
    sales = pd.concat([sales, sales, sales.iloc[:7]])
    got = yield t.call("rolling_7d_revenue", sales)
    compare(t, got, by_rule(sales))


@edge("A row whose revenue is NaN is no sale; the sales beside it still are.")
def missing(t):
    sales = on([0, 1, 1, 2, 3, 1, 4], ["a", "a", "a", "a", "a", "b", "b"], [10, 20, np.nan, np.nan, 40, np.nan, 6])
    got = yield t.call("rolling_7d_revenue", sales)
    dates = START + pd.to_timedelta([0, 1, 3, 4], unit="D")
    compare(t, got, table(["a", "a", "a", "b"], dates, [10, 15, 70 / 3, 6]))


@edge("A row whose revenue is NaN is no sale: no day and no region comes of it.")
def many_missing(t):
    sales = shop(t.rng, n=90)
    sales.loc[t.rng.random(90) < 0.3, "revenue"] = np.nan
    sales.loc[sales["region"] == "north", "revenue"] = np.nan
    got = yield t.call("rolling_7d_revenue", sales)
    compare(t, got, by_rule(sales))


@edge("Dates may have a time zone, and keep it.")
def time_zone(t):
    sales = shop(t.rng, n=40, days=40)
    sales["date"] = sales["date"].dt.tz_localize("Asia/Tokyo")
    got = yield t.call("rolling_7d_revenue", sales)
    compare(t, got, by_rule(sales))


@edge("region may be categorical, with unused categories.")
def categories(t):
    # Before pandas 2, categories came in the order in which they appear; here that is the order asked for.
    sales = shop(t.rng, n=40).sort_values("region", kind="stable")
    sales["region"] = pd.Categorical(sales["region"], categories=["coast", "east", "island", "north", "west"])
    got = yield t.call("rolling_7d_revenue", sales)
    compare(t, got, by_rule(sales))


@edge("Rows come with any index.")
def duplicate_index(t):
    sales = shop(t.rng, n=40)
    sales.index = np.resize(np.arange(20), 40)
    got = yield t.call("rolling_7d_revenue", sales)
    compare(t, got, by_rule(sales))


@edge("There may be more columns; they play no part.")
def more_columns(t):
    sales = shop(t.rng, n=40)
    sales.insert(1, "units", np.where(t.rng.random(40) < 0.4, np.nan, 2.0))
    sales["till"] = t.rng.integers(1, 4, size=40)
    got = yield t.call("rolling_7d_revenue", sales)
    compare(t, got, by_rule(sales))


@edge("No sales give no rows, and a row whose revenue is NaN is no sale.")
def no_sales(t):
    for sales in (shop(t.rng, n=5).iloc[:0], on([0, 1, 5], ["a", "b", "a"], [np.nan] * 3)):
        got = yield t.call("rolling_7d_revenue", sales)
        t.frame(got, table([], [], []), index="strict", column_order="strict")


@edge("Revenue in whole numbers has a mean that is not whole.")
def whole_numbers(t):
    sales = shop(t.rng, n=50, days=25)
    sales["revenue"] = t.rng.integers(-20, 100, size=50)
    got = yield t.call("rolling_7d_revenue", sales)
    compare(t, got, by_rule(sales))


@prop("The rules hold for any sales.", repeat=5)
def any_sales(t):
    n = int(t.rng.integers(8, 140))
    names = t.rng.permutation(["oak", "elm", "ash", "fir", "yew", "bay", "box", "fig"])[: [1, 7, 8, 8, 8][t.repetition]]
    sales = shop(t.rng, n=n, regions=names.tolist(), days=int(t.rng.integers(8, 70)))
    got = yield t.call("rolling_7d_revenue", sales)
    compare(t, got, by_rule(sales))


@prop("Rows in another order give the same answer.")
def shuffled(t):
    sales = shop(t.rng)
    got = yield t.call("rolling_7d_revenue", sales.iloc[t.rng.permutation(len(sales))])
    compare(t, got, by_rule(sales))


@prop("Each region stands alone: other regions change nothing.")
def more_regions(t):
    sales = shop(t.rng, regions=("m",), n=40)
    others = shop(t.rng, regions=("a", "z"), n=40)
    got = yield t.call("rolling_7d_revenue", pd.concat([others, sales]))
    expected = by_rule(sales)
    compare(t, rows_of(t, got, "m"), expected)


@prop("Later sales do not change earlier days.")
def future(t):
    sales = shop(t.rng, n=70)
    cut = START + pd.Timedelta(days=30)
    got = yield t.call("rolling_7d_revenue", sales)
    t.check(isinstance(got, pd.DataFrame) and set(COLUMNS) <= set(got.columns), f"the result lacks one of the columns {COLUMNS}")
    part = got[got["date"] <= cut]
    compare(t, part.reset_index(drop=True), by_rule(sales[sales["date"] <= cut]))


@contract("sales stays unchanged.")
def unchanged(t):
    sales = shop(t.rng, n=30)
    sales.iloc[4, 1], sales.iloc[4, 2] = "void", np.nan  # a region of its own: what becomes of it is for edge to ask
    seen = yield t.call("rolling_7d_revenue", sales, _observe=True)
    after = seen.args[0]
    t.check(list(after.columns) == list(sales.columns), f"sales has the columns {list(after.columns)} after the call")
    t.frame(after, sales, index="strict", column_order="strict", rtol=0, atol=0, what="sales after the call")
    compare(t, rows_of(t, seen.result, "east", "north", "west"), by_rule(sales))


@contract("Calls remember nothing.")
def no_memory(t):
    sales = shop(t.rng, n=30)
    others = sales.assign(revenue=sales["revenue"] + 50)
    first = yield t.call("rolling_7d_revenue", sales)
    other = yield t.call("rolling_7d_revenue", others)
    again = yield t.call("rolling_7d_revenue", sales)
    compare(t, other, by_rule(others))
    t.same(first, again)


@contract("The columns are region, date, revenue_7d, with the index 0, 1, 2, ...")
def form(t):
    sales = shop(t.rng, n=30)
    got = yield t.call("rolling_7d_revenue", sales)
    t.check(isinstance(got, pd.DataFrame), "the result is not a DataFrame")
    t.check(list(got.columns) == COLUMNS, f"the columns are {list(got.columns)}, expected {COLUMNS}")
    t.check(list(got.index) == list(range(len(got))), "the index is not 0, 1, 2, ...")
    t.check(pd.api.types.is_datetime64_any_dtype(got["date"]), "date does not hold dates")
    t.check(pd.api.types.is_float_dtype(got["revenue_7d"]), "revenue_7d does not hold floats")
    compare(t, got, by_rule(sales))


@growth("sales", sizes=(100, 400), closed=True)
def sales(t, n):
    return t.call("rolling_7d_revenue", shop(t.rng, n=n, days=15))


@growth("days", sizes=(20, 80), closed=True)
def days(t, n):
    every = np.repeat(np.arange(n), 3)
    return t.call("rolling_7d_revenue", on(every, ["a", "b", "c"] * n, t.rng.uniform(1, 9, size=3 * n)))


@growth("regions", sizes=(5, 20), closed=False)
def regions(t, n):
    names = [f"r{i:02d}" for i in range(n)]
    return t.call("rolling_7d_revenue", on(np.tile(np.arange(20), n), np.repeat(names, 20), t.rng.uniform(1, 9, size=20 * n)))


@speed(limit=5.0, size="50,000 sales in 50 regions")
def large(t):
    return t.call("rolling_7d_revenue", shop(t.rng, n=50_000, regions=[f"r{i:02d}" for i in range(50)], days=365))
