# naive: hang
# Many threads that work beside each other keep the first one waiting: that is no fault of the machine's.
import hashlib


def solve(X):
    block = bytes(1 << 24)

    def work():
        while True:
            hashlib.sha256(block)

    for _ in range(24):
        threading.Thread(target=work, daemon=True).start()
    work()
