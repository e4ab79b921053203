# naive: none
# Keeps writing to the stream after the answer, so that later answers are out of step.
def solve(X):
    def noise():
        while True:
            os.write(3, b"\0" * 64)

    threading.Thread(target=noise, daemon=True).start()
    time.sleep(0.01)
    return outright(X)
