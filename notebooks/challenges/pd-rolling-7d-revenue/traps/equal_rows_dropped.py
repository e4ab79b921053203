# trap: wrong
# fails: edge only
# why: takes equal rows for duplicates
def rolling_7d_revenue(sales):
    known = sales.dropna(subset=["revenue"]).drop_duplicates()
    daily = known.groupby(["region", "date"], as_index=False, observed=True)["revenue"].sum()
    windows = daily.groupby("region", observed=True).rolling("7D", on="date")["revenue"]
    return windows.mean().rename("revenue_7d").reset_index()
