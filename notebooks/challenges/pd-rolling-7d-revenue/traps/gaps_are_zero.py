# trap: wrong
# fails: basic, edge, property
# why: fills days without sales with 0
import pandas as pd


def rolling_7d_revenue(sales):
    known = sales.dropna(subset=["revenue"])
    daily = known.groupby(["region", "date"], as_index=False, observed=True)["revenue"].sum()
    parts = []
    for region, days in daily.groupby("region", observed=True):
        total = days.set_index("date")["revenue"]
        every = total.resample("D").sum().rolling(7, min_periods=1).mean()
        part = every.loc[total.index].rename("revenue_7d").reset_index()
        parts.append(part.assign(region=region))
    if not parts:
        return daily.rename(columns={"revenue": "revenue_7d"})
    return pd.concat(parts, ignore_index=True)[["region", "date", "revenue_7d"]]
