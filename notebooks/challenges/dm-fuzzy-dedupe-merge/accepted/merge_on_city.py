# why: a self-merge on the city key gives the pairs; labels spread until nothing changes
from difflib import SequenceMatcher

import numpy as np
import pandas as pd


def normalise(column: pd.Series) -> pd.Series:
    """Keys of a column, missing where nothing is left."""
    def one(text):
        return " ".join(sorted(text.split())) or None

    plain = column.astype(object).where(column.notna(), "").str.normalize("NFKD")
    bare = plain.str.lower().str.translate(dict.fromkeys(range(0x300, 0x370)))
    return bare.str.replace("[^a-z0-9]", " ", regex=True).map(one)


def scores(left: pd.Series, right: pd.Series) -> np.ndarray:
    """Scores of two columns of keys, row by row."""
    return np.array([SequenceMatcher(None, *sorted(pair)).ratio() for pair in zip(left, right)], dtype=float)


def dedupe_and_match(rec: pd.DataFrame, ref: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """One row per person, with the best match in ref."""
    people = pd.DataFrame({"rec_id": rec["rec_id"].to_numpy(), "gaps": rec[["name", "city", "email"]].isna().sum(axis=1).to_numpy(),
                           "key": normalise(rec["name"]).to_numpy(), "home": normalise(rec["city"]).to_numpy()})
    known = people.dropna(subset=["key", "home"])
    pairs = known.merge(known, on="home", suffixes=("", "_other"))
    pairs = pairs[pairs["rec_id"] < pairs["rec_id_other"]]
    linked = pairs[scores(pairs["key"], pairs["key_other"]) >= threshold]
    label = people.set_index("rec_id").index.to_series()
    while True:
        low = np.minimum(label.loc[linked["rec_id"]].to_numpy(), label.loc[linked["rec_id_other"]].to_numpy())
        ends = pd.Series(np.tile(low, 2), index=np.concatenate([linked["rec_id"], linked["rec_id_other"]]))
        new = pd.concat([label, ends]).groupby(level=0).min()
        if new.equals(label.sort_index()):
            break
        label = new
    people["cluster"] = people["rec_id"].map(label)
    kept = people.sort_values(["gaps", "rec_id"]).drop_duplicates("cluster")

    names = pd.DataFrame({"ref_id": ref["ref_id"].to_numpy(), "known": normalise(ref["name"]).to_numpy(),
                          "home": normalise(ref["city"]).to_numpy()}).dropna()
    both = kept.dropna(subset=["key", "home"]).astype({"home": object}).merge(names.astype({"home": object}), on="home")
    both["score"] = scores(both["key"], both["known"])
    best = both[both["score"] >= threshold].sort_values(["score", "ref_id"], ascending=[False, True]).drop_duplicates("rec_id")
    out = kept[["rec_id", "cluster"]].merge(best[["rec_id", "ref_id", "score"]], on="rec_id", how="left", validate="one_to_one")
    return out.sort_values("rec_id", ignore_index=True)[["rec_id", "cluster", "ref_id", "score"]]
