# trap: wrong
# fails: contract only
# why: puts a helper column into the caller's table
def rolling_7d_revenue(sales):
    sales["day"] = sales["date"].dt.normalize()
    known = sales.dropna(subset=["revenue"])
    daily = known.groupby(["region", "date"], as_index=False, observed=True)["revenue"].sum()
    windows = daily.groupby("region", observed=True).rolling("7D", on="date")["revenue"]
    return windows.mean().rename("revenue_7d").reset_index()
