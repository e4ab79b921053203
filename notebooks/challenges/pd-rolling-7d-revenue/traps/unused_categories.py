# trap: wrong
# fails: edge only
# why: observed=False makes a day of 0 for each category that does not occur
import pandas as pd


def rolling_7d_revenue(sales):
    daily = (
        sales.dropna(subset=["revenue"])
        .groupby(["region", "date"], observed=False, as_index=False)["revenue"].sum()
        .sort_values(["region", "date"], ignore_index=True)
    )
    if daily.empty:
        return daily.rename(columns={"revenue": "revenue_7d"})
    rolled = daily.groupby("region", observed=False).rolling("7D", on="date")["revenue"].mean()
    return daily[["region", "date"]].assign(revenue_7d=rolled.to_numpy())
