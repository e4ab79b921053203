# naive: hang
def solve(X):
    while True:
        sys.stdout.write("x" * 65536)
