# trap: wrong
# fails: contract
# why: a default list keeps the sales of earlier calls
import pandas as pd


def rolling_7d_revenue(sales, seen=[]):
    seen.append(sales.dropna(subset=["revenue"]))
    daily = (
        pd.concat(seen, ignore_index=True)
        .groupby(["region", "date"], observed=True, as_index=False)["revenue"].sum()
        .sort_values(["region", "date"], ignore_index=True)
    )
    if daily.empty:
        return daily.rename(columns={"revenue": "revenue_7d"})
    rolled = daily.groupby("region", observed=True).rolling("7D", on="date")["revenue"].mean()
    return daily[["region", "date"]].assign(revenue_7d=rolled.to_numpy())
