from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from assay import basic, contract, edge, growth, prop, public, speed

COLUMNS = ["sensor", "ts", "value", "filled"]
SIX = ("door", "attic", "barn", "roof", "well", "gate")
TIMES = [("Europe/Berlin", "2024-10-26 08:00"), ("America/New_York", "2024-11-02 18:00"), ("Asia/Kolkata", "2024-07-07"),
         ("Australia/Adelaide", "2024-04-06 04:00"), ("Europe/Berlin", "2024-03-30 08:00"), ("UTC", "2024-12-30")]


def expected(df, tz, limit=2):
    """The rule of the statement, reading by reading and hour by hour, in seconds since 1970."""
    zone, readings = ZoneInfo(tz), {}
    for ts, sensor, value in zip(df["ts"], df["sensor"].tolist(), df["value"].tolist()):
        if value == value:
            at = int(ts.timestamp())  # a naive Timestamp counts as UTC
            clock = datetime.fromtimestamp(at, zone)
            hour = at - 60 * clock.minute - clock.second
            readings.setdefault(sensor, {}).setdefault(hour, []).append(value)
    rows = []
    for sensor in sorted(readings):
        hours, carried, age = readings[sensor], None, 0
        for hour in range(min(hours), max(hours) + 1, 3600):
            if hour in hours:
                carried, age = sum(hours[hour]) / len(hours[hour]), 0
                rows.append((sensor, hour, carried, False))
            else:
                age += 1
                rows.append((sensor, hour, carried if age <= limit else np.nan, age <= limit))
    out = pd.DataFrame(rows, columns=COLUMNS)
    out["ts"] = pd.to_datetime(out["ts"], unit="s", utc=True).dt.tz_convert(tz)
    return out


def draw(rng, n, start="2024-01-10", hours=40, sensors=("door", "attic", "barn"), gaps=True):
    """Readings of some sensors at random minutes, in any order; gaps of some hours come by themselves."""
    df = pd.DataFrame({
        "ts": pd.Timestamp(start) + pd.to_timedelta(rng.integers(0, hours * 60, size=n), unit="min"),
        "sensor": rng.choice(np.array(sensors), size=n),
        "value": rng.normal(20, 5, size=n),
    })
    if gaps:
        df["value"] = df["value"].mask(rng.random(n) < 0.15)
        df.loc[0, "value"], df.loc[1, "value"] = np.nan, 21.0  # at least one of each
    return df


def readings(*rows):
    """A table from (time, sensor, value); naive times."""
    ts, sensor, value = zip(*rows)
    return pd.DataFrame({"ts": pd.to_datetime(list(ts)), "sensor": list(sensor), "value": list(value)})


def compare(t, got, want):
    t.frame(got, want, index="strict", column_order="strict", rtol=1e-9, atol=1e-9)
    tz, wanted = getattr(got["ts"].dtype, "tz", None), want["ts"].dtype.tz
    if str(tz) != str(wanted):
        t.badform(f"ts is in time zone {tz}, expected {wanted}")


def table(tz, *rows):
    """An expected table from (sensor, wall time with offset, value, filled)."""
    out = pd.DataFrame(rows, columns=COLUMNS)
    out["ts"] = pd.to_datetime(out["ts"], utc=True).dt.tz_convert(tz)
    return out


@public("The worked example of the statement.")
def example(t):
    df = readings(("2024-01-05 14:10", "door", 20.0), ("2024-01-05 09:59", "door", 17.0),
                  ("2024-01-05 14:50", "door", 23.0), ("2024-01-05 10:05", "attic", 5.0))
    got = yield t.call("hourly", df, "Europe/Berlin")
    compare(t, got, table(
        "Europe/Berlin", ("attic", "2024-01-05 11:00+01:00", 5.0, False), ("door", "2024-01-05 10:00+01:00", 17.0, False),
        ("door", "2024-01-05 11:00+01:00", 17.0, True), ("door", "2024-01-05 12:00+01:00", 17.0, True),
        ("door", "2024-01-05 13:00+01:00", np.nan, False), ("door", "2024-01-05 14:00+01:00", np.nan, False),
        ("door", "2024-01-05 15:00+01:00", 21.5, False)))


@basic("value is the mean of the hour's readings, carried into the first limit hours of a gap.")
def by_hand(t):
    df = readings(("2024-02-01 08:00", "b", 4.0), ("2024-02-01 03:59", "b", 1.0), ("2024-02-01 08:59", "b", 7.0),
                  ("2024-02-01 03:00", "b", 2.0), ("2024-02-01 08:30", "b", 2.5), ("2024-02-01 04:00", "b", 9.0))
    got = yield t.call("hourly", df, "UTC", limit=1)
    compare(t, got, table(
        "UTC", ("b", "2024-02-01 03:00+00:00", 1.5, False), ("b", "2024-02-01 04:00+00:00", 9.0, False),
        ("b", "2024-02-01 05:00+00:00", 9.0, True), ("b", "2024-02-01 06:00+00:00", np.nan, False),
        ("b", "2024-02-01 07:00+00:00", np.nan, False), ("b", "2024-02-01 08:00+00:00", 4.5, False)))


@basic("ts without a time zone is UTC; the result's ts is in tz.")
def naive_is_utc(t):
    df = readings(("2024-01-31 23:30", "x", 3.0), ("2024-02-01 01:05", "x", 5.0))
    got = yield t.call("hourly", df, "America/New_York")
    compare(t, got, table(
        "America/New_York", ("x", "2024-01-31 18:00-05:00", 3.0, False), ("x", "2024-01-31 19:00-05:00", 3.0, True),
        ("x", "2024-01-31 20:00-05:00", 5.0, False)))


@basic("Each sensor gets every hour from its own first reading's to its last's; df is in any order.")
def many(t):
    df = draw(t.rng, 90, hours=60)
    got = yield t.call("hourly", df, "Europe/Berlin")
    compare(t, got, expected(df, "Europe/Berlin"))


@basic("ts may have a time zone of its own; the instants count.")
def aware(t):
    df = draw(t.rng, 40)
    df["ts"] = df["ts"].dt.tz_localize("Asia/Tokyo")
    got = yield t.call("hourly", df, "Europe/Berlin", 3)
    compare(t, got, expected(df, "Europe/Berlin", 3))


@edge("The day on which an hour comes twice has 25 hours.")
def long_day(t):
    df = readings(("2024-10-27 01:20", "a", 4.0), ("2024-10-27 00:30", "a", 2.0), ("2024-10-26 22:05", "a", 9.0),
                  ("2024-10-27 23:00", "b", 6.0), ("2024-10-26 22:00", "b", 1.0), ("2024-10-27 01:50", "b", 3.0))
    got = yield t.call("hourly", df, "Europe/Berlin", 2)
    want = expected(df, "Europe/Berlin", 2)
    t.check(len(want) == 4 + 26, "the author miscounted")
    compare(t, got, want)


@edge("When clocks change, days have 23 or 25 hours: random readings around both nights.")
def around_changes(t):
    tz, autumn, spring = [("Europe/Berlin", "2024-10-26 12:00", "2024-03-30 12:00"),
                          ("America/New_York", "2024-11-02 20:00", "2024-03-09 20:00")][t.rng.integers(2)]
    df = pd.concat([draw(t.rng, 50, start=autumn, hours=30, sensors=("a", "b")),
                    draw(t.rng, 50, start=spring, hours=30, sensors=("c", "d"))], ignore_index=True)
    got = yield t.call("hourly", df, tz)
    compare(t, got, expected(df, tz))


@edge("The day on which an hour is skipped has 23 hours.")
def short_day(t):
    df = readings(("2024-03-31 02:20", "a", 4.0), ("2024-03-30 23:30", "a", 2.0), ("2024-03-31 00:59", "a", 9.0))
    got = yield t.call("hourly", df, "Europe/Berlin", 5)
    compare(t, got, table(
        "Europe/Berlin", ("a", "2024-03-31 00:00+01:00", 2.0, False), ("a", "2024-03-31 01:00+01:00", 9.0, False),
        ("a", "2024-03-31 03:00+02:00", 9.0, True), ("a", "2024-03-31 04:00+02:00", 4.0, False)))


@edge("Hours are those of the clock in tz: five and a half hours ahead in Kolkata.")
def half_hours(t):
    df = readings(("2024-06-01 05:10", "a", 1.0), ("2024-06-01 05:40", "a", 5.0), ("2024-06-01 06:29", "a", 7.0))
    got = yield t.call("hourly", df, "Asia/Kolkata")
    compare(t, got, table(
        "Asia/Kolkata", ("a", "2024-06-01 10:00+05:30", 1.0, False), ("a", "2024-06-01 11:00+05:30", 6.0, False)))


@edge("Later hours of a gap stay missing and are not marked; each gap counts anew.")
def long_gaps(t):
    df = readings(("2024-05-01 20:10", "a", 3.0), ("2024-05-01 00:10", "a", 1.0), ("2024-05-01 09:10", "a", 2.0),
                  ("2024-05-01 12:10", "a", 2.0), ("2024-05-01 16:10", "a", 7.0))
    got = yield t.call("hourly", df, "Europe/Berlin", 3)  # gaps of 8, 2, 3 and 3 hours
    compare(t, got, expected(df, "Europe/Berlin", 3))


@edge("limit may be 0: nothing is filled.")
def no_fill(t):
    df = draw(t.rng, 30)
    got = yield t.call("hourly", df, "Europe/Berlin", limit=0)
    compare(t, got, expected(df, "Europe/Berlin", 0))


@edge("filled is True only where a value was carried: an hour with readings has its own.")
def equal_values(t):
    df = readings(("2024-05-01 03:10", "a", 0.0), ("2024-05-01 00:10", "a", 1.0), ("2024-05-01 01:10", "a", 1.0),
                  ("2024-05-01 05:10", "a", 0.0))
    got = yield t.call("hourly", df, "UTC")
    t.check(isinstance(got, pd.DataFrame) and "filled" in got, "the result lacks filled")
    t.equal(list(got["filled"]), [False, False, True, False, True, False], "filled")


@edge("Rows without value are dropped first: no hour and no sensor comes of them.")
def missing_readings(t):
    df = readings(("2024-05-01 00:10", "a", np.nan), ("2024-05-01 04:10", "a", 2.0), ("2024-05-01 04:20", "a", np.nan),
                  ("2024-05-01 05:10", "a", np.nan), ("2024-05-01 06:10", "a", 5.0), ("2024-05-01 09:10", "a", np.nan),
                  ("2024-05-01 02:10", "b", np.nan), ("2024-05-01 03:10", "b", np.nan))
    got = yield t.call("hourly", df, "UTC")
    compare(t, got, table("UTC", ("a", "2024-05-01 04:00+00:00", 2.0, False), ("a", "2024-05-01 05:00+00:00", 2.0, True),
                          ("a", "2024-05-01 06:00+00:00", 5.0, False)))


@edge("Each sensor gets its own hours, not those of the others; a value never goes to another sensor.")
def own_hours(t):
    df = readings(("2024-05-03 00:10", "a", 1.0), ("2024-05-03 02:10", "a", 2.0), ("2024-05-01 22:10", "b", 3.0),
                  ("2024-05-01 23:10", "b", 4.0), ("2024-05-03 08:10", "c", 5.0))
    got = yield t.call("hourly", df, "America/New_York")
    compare(t, got, expected(df, "America/New_York"))


@edge("One reading is one row.")
def one_reading(t):
    df = readings(("2024-05-03 00:59:59", "a", 1.5))
    got = yield t.call("hourly", df, "Asia/Kolkata")
    compare(t, got, table("Asia/Kolkata", ("a", "2024-05-03 06:00+05:30", 1.5, False)))


@edge("There may be no rows, or none with a value.")
def no_rows(t):
    nothing = readings(("2024-05-03 00:10", "a", np.nan), ("2024-05-03 02:10", "b", np.nan))
    for df in (nothing.iloc[:0], nothing):
        got = yield t.call("hourly", df, "Europe/Berlin")
        t.check(isinstance(got, pd.DataFrame), "the result is not a DataFrame")
        t.equal(sorted(got.columns), sorted(COLUMNS), "the columns")
        t.check(len(got) == 0, "rows out of nowhere")


@edge("Labels may repeat.")
def repeated_labels(t):
    df = draw(t.rng, 40)
    df.index = t.rng.permutation(np.resize([3, 8, 3, 1], 40))
    got = yield t.call("hourly", df, "Europe/Berlin")
    compare(t, got, expected(df, "Europe/Berlin"))


@edge("Sensors that are numbers are sorted as numbers.")
def numbered_sensors(t):
    df = draw(t.rng, 40, sensors=(10, 9, 100))
    got = yield t.call("hourly", df, "Europe/Berlin")
    compare(t, got, expected(df, "Europe/Berlin"))


@prop("The rule holds for random readings, zones, limits and times of year.", repeat=6)
def random_readings(t):
    tz, start = TIMES[t.repetition]
    limit = int(t.rng.integers(0, 5))
    df = draw(t.rng, int(t.rng.integers(40, 120)), start=start, sensors=SIX)
    got = yield t.call("hourly", df, tz, limit)
    compare(t, got, expected(df, tz, limit))


@prop("Sensors do not influence each other: one alone gives its rows of the whole.")
def one_alone(t):
    df = draw(t.rng, 50)
    whole = yield t.call("hourly", df, "Europe/Berlin")
    compare(t, whole, expected(df, "Europe/Berlin"))
    got = yield t.call("hourly", df[df["sensor"] == "barn"], "Europe/Berlin")
    compare(t, got, whole[whole["sensor"] == "barn"].reset_index(drop=True))


@contract("df stays unchanged.")
def unchanged(t):
    df = draw(t.rng, 30)
    df.index = t.rng.permutation(30)
    seen = yield t.call("hourly", df, "Europe/Berlin", _observe=True)
    t.frame(seen.args[0], df, index="strict", column_order="strict", rtol=0, atol=0, what="df")
    t.check(seen.args[0]["ts"].dtype == df["ts"].dtype, "ts of df has another dtype")
    compare(t, seen.result, expected(df, "Europe/Berlin"))


@contract("Calls remember nothing.")
def no_memory(t):
    df = draw(t.rng, 30)
    first = yield t.call("hourly", df, "Europe/Berlin")
    elsewhere = yield t.call("hourly", df, "Asia/Kolkata")
    compare(t, first, expected(df, "Europe/Berlin"))
    compare(t, elsewhere, expected(df, "Asia/Kolkata"))


@contract("The result has four columns in this order and a fresh index; filled is of True and False.")
def form(t):
    df = draw(t.rng, 30).assign(battery=np.where(np.arange(30) % 4, 0.5, np.nan))[["battery", "value", "ts", "sensor"]]
    df.index = t.rng.permutation(30) + 4
    got = yield t.call("hourly", df, "Europe/Berlin")
    compare(t, got, expected(df, "Europe/Berlin"))
    t.dtype(got["filled"], "b", what="filled")


@growth("rows", sizes=(100, 400), closed=True)
def rows(t, n):
    return t.call("hourly", draw(t.rng, n), "Europe/Berlin")


@growth("sensors", sizes=(4, 16), closed=False)
def sensors(t, n):
    return t.call("hourly", draw(t.rng, 300, sensors=range(n)), "Europe/Berlin")


@speed(limit=5.0, size="300 sensors with 500 readings each")
def large(t):
    df = draw(t.rng, 150_000, hours=600, sensors=range(300))
    return t.call("hourly", df, "Europe/Berlin")
