# why: one grouping for everything; days count from the first row of a stretch, where that row is a reset
import numpy as np
import pandas as pd


def etl(df):
    """The same table with one groupby."""
    out = df.sort_values(["acct", "ts"], kind="mergesort").reset_index(drop=True)
    out["amount"] = out["amount"].fillna(0).astype("int64")
    out["resets"] = out["kind"].eq("reset").groupby(out["acct"]).cumsum()
    group = out.groupby(["acct", "resets"])
    out["balance"] = group["amount"].cumsum()
    out["tier"] = np.select(
        [out["balance"] >= 50_000, out["balance"] >= 10_000, out["balance"] >= 0], ["gold", "plus", "basic"], "debt"
    )
    since = out["ts"] - group["ts"].transform("first")
    out["days_since_reset"] = (since // pd.Timedelta(days=1)).where(out["resets"] > 0).astype("Int64")
    return out[["acct", "ts", "balance", "tier", "days_since_reset"]]
