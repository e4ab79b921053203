# naive: hang
# Uses no processor time at all.
def solve(X):
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    while True:
        time.sleep(1000)
