# trap: wrong
# fails: contract
# why: remembers the daily totals by the number of sales
_daily = {}


def rolling_7d_revenue(sales):
    known = sales.dropna(subset=["revenue"])
    daily = _daily.setdefault(len(known), known.groupby(["region", "date"], as_index=False, observed=True)["revenue"].sum())
    windows = daily.groupby("region", observed=True).rolling("7D", on="date")["revenue"]
    return windows.mean().rename("revenue_7d").reset_index()
