# naive: assert
def exploit(X):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    name = os.path.join(os.environ.get("TMPDIR", "/tmp"), "big-%d" % os.getpid())
    with open(name, "wb") as f:
        os.ftruncate(f.fileno(), 1 << 30)
    os.unlink(name)
    return True
