import pandas as pd


def rolling_7d_revenue(sales):
    """Seven-day average of daily revenue, for each region."""
    raise NotImplementedError("your answer goes here")
