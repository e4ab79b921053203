# naive: mutable
def solve(X):
    X[:] = 0
    return np.zeros(X.shape[1])
