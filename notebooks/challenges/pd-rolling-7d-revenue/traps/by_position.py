# trap: wrong
# fails: basic, property
# why: puts the grouped result beside rows that are sorted by date
def rolling_7d_revenue(sales):
    known = sales.dropna(subset=["revenue"])
    daily = known.groupby(["region", "date"], as_index=False, observed=True)["revenue"].sum()
    daily = daily.sort_values(["date", "region"], ignore_index=True)
    daily["revenue_7d"] = daily.groupby("region", observed=True).rolling("7D", on="date")["revenue"].mean().to_numpy()
    return daily.sort_values(["region", "date"], ignore_index=True)[["region", "date", "revenue_7d"]]
