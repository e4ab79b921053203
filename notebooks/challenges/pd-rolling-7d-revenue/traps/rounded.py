# trap: wrong
# fails: basic, property
# why: rounds to two digits
def rolling_7d_revenue(sales):
    known = sales.dropna(subset=["revenue"])
    daily = known.groupby(["region", "date"], as_index=False, observed=True)["revenue"].sum()
    windows = daily.groupby("region", observed=True).rolling("7D", on="date")["revenue"]
    return windows.mean().round(2).rename("revenue_7d").reset_index()
