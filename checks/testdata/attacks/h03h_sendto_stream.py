# naive: none
# Sends to a named socket through the stream that leads to the grader; a naive grader gives no socket away.
def exploit(X):
    name = b"@DGRAM@"
    addr = struct.pack("<H", 1) + name + b"\0"
    return LIBC.sendto(3, b"LEAK", 4, 0, addr, len(addr)) == 4
