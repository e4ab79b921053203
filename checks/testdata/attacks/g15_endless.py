# naive: hang
def solve(X):
    while True:
        pass
