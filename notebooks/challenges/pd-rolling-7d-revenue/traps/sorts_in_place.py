# trap: wrong
# fails: contract only
# why: sorts the caller's table
def rolling_7d_revenue(sales):
    sales.sort_values(["region", "date"], inplace=True)
    known = sales.dropna(subset=["revenue"])
    daily = known.groupby(["region", "date"], as_index=False, observed=True)["revenue"].sum()
    windows = daily.groupby("region", observed=True).rolling("7D", on="date")["revenue"]
    return windows.mean().rename("revenue_7d").reset_index()
