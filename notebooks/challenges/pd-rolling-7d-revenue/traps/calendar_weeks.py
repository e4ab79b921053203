# trap: wrong
# fails: basic, edge, property
# why: the mean of the calendar week, Monday to Sunday
import pandas as pd


def rolling_7d_revenue(sales):
    known = sales.dropna(subset=["revenue"])
    daily = known.groupby(["region", "date"], as_index=False, observed=True)["revenue"].sum()
    week = daily["date"] - pd.to_timedelta(daily["date"].dt.weekday, unit="D")
    daily["revenue_7d"] = daily.groupby(["region", week.rename("week")], observed=True)["revenue"].transform("mean")
    return daily[["region", "date", "revenue_7d"]]
