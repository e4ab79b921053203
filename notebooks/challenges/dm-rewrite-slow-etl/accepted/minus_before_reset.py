# why: running sums per account, from which the sum before the last reset is taken away; tiers by a chain of where
import numpy as np
import pandas as pd


def etl(df):
    """The same table with sums per account."""
    rows = df.assign(place=np.arange(len(df))).sort_values(["acct", "ts", "place"]).reset_index(drop=True)
    rows["amount"] = rows["amount"].fillna(0)
    total = rows.groupby("acct")["amount"].cumsum()
    rows["before"] = (total - rows["amount"]).where(rows["kind"] == "reset")
    rows["reset_ts"] = rows["ts"].where(rows["kind"] == "reset")
    last = rows.groupby("acct")[["before", "reset_ts"]].ffill()
    balance = total - last["before"].fillna(0)
    tier = pd.Series("debt", index=rows.index).mask(balance >= 0, "basic")
    tier = tier.mask(balance >= 10_000, "plus").mask(balance >= 50_000, "gold")
    days = np.floor((rows["ts"] - last["reset_ts"]) / pd.Timedelta(days=1))
    return rows[["acct", "ts"]].assign(balance=balance, tier=tier, days_since_reset=days)
