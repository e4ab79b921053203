# trap: weak
# why: adds up the sales in a dict, one after the other
import pandas as pd


def rolling_7d_revenue(sales):
    totals = {}
    for region, date, revenue in zip(sales["region"], sales["date"], sales["revenue"]):
        if pd.notna(revenue):
            totals[region, date] = totals.get((region, date), 0.0) + revenue
    if not totals:
        return sales.iloc[:0].reset_index(drop=True).rename(columns={"revenue": "revenue_7d"})[["region", "date", "revenue_7d"]]
    daily = pd.DataFrame([(*key, total) for key, total in sorted(totals.items())], columns=["region", "date", "revenue"])
    windows = daily.groupby("region", observed=True).rolling("7D", on="date")["revenue"]
    return windows.mean().rename("revenue_7d").reset_index()
