# trap: wrong
# fails: edge only
# why: moves the dates to UTC and cuts them to days
import pandas as pd


def rolling_7d_revenue(sales):
    known = sales.dropna(subset=["revenue"])
    known = known.assign(date=pd.to_datetime(known["date"], utc=True).dt.floor("D").dt.tz_localize(None))
    daily = known.groupby(["region", "date"], as_index=False, observed=True)["revenue"].sum()
    windows = daily.groupby("region", observed=True).rolling("7D", on="date")["revenue"]
    return windows.mean().rename("revenue_7d").reset_index()
