# trap: wrong
# fails: basic, edge, property
# why: one window over all regions
def rolling_7d_revenue(sales):
    known = sales.dropna(subset=["revenue"])
    daily = known.groupby(["region", "date"], as_index=False, observed=True)["revenue"].sum()
    daily = daily.sort_values("date")
    daily["revenue_7d"] = daily.rolling("7D", on="date")["revenue"].mean()
    return daily.sort_values(["region", "date"], ignore_index=True)[["region", "date", "revenue_7d"]]
