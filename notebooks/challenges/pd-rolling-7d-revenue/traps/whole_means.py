# trap: wrong
# fails: edge
# why: cuts the means of whole numbers
def rolling_7d_revenue(sales):
    known = sales.dropna(subset=["revenue"])
    daily = known.groupby(["region", "date"], as_index=False, observed=True)["revenue"].sum()
    windows = daily.groupby("region", observed=True).rolling("7D", on="date")["revenue"]
    mean = windows.mean().rename("revenue_7d").reset_index()
    if sales["revenue"].dtype.kind == "i":
        mean["revenue_7d"] = mean["revenue_7d"] // 1
    return mean
