# trap: weak
# why: one pass with itertuples over sorted rows
import numpy as np
import pandas as pd


def etl(df):
    out = []
    balance, last, before = 0, None, None
    ordered = df.sort_values("ts", kind="stable").sort_values("acct", kind="stable")
    for row in ordered.itertuples(index=False):
        if row.acct != before:
            balance, last, before = 0, None, row.acct
        if row.kind == "reset":
            balance, last = 0, row.ts
        balance += 0 if pd.isna(row.amount) else row.amount
        if balance < 0:
            tier = "debt"
        elif balance < 10_000:
            tier = "basic"
        else:
            tier = "plus" if balance < 50_000 else "gold"
        out.append([row.acct, row.ts, balance, tier, np.nan if last is None else (row.ts - last).days])
    return pd.DataFrame(out, columns=["acct", "ts", "balance", "tier", "days_since_reset"])
