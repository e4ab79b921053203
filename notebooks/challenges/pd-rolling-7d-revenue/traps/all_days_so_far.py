# trap: wrong
# fails: basic, edge, property
# why: the mean of all days up to this one
def rolling_7d_revenue(sales):
    known = sales.dropna(subset=["revenue"])
    daily = known.groupby(["region", "date"], as_index=False, observed=True)["revenue"].sum()
    windows = daily.set_index("date").groupby("region", observed=True)["revenue"].expanding()
    return windows.mean().rename("revenue_7d").reset_index()
