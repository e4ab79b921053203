# trap: wrong
# fails: edge only
# why: drops rows with a gap in any column
def rolling_7d_revenue(sales):
    known = sales.dropna()
    daily = known.groupby(["region", "date"], as_index=False, observed=True)["revenue"].sum()
    windows = daily.groupby("region", observed=True).rolling("7D", on="date")["revenue"]
    return windows.mean().rename("revenue_7d").reset_index()
