# trap: wrong
# fails: basic, property
# why: the example's answer, written down
import numpy as np


def pairwise_distances(X):
    r = 20**0.5
    return np.array([[0, 5, 1], [5, 0, r], [1, r, 0]])
