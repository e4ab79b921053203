# naive: assert
def exploit(X):
    buf = ctypes.create_string_buffer(16)
    here = ctypes.create_string_buffer(struct.pack("<QQ", ctypes.addressof(buf), 16))
    there = ctypes.create_string_buffer(struct.pack("<QQ", 0, 16))
    try:
        syscall(310, 270, @VICTIM@, here, 1, there, 1, 0)
    except OSError as e:
        return e.errno == errno.EFAULT  # the address is wrong, the door was open
    return True
