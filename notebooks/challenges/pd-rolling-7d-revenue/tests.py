import numpy as np
import pandas as pd
from assay import basic, contract, edge, growth, prop, public, speed

NAME = "rolling_7d_revenue"
KEYS = ["region", "date"]
COLUMNS = ["region", "date", "revenue_7d"]


def table(rows, tz=None):
    """A table of sales from (date, region, revenue)."""
    dates, regions, revenue = zip(*rows)
    return pd.DataFrame({"date": pd.to_datetime(list(dates)).tz_localize(tz), "region": list(regions), "revenue": list(revenue)})


def draw(t, rows=60, days=40, regions=3, first="2024-02-10"):
    """Random sales: several a day, in no order, with gaps."""
    day = t.rng.integers(0, days, size=rows)
    return pd.DataFrame({
        "date": pd.Timestamp(first) + pd.to_timedelta(day, unit="D"),
        "region": t.rng.choice([f"r{i:03}" for i in range(regions)], size=rows),
        "revenue": np.round(t.rng.gamma(2.0, 50.0, size=rows), 2),
    })


def definition(sales):
    """The definition in plain dictionaries."""
    totals = {}
    for date, region, revenue in zip(sales["date"], sales["region"], sales["revenue"]):
        if revenue == revenue:
            totals[region, date] = totals.get((region, date), 0.0) + float(revenue)
    rows = []
    for region, date in sorted(totals):
        window = [totals.get((region, date - pd.Timedelta(days=k))) for k in range(7)]
        window = [x for x in window if x is not None]
        rows.append((region, date, sum(window) / len(window)))
    return pd.DataFrame(rows, columns=COLUMNS)


def compare(t, sales, got, sort_by=KEYS):
    if isinstance(got, pd.DataFrame) and "region" in got.columns and isinstance(got["region"].dtype, pd.CategoricalDtype):
        got = got.assign(region=got["region"].astype(object))  # text or category: both are fine
    t.frame(got, definition(sales), sort_by=sort_by, rtol=0, atol=1e-6)


@public("The worked example.")
def example(t):
    sales = table([("2024-03-04", "west", 50.0), ("2024-03-01", "east", 10.0), ("2024-03-01", "east", 30.0),
                   ("2024-03-10", "east", 80.0), ("2024-03-04", "east", 20.0)])
    got = yield t.call(NAME, sales)
    want = table([("2024-03-01", "east", 40.0), ("2024-03-04", "east", 30.0), ("2024-03-10", "east", 50.0), ("2024-03-04", "west", 50.0)])
    t.frame(got, want.rename(columns={"revenue": "revenue_7d"})[COLUMNS], rtol=0, atol=1e-6)


@basic("revenue_7d is the mean of the daily totals over the day and the six calendar days before it.")
def by_hand(t):
    sales = table([("2024-01-01", "a", 6.0), ("2024-01-02", "a", 1.0), ("2024-01-02", "a", 2.0), ("2024-01-08", "a", 12.0),
                   ("2024-01-20", "a", 5.0), ("2024-01-02", "b", 100.0), ("2024-01-03", "b", 50.0), ("2024-01-03", "b", 50.0)])
    got = yield t.call(NAME, sales)
    compare(t, sales, got)


@basic("A day without sales is not a day with 0.")
def gaps(t):
    sales = draw(t, rows=25, days=60, regions=2)
    got = yield t.call(NAME, sales)
    compare(t, sales, got)


@basic("Add up a region's revenue of each day first.")
def many_a_day(t):
    sales = draw(t, rows=120, days=12, regions=2)
    got = yield t.call(NAME, sales)
    compare(t, sales, got)


@basic("Rows are sorted by region, then date.")
def order(t):
    sales = draw(t, rows=50, days=30, regions=4)
    got = yield t.call(NAME, sales)
    compare(t, sales, got, sort_by=None)


@edge("Six calendar days before the day belong to the window, the seventh does not.")
def last_day_of_the_window(t):
    sales = table([("2024-02-26", "a", 10.0), ("2024-03-03", "a", 20.0), ("2024-03-04", "a", 40.0), ("2024-03-11", "a", 5.0)])
    got = yield t.call(NAME, sales)
    compare(t, sales, got)


@edge("Rows with missing revenue are left out first.")
def missing_revenue(t):
    sales = draw(t, rows=50, days=25, regions=2)
    sales.loc[t.rng.permutation(50)[:8], "revenue"] = np.nan
    alone = table([("2024-05-01", "r000", np.nan), ("2024-05-02", "r000", 7.0), ("2024-05-02", "r001", np.nan)])
    sales = pd.concat([sales, alone], ignore_index=True)
    got = yield t.call(NAME, sales)
    compare(t, sales, got)


@edge("A region with one sale has one row.")
def one_sale(t):
    sales = pd.concat([draw(t, rows=20, days=10, regions=1), table([("2024-02-14", "single", 3.5)])], ignore_index=True)
    got = yield t.call(NAME, sales)
    compare(t, sales, got)


@edge("Rows come with any index, also with equal labels.")
def duplicate_index(t):
    sales = draw(t, rows=40, days=20, regions=2)
    sales.loc[3, "revenue"] = np.nan
    sales.index = t.rng.integers(0, 6, size=40)
    got = yield t.call(NAME, sales)
    compare(t, sales, got)


@edge("region may be categorical, with unused categories.")
def unused_categories(t):
    sales = draw(t, rows=30, days=15, regions=2)
    sales["region"] = pd.Categorical(sales["region"], categories=["a-unused", "r000", "r001", "z-unused"])
    got = yield t.call(NAME, sales)
    compare(t, sales.assign(region=sales["region"].astype(object)), got)


@edge("A UTC time zone stays.")
def utc_dates(t):
    sales = draw(t, rows=30, days=15, regions=2)
    sales["date"] = sales["date"].dt.tz_localize("UTC")
    got = yield t.call(NAME, sales)
    compare(t, sales, got)


@edge("revenue may hold integers: the mean has fractions.")
def integers(t):
    sales = draw(t, rows=40, days=15, regions=2)
    sales["revenue"] = t.rng.integers(-20, 90, size=40)
    got = yield t.call(NAME, sales)
    compare(t, sales, got)


@edge("No rows give no rows.")
def no_rows(t):
    got = yield t.call(NAME, draw(t).iloc[:0])
    t.check(isinstance(got, pd.DataFrame) and len(got) == 0 and list(got.columns) == COLUMNS,
            "expected an empty DataFrame with the columns region, date, revenue_7d")


@prop("The definition holds for any table.", repeat=30)
def any_table(t):
    sales = draw(t, rows=int(t.rng.integers(1, 50)), days=int(t.rng.integers(1, 40)), regions=int(t.rng.integers(1, 5)))
    got = yield t.call(NAME, sales)
    compare(t, sales, got)


@prop("Rows come in any order.", repeat=5)
def any_order(t):
    sales = draw(t)
    again = yield t.call(NAME, sales.iloc[t.rng.permutation(len(sales))])
    compare(t, sales, again)


@prop("Regions do not influence each other: a table of one, and the same among others.", repeat=5)
def other_regions(t):
    sales = draw(t)
    one = sales[sales["region"] == "r001"]
    alone = yield t.call(NAME, one)
    compare(t, one, alone)
    among = yield t.call(NAME, sales)
    compare(t, sales, among)


@prop("Other names, other days, another currency: the same averages, named, moved and scaled.", repeat=5)
def moved(t):
    sales = draw(t)
    names = {"r000": "north", "r001": "east", "r002": "south"}
    sales = sales.assign(date=sales["date"] + pd.Timedelta(days=1000), region=sales["region"].map(names), revenue=sales["revenue"] / 7)
    got = yield t.call(NAME, sales)
    compare(t, sales, got)


@contract("sales is not changed.")
def input_unchanged(t):
    sales = draw(t)
    sales.loc[5, "revenue"] = np.nan
    seen = yield t.call(NAME, sales, _observe=True)
    t.frame(seen.args[0], sales, index="strict", column_order="strict", rtol=0, atol=0, what="sales after the call")


@contract("The columns are region, date, revenue_7d, with the index 0, 1, 2 and so on.")
def exact_form(t):
    sales = draw(t)
    got = yield t.call(NAME, sales)
    t.frame(got, definition(sales), index="strict", column_order="strict", rtol=0, atol=1e-6)


@contract("Earlier calls change nothing.")
def no_memory(t):
    sales, other = draw(t), draw(t, rows=30)
    once = yield t.call(NAME, sales)
    between = yield t.call(NAME, other)
    again = yield t.call(NAME, sales)
    t.same(once, again)
    compare(t, other, between)


@growth("rows", sizes=(100, 400), closed=True)
def rows(t, n):
    return t.call(NAME, draw(t, rows=n, days=20, regions=3))


@growth("days", sizes=(40, 160), closed=True)
def days(t, n):
    return t.call(NAME, draw(t, rows=600, days=n, regions=2))


@speed(limit=5.0)
def large(t):
    return t.call(NAME, draw(t, rows=50000, days=365, regions=50))
