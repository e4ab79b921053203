# naive: none
# Values that make whoever reads them import libraries, and look up names, of a stranger's choice.
TREES = [
    b'{"t":"ok","x":[{"t":"tensor","x":["load",{"t":"arr","x":[{"b":0}]},false]}]}',
    b'{"t":"ok","x":[{"t":"tensor","x":["__dict__",{"t":"arr","x":[{"b":0}]},false]}]}',
    b'{"t":"ok","x":[{"t":"sparse","x":[[2,2],{"t":"arr","x":[{"b":0}]},[0],[1.0]]}]}',
    b'{"t":"ok","x":[{"t":"frame","x":[["a"],{"t":"range","x":[null,0,1,1]},{"t":"arr","x":[{"b":0}]}]}]}',
    b'{"t":"ok","x":[{"t":"timestamp","x":["ns",1,"../../etc/passwd"]},{"t":"arr","x":[{"b":0}]}]}',
    b'{"t":"ok","x":[{"t":"timestamp","x":["ns",1,"dateutil//@CANARY@"]},{"t":"arr","x":[{"b":0}]}]}',
    b'{"t":"ok","x":[{"t":"period","x":["<class os>",1]},{"t":"arr","x":[{"b":0}]}]}',
]
TURNS = [0]


def solve(X):
    import codec

    TURNS[0] += 1
    os.write(3, frame(TREES[TURNS[0] % len(TREES)], codec.npy_bytes(np.zeros(1))))
    os._exit(0)
