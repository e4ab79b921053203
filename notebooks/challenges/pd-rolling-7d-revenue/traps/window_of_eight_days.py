# trap: wrong
# fails: edge
# why: eight days: the same weekday a week ago is in the window
import pandas as pd


def rolling_7d_revenue(sales):
    daily = (
        sales.dropna(subset=["revenue"])
        .groupby(["region", "date"], observed=True, as_index=False)["revenue"].sum()
        .sort_values(["region", "date"], ignore_index=True)
    )
    if daily.empty:
        return daily.rename(columns={"revenue": "revenue_7d"})
    rolled = daily.groupby("region", observed=True).rolling("8D", on="date")["revenue"].mean()
    return daily[["region", "date"]].assign(revenue_7d=rolled.to_numpy())
