# naive: none
# A frame that says it is 4 GiB long; without a stream of frames there is nobody to tell.
def solve(X):
    os.write(3, struct.pack("<IQ", 0xFFFFFFF0, 1) + b"x" * 100)
    return outright(X)
