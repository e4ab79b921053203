import pandas as pd


def rolling_7d_revenue(sales):
    """Mean of the daily totals of the last seven days, for each region and day with sales."""
    raise NotImplementedError("your answer goes here")
