import re
import unicodedata
from difflib import SequenceMatcher
from itertools import combinations

import pandas as pd


def key(text: str | None) -> str:
    """Comparable text: no accents, lower case, words sorted; "" where nothing is left."""
    if pd.isna(text):
        return ""
    letters = unicodedata.normalize("NFKD", text)
    bare = "".join(c for c in letters if not unicodedata.combining(c))
    return " ".join(sorted(re.findall(r"[^\W_]+", bare.lower())))


def similarity(a: str, b: str) -> float:
    """Score of two name keys, whichever comes first."""
    return SequenceMatcher(None, min(a, b), max(a, b)).ratio()


def by_city(ids: pd.Series, names: pd.Series, cities: pd.Series) -> dict[str, list[tuple]]:
    """Id and name key of everybody with a name and a city, city by city: only these are compared."""
    blocks = {}
    for i, name, city in zip(ids, names, cities):
        if name and city:
            blocks.setdefault(city, []).append((i, name))
    return blocks


def clusters(people: pd.DataFrame, threshold: float) -> pd.Series:
    """Lowest rec_id among all records that are linked to each record."""
    lower = {i: i for i in people["rec_id"]}

    def lowest(i):
        while lower[i] != i:
            i = lower[i]
        return i

    for block in by_city(people["rec_id"], people["name_key"], people["city_key"]).values():
        for (i, a), (j, b) in combinations(block, 2):
            i, j = lowest(i), lowest(j)
            if i != j and similarity(a, b) >= threshold:
                lower[max(i, j)] = min(i, j)
    return people["rec_id"].map(lowest)


def best_match(name: str, register: list[tuple[str, str]], threshold: float) -> tuple:
    """ref_id and score of the best match in a city's register; NA and NaN when there is none."""
    scored = [(-similarity(name, other), ref_id) for ref_id, other in register] if name else []
    score, ref_id = min(scored, default=(1.0, pd.NA))
    return (ref_id, -score) if -score >= threshold else (pd.NA, float("nan"))


def dedupe_and_match(rec: pd.DataFrame, ref: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """One row per person in rec, with the best match in ref.

    Args:
        rec: rec_id, name, city, email; one row per record.
        ref: ref_id, name, city; one row per known person.
        threshold: the lowest score of a match.

    Returns:
        rec_id of the record that is kept, cluster, ref_id and score; sorted by rec_id.
    """
    people = rec.assign(
        name_key=rec["name"].map(key), city_key=rec["city"].map(key), gaps=rec[["name", "city", "email"]].isna().sum(axis=1)
    )
    people["cluster"] = clusters(people, threshold)
    kept = people.sort_values(["gaps", "rec_id"]).drop_duplicates("cluster")
    kept = kept.sort_values("rec_id", ignore_index=True)

    register = by_city(ref["ref_id"], ref["name"].map(key), ref["city"].map(key))
    found = [best_match(n, register.get(c, []), threshold) for n, c in zip(kept["name_key"], kept["city_key"])]
    return kept[["rec_id", "cluster"]].assign(
        ref_id=pd.Series([r for r, _ in found], dtype="string"), score=pd.Series([s for _, s in found], dtype=float)
    )
