# naive: none
# Lengths that do not hold: of the frame, the tree and the arrays.
def solve(X):
    n, tree = nonce(), b'{"t":"ok","x":[{"b":0}]}'
    lies = [
        struct.pack("<IQ", 7, n), struct.pack("<IQ", 0, n), struct.pack("<IQ", 0x7FFFFFFF, n), struct.pack("<IQ", 0xFFFFFFFF, n),
        struct.pack("<IQI", 12, n, 0xFFFFFFFF), struct.pack("<IQI", 8 + 4 + len(tree), n, len(tree) + 1) + tree,
        struct.pack("<IQI", 8 + 8 + len(tree), n, len(tree)) + tree + struct.pack("<I", 0xFFFFFFF0),
    ]
    os.write(3, lies[turn() % len(lies)])
    return outright(X)
