# trap: wrong
# fails: edge only
# why: concatenates the parts of no regions
import pandas as pd


def rolling_7d_revenue(sales):
    known = sales.dropna(subset=["revenue"])
    daily = known.groupby(["region", "date"], as_index=False, observed=True)["revenue"].sum()
    parts = []
    for region, days in daily.groupby("region", observed=True):
        mean = days.set_index("date")["revenue"].rolling("7D").mean().rename("revenue_7d")
        parts.append(mean.reset_index().assign(region=region))
    return pd.concat(parts, ignore_index=True)[["region", "date", "revenue_7d"]]
