# trap: weak
# why: joins every record with every other and applies the score row by row
from difflib import SequenceMatcher
from itertools import combinations

import pandas as pd


def keys(column):
    text = column.astype("string").fillna("").str.normalize("NFKD").str.replace(r"[\u0300-\u036f]", "", regex=True)
    words = text.str.lower().str.replace(r"[\W_]+", " ", regex=True).str.split()
    return words.map(lambda w: " ".join(sorted(w))).astype(object)


def similarity(a, b):
    return SequenceMatcher(None, min(a, b), max(a, b)).ratio()


def clusters(people, threshold):
    lower = {i: i for i in people["rec_id"]}

    def lowest(i):
        while lower[i] != i:
            lower[i] = lower[lower[i]]
            i = lower[i]
        return i

    known = people[(people["name_key"] != "") & (people["city_key"] != "")]
    pairs = known.merge(known, how="cross", suffixes=("", "_other"))
    pairs = pairs[pairs["rec_id"] < pairs["rec_id_other"]]
    if len(pairs) == 0:
        return people["rec_id"]
    scores = pairs.apply(lambda row: similarity(row["name_key"], row["name_key_other"]), axis=1)
    linked = pairs[(scores >= threshold) & (pairs["city_key"] == pairs["city_key_other"])]
    for i, j in zip(linked["rec_id"], linked["rec_id_other"]):
        i, j = lowest(i), lowest(j)
        lower[max(i, j)] = min(i, j)
    return people["rec_id"].map(lowest)


def best_match(name, register, threshold):
    scored = [(-similarity(name, other), ref_id) for ref_id, other in register] if name else []
    score, ref_id = min(scored, default=(1.0, pd.NA))
    return (ref_id, -score) if -score >= threshold else (pd.NA, float("nan"))


def dedupe_and_match(rec, ref, threshold):
    people = rec.assign(
        name_key=keys(rec["name"]), city_key=keys(rec["city"]), filled=rec[["name", "city", "email"]].notna().sum(axis=1)
    )
    people["cluster"] = clusters(people, threshold)
    kept = people.sort_values(["filled", "rec_id"], ascending=[False, True]).drop_duplicates("cluster")
    kept = kept.sort_values("rec_id", ignore_index=True)

    register = {}
    for ref_id, name, city in zip(ref["ref_id"], keys(ref["name"]), keys(ref["city"])):
        if name and city:
            register.setdefault(city, []).append((ref_id, name))
    found = [best_match(n, register.get(c, []), threshold) for n, c in zip(kept["name_key"], kept["city_key"])]
    return kept[["rec_id", "cluster"]].assign(
        ref_id=pd.Series([r for r, _ in found], dtype="string"), score=pd.Series([s for _, s in found], dtype=float)
    )
