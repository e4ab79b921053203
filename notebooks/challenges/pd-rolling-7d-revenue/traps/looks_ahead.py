# trap: wrong
# fails: basic, property
# why: the window lies after the day, not before it
import pandas as pd


def rolling_7d_revenue(sales):
    daily = (
        sales.dropna(subset=["revenue"])
        .groupby(["region", "date"], observed=True, as_index=False)["revenue"].sum()
        .sort_values(["region", "date"], ignore_index=True)
    )
    if daily.empty:
        return daily.rename(columns={"revenue": "revenue_7d"})
    back = daily.assign(date=pd.Timestamp("2100-01-01", tz=daily["date"].dt.tz) - (daily["date"] - pd.Timestamp("2000-01-01", tz=daily["date"].dt.tz)))
    back = back.iloc[::-1]
    rolled = back.groupby("region", observed=True).rolling("7D", on="date")["revenue"].mean()
    rolled.index = rolled.index.droplevel(0)
    return daily[["region", "date"]].assign(revenue_7d=rolled)
