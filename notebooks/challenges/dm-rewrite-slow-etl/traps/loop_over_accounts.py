# trap: weak
# why: a Python loop over accounts, arrays within each
import numpy as np
import pandas as pd

TIERS = ["debt", "basic", "plus", "gold"]
EDGES = [-np.inf, 0, 10_000, 50_000, np.inf]


def _one(rows):
    is_reset = rows["kind"] == "reset"
    balance = rows["amount"].fillna(0).groupby(is_reset.cumsum()).cumsum()
    last = rows["ts"].where(is_reset).ffill()
    return pd.DataFrame({
        "acct": rows["acct"],
        "ts": rows["ts"],
        "balance": balance,
        "tier": pd.cut(balance, EDGES, right=False, labels=TIERS).astype(str),
        "days_since_reset": (rows["ts"] - last).dt.days,
    })


def etl(df):
    rows = df.sort_values("ts", kind="stable").sort_values("acct", kind="stable").reset_index(drop=True)
    if rows.empty:
        return _one(rows)
    return pd.concat([_one(part) for _, part in rows.groupby("acct")])
