# trap: wrong
# fails: basic, edge, property
# why: the window is seven rows, not seven days
def rolling_7d_revenue(sales):
    known = sales.dropna(subset=["revenue"])
    daily = known.groupby(["region", "date"], as_index=False, observed=True)["revenue"].sum()
    daily["revenue_7d"] = daily.groupby("region", observed=True)["revenue"].transform(lambda s: s.rolling(7, min_periods=1).mean())
    return daily[["region", "date", "revenue_7d"]]
