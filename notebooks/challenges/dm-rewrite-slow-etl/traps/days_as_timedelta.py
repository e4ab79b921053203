# trap: wrong
# fails: basic, edge, property, contract
# why: days stay time spans
import numpy as np
import pandas as pd

TIERS = ["debt", "basic", "plus", "gold"]
EDGES = [-np.inf, 0, 10_000, 50_000, np.inf]


def etl(df):
    rows = df.sort_values("ts", kind="stable").sort_values("acct", kind="stable").reset_index(drop=True)
    acct = rows["acct"]
    is_reset = rows["kind"] == "reset"
    stretch = is_reset.cumsum()
    amount = rows["amount"].fillna(0)
    balance = amount.groupby([acct, stretch]).cumsum()
    tier = pd.cut(balance, EDGES, right=False, labels=TIERS).astype(str)
    last = rows["ts"].where(is_reset).groupby(acct).ffill()
    days = (rows["ts"] - last).dt.floor("D")
    out = rows[["acct", "ts"]].assign(balance=balance, tier=tier, days_since_reset=days)
    return out
