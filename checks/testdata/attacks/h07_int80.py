# naive: x86
# A 32-bit system call from 64-bit code: socket by another number.
def exploit(X):
    code = bytes.fromhex("53 b8 67 01 00 00 bb 02 00 00 00 b9 01 00 00 00 ba 00 00 00 00 cd 80 5b c3".replace(" ", ""))
    m = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    m.write(code)
    fn = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(m)))
    return fn() >= 0
