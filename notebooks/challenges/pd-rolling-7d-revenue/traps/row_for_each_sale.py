# trap: wrong
# fails: basic, property
# why: one row for each sale
def rolling_7d_revenue(sales):
    known = sales.dropna(subset=["revenue"])
    known = known.assign(region=known["region"].astype(object))
    daily = known.groupby(["region", "date"], as_index=False, observed=True)["revenue"].sum()
    windows = daily.groupby("region", observed=True).rolling("7D", on="date")["revenue"]
    mean = windows.mean().rename("revenue_7d").reset_index()
    return known[["region", "date"]].merge(mean, on=["region", "date"]).sort_values(["region", "date"], ignore_index=True)
