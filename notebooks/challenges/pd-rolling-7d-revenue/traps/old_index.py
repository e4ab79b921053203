# trap: wrong
# fails: basic, contract
# why: leaves the index of the sorted table
def rolling_7d_revenue(sales):
    known = sales.dropna(subset=["revenue"])
    daily = known.groupby(["region", "date"], as_index=False, observed=True)["revenue"].sum()
    windows = daily.groupby("region", observed=True).rolling("7D", on="date")["revenue"]
    mean = windows.mean().rename("revenue_7d").reset_index()
    mean.index += 1
    return mean
