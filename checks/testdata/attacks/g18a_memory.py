# naive: assert
def exploit(X):
    return np.zeros(8 << 30, np.uint8).nbytes > 0
