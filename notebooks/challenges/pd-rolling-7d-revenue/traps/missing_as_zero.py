# trap: wrong
# fails: edge only
# why: a sum over nothing is 0: a day with missing revenue alone becomes a day with 0
import pandas as pd


def rolling_7d_revenue(sales):
    daily = (
        sales.groupby(["region", "date"], observed=True, as_index=False)["revenue"].sum()
        .sort_values(["region", "date"], ignore_index=True)
    )
    if daily.empty:
        return daily.rename(columns={"revenue": "revenue_7d"})
    rolled = daily.groupby("region", observed=True).rolling("7D", on="date")["revenue"].mean()
    return daily[["region", "date"]].assign(revenue_7d=rolled.to_numpy())
