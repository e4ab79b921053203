# trap: wrong
# fails: edge, property
# why: a balance of 0 is called debt
import numpy as np

TIERS = ["debt", "basic", "plus", "gold"]


def etl(df):
    rows = df.sort_values("ts", kind="stable").sort_values("acct", kind="stable").reset_index(drop=True)
    acct = rows["acct"]
    is_reset = rows["kind"] == "reset"
    stretch = is_reset.cumsum()
    amount = rows["amount"].fillna(0)
    balance = amount.groupby([acct, stretch]).cumsum()
    tier = np.select([balance <= 0, balance < 10_000, balance < 50_000], TIERS[:3], TIERS[3])
    last = rows["ts"].where(is_reset).groupby(acct).ffill()
    days = (rows["ts"] - last).dt.days
    out = rows[["acct", "ts"]].assign(balance=balance, tier=tier, days_since_reset=days)
    return out
