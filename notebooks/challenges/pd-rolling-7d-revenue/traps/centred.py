# trap: wrong
# fails: basic, property
# why: three days before and three after
def rolling_7d_revenue(sales):
    known = sales.dropna(subset=["revenue"])
    daily = known.groupby(["region", "date"], as_index=False, observed=True)["revenue"].sum()
    windows = daily.groupby("region", observed=True).rolling("7D", on="date", center=True)["revenue"]
    return windows.mean().rename("revenue_7d").reset_index()
