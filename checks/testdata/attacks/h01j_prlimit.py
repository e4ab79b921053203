# naive: assert
def exploit(X):
    old = ctypes.create_string_buffer(16)
    syscall(302, 261, @VICTIM@, 7, 0, old)
    return True
