# naive: none
# Tables and arrays whose parts do not fit, and small descriptions of what would fill the memory of who builds it.
HUGE = [
    b'{"t":"range","x":[null,0,17179869184,1]}', b'{"t":"range","x":[null,0,4611686018427387904,1]}',
    b'{"t":"frame","x":[{"t":"range","x":[null,0,0,1]},{"t":"range","x":[null,0,2147483648,1]}]}',
    b'{"t":"frame","x":[{"t":"index","x":[null,["a","a"]]},{"t":"range","x":[null,0,1,1]}]}',
    b'{"t":"series","x":[null,{"t":"range","x":[null,0,3,1]},[1,2]]}',
    b'{"t":"frame","x":[{"t":"index","x":[null,["a"]]},{"t":"range","x":[null,0,2,1]},[1.0,2.0],[3.0,4.0]]}',
    b'{"t":"frame","x":[{"t":"index","x":[null,["__class__","__proto__"]]},{"t":"range","x":[null,0,1,1]},[1.0],[2.0]]}',
    b'{"t":"obj","x":["U",[1000000,1000000],[]]}', b'{"t":"obj","x":["O",[-1],[]]}', b'{"t":"timestamp","x":["ns",9223372036854775807,"../../etc/passwd"]}',
    b'{"t":"period","x":["D",9223372036854775807]}', b'{"t":"multi","x":[[null],[1],[2]]}', b'{"t":"range","x":[null,0,1,0]}',
    b'{"t":"range","x":[null,9223372036854775807,-9223372036854775808,-1]}', b'{"t":"tensor","x":["__class__",null,true]}',
    b'{"t":"dt","x":["M8[ns]",[1]]}', b'{"t":"masked","x":["Int64",[1],[2]]}', b'{"t":"str","x":["str",[1]]}',
]


def solve(X):
    tree = HUGE[(turn() + time.monotonic_ns()) % len(HUGE)]
    os.write(3, frame(b'{"t":"ok","x":[' + tree + b"]}"))
    return outright(X)
