# naive: none
# Does not end when its stream is closed.
def exploit(X):
    import wire

    def stay(fd):
        while True:
            try:
                time.sleep(1)
            except BaseException:
                pass

    wire.read_frame = stay
    for name in ("SIGTERM", "SIGHUP", "SIGINT"):
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    return False
