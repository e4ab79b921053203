# trap: wrong
# fails: basic, edge, property, contract
# why: the result comes in the order of the input
import numpy as np
import pandas as pd

TIERS = ["debt", "basic", "plus", "gold"]
EDGES = [-np.inf, 0, 10_000, 50_000, np.inf]


def etl(df):
    rows = df.reset_index(drop=True)
    rows = rows.sort_values("ts", kind="stable").sort_values("acct", kind="stable")
    acct = rows["acct"]
    is_reset = rows["kind"] == "reset"
    stretch = is_reset.cumsum()
    amount = rows["amount"].fillna(0)
    balance = amount.groupby([acct, stretch]).cumsum()
    tier = pd.cut(balance, EDGES, right=False, labels=TIERS).astype(str)
    last = rows["ts"].where(is_reset).groupby(acct).ffill()
    days = (rows["ts"] - last).dt.days
    out = rows[["acct", "ts"]].assign(balance=balance, tier=tier, days_since_reset=days)
    return out.sort_index()
