# trap: weak
# why: scores everybody against everybody and looks at the cities afterwards
import re
import unicodedata
from difflib import SequenceMatcher
from itertools import combinations

import pandas as pd


def key(text):
    if pd.isna(text):
        return ""
    letters = unicodedata.normalize("NFKD", text)
    bare = "".join(c for c in letters if not unicodedata.combining(c))
    return " ".join(sorted(re.findall(r"[^\W_]+", bare.lower())))


def similarity(a, b):
    return SequenceMatcher(None, min(a, b), max(a, b)).ratio()


def clusters(people, threshold):
    lower = {i: i for i in people["rec_id"]}

    def lowest(i):
        while lower[i] != i:
            i = lower[i]
        return i

    rows = list(zip(people["rec_id"], people["name_key"], people["city_key"]))
    for (i, a, city), (j, b, other) in combinations(rows, 2):
        score = similarity(a, b)
        if score >= threshold and a and b and city and city == other:
            i, j = lowest(i), lowest(j)
            lower[max(i, j)] = min(i, j)
    return people["rec_id"].map(lowest)


def best_match(name, city, register, threshold):
    scored = [(-similarity(name, known), ref_id, home) for ref_id, known, home in register if known]
    here = [(score, ref_id) for score, ref_id, home in scored if name and city and city == home]
    score, ref_id = min(here, default=(1.0, pd.NA))
    return (ref_id, -score) if -score >= threshold else (pd.NA, float("nan"))


def dedupe_and_match(rec, ref, threshold):
    people = rec.assign(
        name_key=rec["name"].map(key), city_key=rec["city"].map(key), gaps=rec[["name", "city", "email"]].isna().sum(axis=1)
    )
    people["cluster"] = clusters(people, threshold)
    kept = people.sort_values(["gaps", "rec_id"]).drop_duplicates("cluster")
    kept = kept.sort_values("rec_id", ignore_index=True)

    register = list(zip(ref["ref_id"], ref["name"].map(key), ref["city"].map(key)))
    found = [best_match(n, c, register, threshold) for n, c in zip(kept["name_key"], kept["city_key"])]
    return kept[["rec_id", "cluster"]].assign(
        ref_id=pd.Series([r for r, _ in found], dtype="string"), score=pd.Series([s for _, s in found], dtype=float)
    )
