# naive: none
def solve(X):
    ctypes.string_at(0)
