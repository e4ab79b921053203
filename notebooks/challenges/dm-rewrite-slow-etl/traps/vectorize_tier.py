# trap: weak
# why: np.vectorize for the tiers is a loop with a nice name
import numpy as np


def _tier(balance):
    if balance < 0:
        return "debt"
    if balance < 10_000:
        return "basic"
    return "plus" if balance < 50_000 else "gold"


_tiers = np.vectorize(_tier, otypes=[object])


def etl(df):
    rows = df.sort_values("ts", kind="stable").sort_values("acct", kind="stable").reset_index(drop=True)
    acct = rows["acct"]
    is_reset = rows["kind"] == "reset"
    stretch = is_reset.cumsum()
    amount = rows["amount"].fillna(0)
    balance = amount.groupby([acct, stretch]).cumsum()
    tier = _tiers(balance.to_numpy())
    last = rows["ts"].where(is_reset).groupby(acct).ffill()
    days = (rows["ts"] - last).dt.days
    out = rows[["acct", "ts"]].assign(balance=balance, tier=tier, days_since_reset=days)
    return out
