# trap: wrong
# fails: basic, contract
# why: leaves the daily total in the result
def rolling_7d_revenue(sales):
    known = sales.dropna(subset=["revenue"])
    daily = known.groupby(["region", "date"], as_index=False, observed=True)["revenue"].sum()
    daily["revenue_7d"] = daily.groupby("region", observed=True).rolling("7D", on="date")["revenue"].mean().to_numpy()
    return daily
