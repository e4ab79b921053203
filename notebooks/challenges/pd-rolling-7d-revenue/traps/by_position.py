# trap: wrong
# fails: basic, property
# why: puts the groups back by position into a table that is sorted by date
import pandas as pd


def rolling_7d_revenue(sales):
    daily = (
        sales.dropna(subset=["revenue"])
        .groupby(["region", "date"], observed=True, as_index=False)["revenue"].sum()
        .sort_values(["region", "date"], ignore_index=True)
    )
    if daily.empty:
        return daily.rename(columns={"revenue": "revenue_7d"})
    rolled = daily.groupby("region", observed=True).rolling("7D", on="date")["revenue"].mean()
    other = daily.sort_values(["date", "region"], ignore_index=True)
    return other[["region", "date"]].assign(revenue_7d=rolled.to_numpy()).sort_values(["region", "date"], ignore_index=True)
