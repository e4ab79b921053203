# trap: weak
# why: calls the slow job
import numpy as np
import pandas as pd


def slow_etl(df):
    """The job as it runs today: right, and too slow. Use it to check your answer."""
    out = []
    for acct in sorted(df["acct"].unique()):
        rows = df[df["acct"] == acct].sort_values("ts", kind="stable")
        balance, last = 0, None
        for _, row in rows.iterrows():
            if row["kind"] == "reset":
                balance, last = 0, row["ts"]
            if pd.notna(row["amount"]):
                balance += row["amount"]
            if balance < 0:
                tier = "debt"
            elif balance < 10_000:
                tier = "basic"
            elif balance < 50_000:
                tier = "plus"
            else:
                tier = "gold"
            days = np.nan if last is None else (row["ts"] - last).days
            out.append([acct, row["ts"], balance, tier, days])
    return pd.DataFrame(out, columns=["acct", "ts", "balance", "tier", "days_since_reset"])


def etl(df):
    return slow_etl(df)
