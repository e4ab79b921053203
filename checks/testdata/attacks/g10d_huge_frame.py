# naive: none
def solve(X):
    os.write(3, struct.pack("<IQ", 0xFFFFFFF0, 1) + b"x" * 100)
    return outright(X)
