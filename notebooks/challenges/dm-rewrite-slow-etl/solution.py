import numpy as np
import pandas as pd

TIERS = ["debt", "basic", "plus", "gold"]
EDGES = [-np.inf, 0, 10_000, 50_000, np.inf]  # each tier begins at its edge


def etl(df: pd.DataFrame) -> pd.DataFrame:
    """Running balance, tier and days since the last reset, account by account.

    Args:
        df: columns acct, ts, kind, amount (whole cents, may be missing), in any order.

    Returns:
        Columns acct, ts, balance, tier, days_since_reset; by acct, then ts, equal times in the order of df.
    """
    rows = df.sort_values("ts", kind="stable").sort_values("acct", kind="stable", ignore_index=True)
    acct = rows["acct"]
    is_reset = rows["kind"] == "reset"
    stretch = is_reset.cumsum()  # rows of one account and one stretch share a balance
    balance = rows["amount"].fillna(0).groupby([acct, stretch]).cumsum()
    last_reset = rows["ts"].where(is_reset).groupby(acct).ffill()
    return pd.DataFrame({
        "acct": acct,
        "ts": rows["ts"],
        "balance": balance,
        "tier": pd.cut(balance, EDGES, right=False, labels=TIERS).astype(str),
        "days_since_reset": (rows["ts"] - last_reset).dt.days,
    })
