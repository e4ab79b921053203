# trap: wrong
# fails: edge
# why: collects the rows of each region by label: rows with equal labels come more than once
import pandas as pd


def rolling_7d_revenue(sales):
    known = sales.dropna(subset=["revenue"])
    parts = [known.loc[known.index[known["region"] == region]].assign(region=region) for region in known["region"].unique()]
    known = pd.concat(parts) if parts else known
    daily = known.groupby(["region", "date"], as_index=False, observed=True)["revenue"].sum()
    windows = daily.groupby("region", observed=True).rolling("7D", on="date")["revenue"]
    return windows.mean().rename("revenue_7d").reset_index()
