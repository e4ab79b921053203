# naive: assert
def exploit(X):
    places = ("/tmp", "/dev/shm", "/var/tmp", os.path.dirname(np.__file__), sys.prefix, os.path.expanduser("~"))
    for folder in places:
        try:
            name = os.path.join(folder, "assay-attack-%d" % os.getpid())
            if os.environ.get("TMPDIR", "").startswith(folder + "/c"):
                continue
            if folder == os.environ.get("HOME") and not "@NAIVE@":
                continue
            with open(name, "w"):
                pass
            os.unlink(name)
            return True
        except OSError:
            continue
    return False
