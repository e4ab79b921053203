# trap: wrong
# fails: edge only
# why: takes the time zone off the dates
def rolling_7d_revenue(sales):
    known = sales.dropna(subset=["revenue"])
    daily = known.groupby(["region", "date"], as_index=False, observed=True)["revenue"].sum()
    windows = daily.groupby("region", observed=True).rolling("7D", on="date")["revenue"]
    return windows.mean().rename("revenue_7d").reset_index().assign(date=lambda d: d["date"].dt.tz_localize(None))
