# trap: wrong
# fails: contract only
# why: drops rows of the caller's table in place
import pandas as pd


def rolling_7d_revenue(sales):
    sales.dropna(subset=["revenue"], inplace=True)
    sales.sort_values(["region", "date"], inplace=True)
    daily = sales.groupby(["region", "date"], observed=True, as_index=False)["revenue"].sum()
    if daily.empty:
        return daily.rename(columns={"revenue": "revenue_7d"})
    rolled = daily.groupby("region", observed=True).rolling("7D", on="date")["revenue"].mean()
    return daily[["region", "date"]].assign(revenue_7d=rolled.to_numpy())
