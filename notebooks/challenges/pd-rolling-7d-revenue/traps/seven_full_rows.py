# trap: wrong
# fails: basic, edge, property
# why: seven rows, and NaN until there are seven
def rolling_7d_revenue(sales):
    known = sales.dropna(subset=["revenue"])
    daily = known.groupby(["region", "date"], as_index=False, observed=True)["revenue"].sum()
    daily["revenue_7d"] = daily.groupby("region", observed=True)["revenue"].transform(lambda s: s.rolling(7).mean())
    return daily[["region", "date", "revenue_7d"]]
