# trap: wrong
# fails: edge only
# why: one missing revenue makes the whole day missing
def rolling_7d_revenue(sales):
    known = sales
    daily = known.groupby(["region", "date"], as_index=False, observed=True)["revenue"].agg(lambda s: s.sum(skipna=False))
    windows = daily.groupby("region", observed=True).rolling("7D", on="date")["revenue"]
    return windows.mean().rename("revenue_7d").reset_index().dropna().reset_index(drop=True)
