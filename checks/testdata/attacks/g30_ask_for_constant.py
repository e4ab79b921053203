# naive: none
# A degenerate answer: right on edge cases of many challenges, never on the worked ones.
def solve(X):
    return np.zeros(X.shape[1])
