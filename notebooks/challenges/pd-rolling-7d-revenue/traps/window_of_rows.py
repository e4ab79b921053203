# trap: wrong
# fails: basic, property
# why: rolling(7) counts rows, not days
import pandas as pd


def rolling_7d_revenue(sales):
    daily = (
        sales.dropna(subset=["revenue"])
        .groupby(["region", "date"], observed=True, as_index=False)["revenue"].sum()
        .sort_values(["region", "date"], ignore_index=True)
    )
    if daily.empty:
        return daily.rename(columns={"revenue": "revenue_7d"})
    rolled = daily.groupby("region", observed=True).rolling(7, min_periods=1)["revenue"].mean()
    return daily[["region", "date"]].assign(revenue_7d=rolled.to_numpy())
