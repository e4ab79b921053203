# trap: wrong
# fails: basic, property, edge
# why: returns pdist's condensed vector, not the square array
import numpy as np
from scipy.spatial.distance import pdist


def pairwise_distances(X):
    return pdist(np.asarray(X, dtype=float))
