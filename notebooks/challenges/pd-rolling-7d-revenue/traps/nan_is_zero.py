# trap: wrong
# fails: edge only
# why: missing revenue becomes 0, and its day a day with sales
def rolling_7d_revenue(sales):
    known = sales.assign(revenue=sales["revenue"].fillna(0))
    daily = known.groupby(["region", "date"], as_index=False, observed=True)["revenue"].sum()
    windows = daily.groupby("region", observed=True).rolling("7D", on="date")["revenue"]
    return windows.mean().rename("revenue_7d").reset_index()
