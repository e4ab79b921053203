# naive: assert
def exploit(X):
    stop = threading.Event()
    threading.stack_size(65536)
    made = []
    try:
        for _ in range(600):
            t = threading.Thread(target=stop.wait, daemon=True)
            t.start()
            made.append(t)
    except RuntimeError:
        pass
    stop.set()
    return len(made) == 600
