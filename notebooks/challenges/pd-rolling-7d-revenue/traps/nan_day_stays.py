# trap: wrong
# fails: edge only
# why: a day with missing revenue alone gets a row
def rolling_7d_revenue(sales):
    known = sales
    daily = known.groupby(["region", "date"], as_index=False, observed=True)["revenue"].sum(min_count=1)
    windows = daily.groupby("region", observed=True).rolling("7D", on="date")["revenue"]
    return windows.mean().rename("revenue_7d").reset_index()
