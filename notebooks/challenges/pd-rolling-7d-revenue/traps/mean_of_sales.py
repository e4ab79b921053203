# trap: wrong
# fails: basic, property
# why: the mean is over sales, not over daily totals
def rolling_7d_revenue(sales):
    known = sales.dropna(subset=["revenue"])
    daily = known.sort_values(["region", "date"])
    windows = daily.groupby("region", observed=True).rolling("7D", on="date")["revenue"]
    mean = windows.mean().rename("revenue_7d").reset_index()
    return mean.drop_duplicates(["region", "date"], keep="last", ignore_index=True)
