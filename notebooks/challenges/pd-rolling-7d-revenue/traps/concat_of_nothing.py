# trap: wrong
# fails: edge only
# why: no rows leave nothing to concatenate
import pandas as pd


def rolling_7d_revenue(sales):
    parts = []
    for region, group in sales.dropna(subset=["revenue"]).groupby("region", observed=True):
        rolled = group.groupby("date")["revenue"].sum().sort_index().rolling("7D").mean()
        parts.append(pd.DataFrame({"region": region, "date": rolled.index, "revenue_7d": rolled.to_numpy()}))
    return pd.concat(parts, ignore_index=True)
