import numpy as np
import pandas as pd
from assay import basic, contract, edge, growth, prop, public, speed

COLUMNS = ["acct", "ts", "balance", "tier", "days_since_reset"]
START = pd.Timestamp("2024-02-20")


def slow(df):
    """The slow job of the statement on plain Python values."""
    rows = list(zip(df["acct"].tolist(), df["ts"].tolist(), df["kind"].tolist(), df["amount"].tolist()))
    out, balance, last, before = [], 0, None, None
    for acct, ts, kind, amount in sorted(rows, key=lambda row: row[:2]):  # sorted keeps the order of ties
        if acct != before:
            balance, last, before = 0, None, acct
        if kind == "reset":
            balance, last = 0, ts
        balance += amount if amount == amount else 0
        tier = "debt" if balance < 0 else "basic" if balance < 10_000 else "plus" if balance < 50_000 else "gold"
        out.append((acct, ts, balance, tier, np.nan if last is None else (ts - last).days))
    return pd.DataFrame(out, columns=COLUMNS)


def draw(rng, n, accounts=4, text=False, gaps=True):
    """Bookings of some accounts; times are minutes within 40 days, so that few of them are equal."""
    names = rng.permutation(np.arange(2, 2 + accounts) * 5)
    acct = rng.choice(names, size=n)
    df = pd.DataFrame({
        "acct": [f"k{a}" for a in acct] if text else acct,
        "ts": START + pd.to_timedelta(rng.integers(0, 40 * 24 * 60, size=n), unit="min"),
        "kind": rng.choice(["in", "out", "fee", "reset"], size=n, p=[0.4, 0.3, 0.15, 0.15]),
        "amount": rng.integers(-9_000, 14_000, size=n),
    })
    if gaps:
        df["amount"] = df["amount"].astype(float).mask(rng.random(n) < 0.15)
    return df


def bookings(*rows):
    """A table from (acct, hours since START, kind, amount)."""
    acct, hours, kind, amount = zip(*rows)
    return pd.DataFrame({"acct": list(acct), "ts": START + pd.to_timedelta(list(hours), unit="h"),
                         "kind": list(kind), "amount": list(amount)})


def compare(t, got, df):
    t.frame(got, slow(df), index="strict", column_order="strict", rtol=0, atol=0)


def by_hand(t, got, balance=None, tier=None, days=None):
    """Some of the columns, written out."""
    t.check(isinstance(got, pd.DataFrame), "the result is not a DataFrame")
    for name, want in (("balance", balance), ("tier", tier), ("days_since_reset", days)):
        if want is not None:
            t.check(name in got, f"the result lacks {name}")
            t.series(got[name], pd.Series(want), rtol=0, atol=0, what=name)


@public("The worked example of the statement.")
def example(t):
    df = pd.DataFrame({
        "acct": [7, 3, 7, 3, 7],
        "ts": pd.to_datetime(["2024-05-03 09:00", "2024-05-01 00:00", "2024-05-01 10:00",
                              "2024-05-09 00:00", "2024-05-01 10:00"]),
        "kind": ["in", "in", "reset", "out", "in"],
        "amount": [2500, 9999, 8000, -10000, np.nan],
    })
    got = yield t.call("etl", df)
    by_hand(t, got, [9999, -1, 8000, 8000, 10500], ["basic", "debt", "basic", "basic", "plus"], [np.nan, np.nan, 0, 0, 1])
    compare(t, got, df)


@basic("balance restarts at each reset, there it is that row's own amount; other rows add to it.")
def balances(t):
    df = bookings(("a", 0, "in", 700), ("a", 5, "in", 40), ("a", 9, "reset", -300), ("a", 12, "fee", 20),
                  ("a", 13, "reset", 0), ("a", 20, "out", 6), ("b", 1, "out", -90), ("b", 2, "in", 95))
    got = yield t.call("etl", df)
    by_hand(t, got, balance=[700, 740, -300, -280, 0, 6, -90, 5])


@basic("days_since_reset counts whole 24 hours since the account's last reset.")
def days(t):
    df = bookings((4, 0, "in", 1), (4, 30, "reset", 1), (4, 53, "in", 1), (4, 54, "in", 1), (4, 101, "in", 1),
                  (4, 102, "in", 1), (4, 130, "reset", 1), (4, 150, "in", 1), (9, 131, "in", 1), (9, 200, "reset", 1))
    got = yield t.call("etl", df)
    by_hand(t, got, days=[np.nan, 0, 0, 1, 2, 3, 0, 0, np.nan, 0])


@basic("The same table as the slow job: many rows of some accounts.")
def many_rows(t):
    df = draw(t.rng, 240, accounts=7)
    got = yield t.call("etl", df)
    compare(t, got, df)


@basic("Accounts may be text, and amounts integers.")
def text_accounts(t):
    df = draw(t.rng, 120, accounts=5, text=True, gaps=False)
    got = yield t.call("etl", df)
    compare(t, got, df)


@edge("Tiers begin at their cut points: debt below 0, basic from 0, plus from 10,000, gold from 50,000.")
def cut_points(t):
    amounts = [-1, 0, 9_999, 10_000, 49_999, 50_000, 123_456]
    df = bookings(*[(1, k, "reset", a) for k, a in enumerate(amounts)])
    got = yield t.call("etl", df)
    by_hand(t, got, balance=amounts, tier=["debt", "basic", "basic", "plus", "plus", "gold", "gold"])


@edge("Equal ts keep the order of the input.")
def ties(t):
    df = draw(t.rng, 400, accounts=3, gaps=False)
    df["ts"] = START + pd.to_timedelta(t.rng.integers(0, 4, size=400), unit="D")
    df["amount"] = t.rng.permutation(400) * 37 - 5_000
    got = yield t.call("etl", df)
    compare(t, got, df)


@edge("Equal ts keep the order of the input, a reset among them as well.")
def reset_among_ties(t):
    df = bookings((1, 50, "in", 5), (1, 50, "reset", 70), (1, 50, "in", 3), (1, 0, "reset", 900), (1, 50, "in", 1),
                  (1, 50, "in", 2))
    got = yield t.call("etl", df)
    by_hand(t, got, balance=[900, 905, 70, 73, 74, 76], days=[0, 2, 0, 0, 0, 0])


@edge("A missing amount counts as 0, in a reset row too.")
def missing_amounts(t):
    df = bookings((1, 0, "in", np.nan), (1, 1, "in", 30.0), (1, 2, "in", np.nan), (1, 3, "out", -50.0),
                  (1, 4, "reset", np.nan), (1, 5, "in", 8.0), (2, 5, "in", np.nan))
    got = yield t.call("etl", df)
    by_hand(t, got, [0, 30, 30, -20, 0, 8, 0], ["basic", "basic", "basic", "debt", "basic", "basic", "basic"])


@edge("An account without a reset, beside accounts with one: its balance is its own and its days are missing.")
def no_reset(t):
    df = bookings((1, 0, "reset", 10), (1, 9, "in", 1), (2, 1, "in", 20), (2, 60, "in", 2), (3, 2, "in", 30),
                  (3, 70, "reset", 3), (4, 80, "out", 5))
    got = yield t.call("etl", df)
    by_hand(t, got, balance=[10, 11, 20, 22, 30, 3, 5], days=[0, 0, np.nan, np.nan, np.nan, 0, np.nan])


@edge("The first row of an account may be a reset.")
def first_is_reset(t):
    df = bookings((6, 90, "in", 4), (6, 3, "reset", 11), (2, 49, "in", 8), (2, 0, "reset", 7), (2, 80, "reset", 1))
    got = yield t.call("etl", df)
    by_hand(t, got, balance=[7, 15, 1, 11, 15], days=[0, 2, 0, 0, 3])


@edge("Labels of df may repeat.")
def repeated_labels(t):
    df = draw(t.rng, 60)
    df.index = t.rng.permutation(np.resize([0, 5, 5, 2], 60))
    got = yield t.call("etl", df)
    compare(t, got, df)


@edge("There may be no rows.")
def no_rows(t):
    got = yield t.call("etl", draw(t.rng, 5).iloc[:0])
    t.check(isinstance(got, pd.DataFrame), "the result is not a DataFrame")
    t.equal(sorted(got.columns), sorted(COLUMNS), "the columns")
    t.check(len(got) == 0, "rows out of nowhere")


@edge("One row.")
def one_row(t):
    df = bookings(("x", 0, "fee", -1))
    got = yield t.call("etl", df)
    compare(t, got, df)


@edge("The balance is exact, for large amounts too.")
def large_amounts(t):
    df = draw(t.rng, 80, gaps=False)
    df["amount"] = t.rng.integers(-10**11, 10**12, size=80)
    got = yield t.call("etl", df)
    compare(t, got, df)


@edge("Accounts that are numbers are sorted as numbers.")
def numbers_sorted(t):
    df = bookings((10, 0, "in", 1), (9, 1, "in", 2), (100, 2, "in", 3), (9, 0, "in", 4))
    got = yield t.call("etl", df)
    by_hand(t, got, balance=[4, 6, 1, 3])


@prop("The same table as the slow job: random tables.", repeat=6)
def random_tables(t):
    n = int(t.rng.integers(5, 120))
    df = draw(t.rng, n, accounts=[1, 2, 6, 7, 8, 8][t.repetition], text=bool(t.rng.integers(2)))
    if t.repetition % 2:
        df["ts"] = df["ts"].dt.floor("6D")
    got = yield t.call("etl", df)
    compare(t, got, df)


@prop("Accounts do not influence each other: one alone gives its rows of the whole.")
def one_alone(t):
    df = draw(t.rng, 60)
    whole = yield t.call("etl", df)
    compare(t, whole, df)
    one = df["acct"].iloc[3]
    got = yield t.call("etl", df[df["acct"] == one])
    t.frame(got, whole[whole["acct"] == one].reset_index(drop=True), index="strict", column_order="strict", rtol=0, atol=0)


@prop("Without equal times, the order of the input does not matter.")
def shuffled(t):
    df = draw(t.rng, 50)
    df["ts"] = START + pd.to_timedelta(t.rng.permutation(50) * 400, unit="min")
    got = yield t.call("etl", df.iloc[t.rng.permutation(50)])
    compare(t, got, df)


@contract("df stays unchanged.")
def unchanged(t):
    df = draw(t.rng, 40)
    df.index = t.rng.permutation(40)
    seen = yield t.call("etl", df, _observe=True)
    t.frame(seen.args[0], df, index="strict", column_order="strict", rtol=0, atol=0, what="df")
    compare(t, seen.result, df)


@contract("Calls remember nothing.")
def no_memory(t):
    df, other = draw(t.rng, 40), draw(t.rng, 40)
    first = yield t.call("etl", df)
    between = yield t.call("etl", other)
    again = yield t.call("etl", df)
    compare(t, between, other)
    t.same(first, again)


@contract("The result has five columns in this order and a fresh index; tier is text.")
def form(t):
    df = draw(t.rng, 40).assign(note="x")
    df.index = t.rng.permutation(40) + 7
    got = yield t.call("etl", df)
    compare(t, got, df)


@growth("rows", sizes=(100, 400), closed=True)
def rows(t, n):
    return t.call("etl", draw(t.rng, n))


@growth("accounts", sizes=(5, 40), closed=True)
def accounts(t, n):
    return t.call("etl", draw(t.rng, 400, accounts=n))


@speed(limit=6.0, size="50,000 rows of 5,000 accounts")
def large(t):
    return t.call("etl", draw(t.rng, 50_000, accounts=5_000))
