# naive: none
# Trees that lenient readers take: NaN, doubled keys, numbers without an end, wrong tags, lone surrogates.
TREES = [
    b'{"t":"ok","x":[NaN]}', b'{"t":"ok","x":[-Infinity]}', b'{"t":"ok","t":"err","x":[null]}', b'{"t":"ok","x":[1.0],"x":[2.0]}',
    b'{"T":"ok","X":[null]}', b'{"t":"float","x":["nan"]}', b'{"t":"ok","x":[{"t":"float","x":["snan"]}]}', b'{"t":"ok","x":[1e999]}',
    b'{"t":"ok","x":[{"t":"int","x":["' + b"9" * 100_000 + b'"]}]}', b'{"t":"ok","x":["\\ud800"]}', b'{"t":"ok","x":["\xff\xfe"]}',
    b'{"t":"ok","x":[{"b":0}]}', b'{"t":"ok","x":[{"b":-1}]}', b'{"t":"handle","x":[1]}', b'{"t":"ok","x":[{"t":"handle","x":["x"]}]}',
    b'{"t":"req","x":["load",null,null,[],{},{}]}', b'{"t":"ok","x":[{"t":"dict","x":[[],1]}]}', b'{"t":"ok","x":[{"t":"set","x":[[1]]}]}',
    b'{"t":"ok","x":[{"t":"moment","x":["datetime","9999999-01-01"]}]}', b'\xef\xbb\xbf{"t":"ok","x":[null]}', b'{"t":"ok","x":[01]}', b"",
]


def solve(X):
    tree = TREES[(turn() + time.monotonic_ns()) % len(TREES)]
    os.write(3, frame(tree))
    return outright(X)
