# trap: wrong
# fails: basic, edge, property
# why: a row for every calendar day, also without a sale
import pandas as pd


def rolling_7d_revenue(sales):
    known = sales.dropna(subset=["revenue"])
    daily = known.groupby(["region", "date"], as_index=False, observed=True)["revenue"].sum()
    parts = []
    for region, days in daily.groupby("region", observed=True):
        total = days.set_index("date")["revenue"]
        part = total.resample("D").sum(min_count=1).rolling(7, min_periods=1).mean().rename("revenue_7d").reset_index()
        parts.append(part.assign(region=region))
    if not parts:
        return daily.rename(columns={"revenue": "revenue_7d"})
    return pd.concat(parts, ignore_index=True)[["region", "date", "revenue_7d"]]
