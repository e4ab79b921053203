# trap: wrong
# fails: edge only
# why: drops missing rows by their label: equal labels take good rows with them
import pandas as pd


def rolling_7d_revenue(sales):
    missing = sales.index[sales["revenue"].isna()]
    daily = (
        sales.drop(index=missing.unique())
        .groupby(["region", "date"], observed=True, as_index=False)["revenue"].sum()
        .sort_values(["region", "date"], ignore_index=True)
    )
    if daily.empty:
        return daily.rename(columns={"revenue": "revenue_7d"})
    rolled = daily.groupby("region", observed=True).rolling("7D", on="date")["revenue"].mean()
    return daily[["region", "date"]].assign(revenue_7d=rolled.to_numpy())
