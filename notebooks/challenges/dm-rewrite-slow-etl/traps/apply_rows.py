# trap: weak
# why: apply(axis=1) with state kept outside
import numpy as np
import pandas as pd


def etl(df):
    rows = df.sort_values("ts", kind="stable").sort_values("acct", kind="stable").reset_index(drop=True)
    state = {"acct": None, "balance": 0, "last": None}

    def step(row):
        if row["acct"] != state["acct"]:
            state.update(acct=row["acct"], balance=0, last=None)
        if row["kind"] == "reset":
            state.update(balance=0, last=row["ts"])
        state["balance"] += 0 if pd.isna(row["amount"]) else row["amount"]
        days = np.nan if state["last"] is None else (row["ts"] - state["last"]).days
        return pd.Series({"balance": state["balance"], "days_since_reset": days})

    out = rows[["acct", "ts"]].copy()
    if rows.empty:
        return out.assign(balance=0.0, tier="", days_since_reset=np.nan)
    out[["balance", "days_since_reset"]] = rows.apply(step, axis=1)
    levels = [out["balance"] < 0, out["balance"] < 10_000, out["balance"] < 50_000]
    out["tier"] = np.select(levels, ["debt", "basic", "plus"], "gold")
    return out[["acct", "ts", "balance", "tier", "days_since_reset"]]
