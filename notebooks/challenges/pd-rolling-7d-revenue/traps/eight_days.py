# trap: wrong
# fails: basic, property
# why: the window holds eight days
def rolling_7d_revenue(sales):
    known = sales.dropna(subset=["revenue"])
    daily = known.groupby(["region", "date"], as_index=False, observed=True)["revenue"].sum()
    windows = daily.groupby("region", observed=True).rolling("8D", on="date")["revenue"]
    return windows.mean().rename("revenue_7d").reset_index()
