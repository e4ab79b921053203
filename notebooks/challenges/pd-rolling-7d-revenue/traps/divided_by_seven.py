# trap: wrong
# fails: basic, property
# why: divides by seven: days without sales count as 0
import pandas as pd


def rolling_7d_revenue(sales):
    daily = (
        sales.dropna(subset=["revenue"])
        .groupby(["region", "date"], observed=True, as_index=False)["revenue"].sum()
        .sort_values(["region", "date"], ignore_index=True)
    )
    if daily.empty:
        return daily.rename(columns={"revenue": "revenue_7d"})
    rolled = daily.groupby("region", observed=True).rolling("7D", on="date")["revenue"].sum() / 7
    return daily[["region", "date"]].assign(revenue_7d=rolled.to_numpy())
