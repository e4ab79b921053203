# trap: wrong
# fails: contract only
# why: the index of an earlier table is left
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
    daily.index = daily.index + 1
    return daily[["region", "date"]].assign(revenue_7d=rolled.to_numpy())
