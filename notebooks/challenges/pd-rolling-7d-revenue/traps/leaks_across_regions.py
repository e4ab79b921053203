# trap: wrong
# fails: basic, property
# why: one window over all regions
import pandas as pd


def rolling_7d_revenue(sales):
    daily = (
        sales.dropna(subset=["revenue"])
        .groupby(["region", "date"], observed=True, as_index=False)["revenue"].sum()
        .sort_values(["region", "date"], ignore_index=True)
    )
    if daily.empty:
        return daily.rename(columns={"revenue": "revenue_7d"})
    rolled = daily.sort_values("date").rolling("7D", on="date")["revenue"].mean().sort_index()
    return daily[["region", "date"]].assign(revenue_7d=rolled)
