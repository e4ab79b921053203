"""Plain values to bytes and back, without pickle.

A document is u32 length + JSON tree, then one (u32 length + npy v1) per array. The tree holds null, booleans, 64-bit
integers, finite floats, strings, lists, and two kinds of objects: {"b": k} is array number k, {"t": tag, "x": [...]} is
everything else. Go checks the form of every document that comes from a runner (checks/harness/codec.go) before this
decoder sees it; the decoder still trusts nothing but that form.
"""

import collections
import datetime
import json
import math
import struct
import sys

import numpy as np
import numpy.ma  # numpy loads it late; a child would pay for that at its first answer

U32 = struct.Struct("<I")
MAX_DEPTH = 64
MAX_NODES = 1_000_000
MAX_BYTES = 60 << 20
MAX_ARRAYS = 4000
SAME_HASH = 64
DTYPES = frozenset(
    "|b1 |i1 |u1 <i2 <u2 <i4 <u4 <i8 <u8 <f2 <f4 <f8 <c8 <c16".split()
)
TENSORS = frozenset(
    "bool uint8 uint16 uint32 uint64 int8 int16 int32 int64 float16 bfloat16 float32 float64 complex64 complex128".split()
)
MAGIC = b"\x93NUMPY\x01\x00"


class Unsendable(TypeError):
    """A value that is not plain data, or too large."""


class Malformed(ValueError):
    """Bytes that are no document."""


class Handle:
    """Stands for an object that stays in the runner."""

    __slots__ = ("id",)

    def __init__(self, id):
        self.id = id

    def __repr__(self):
        return f"<object {self.id} in the runner>"


class Tagged:
    """A protocol message: a tag with plain fields."""

    __slots__ = ("tag", "fields")

    def __init__(self, tag, *fields):
        self.tag = tag
        self.fields = fields


# --- npy -------------------------------------------------------------------------------------------------------------


def npy_bytes(a):
    """Encode an array of a declared dtype as npy v1, C order."""
    if a.dtype.kind == "f" and a.dtype.itemsize > 8:
        a = a.astype("<f8")
    elif a.dtype.kind == "c" and a.dtype.itemsize > 16:
        a = a.astype("<c16")
    descr = a.dtype.newbyteorder("<").str if a.dtype.itemsize > 1 else a.dtype.str
    if descr not in DTYPES:
        raise Unsendable(f"an array of dtype {a.dtype}")
    if a.ndim > 16:
        raise Unsendable("an array of more than 16 dimensions")
    data = a.astype(descr, copy=False).tobytes()
    shape = "(" + ", ".join(map(str, a.shape)) + ("," if a.ndim == 1 else "") + ")"
    head = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}"
    head = head + " " * (63 - (len(head) + 10) % 64) + "\n"
    return MAGIC + struct.pack("<H", len(head)) + head.encode("ascii") + data


def npy_array(b):
    """Decode what npy_bytes makes, and nothing else."""
    if b[:8] != MAGIC or len(b) < 10:
        raise Malformed("not npy v1")
    (n,) = struct.unpack_from("<H", b, 8)
    if n > 1024 or len(b) < 10 + n:
        raise Malformed("npy header length")
    try:
        head = b[10 : 10 + n].decode("ascii").rstrip(" \n")
    except UnicodeDecodeError:
        raise Malformed("npy header") from None
    first, last = "{'descr': '", "', 'fortran_order': False, 'shape': ("
    descr, sep, rest = head[len(first):].partition(last)
    if not head.startswith(first) or not sep or descr not in DTYPES or not rest.endswith("), }"):
        raise Malformed("npy header")
    dims = [d.strip() for d in rest[:-4].split(",") if d.strip()]
    if len(dims) > 16 or not all(d.isdigit() and len(d) < 12 for d in dims):
        raise Malformed("npy shape")
    shape = tuple(map(int, dims))
    dtype = np.dtype(descr)
    if math.prod(shape) * dtype.itemsize != len(b) - 10 - n:
        raise Malformed("npy size")
    return np.frombuffer(b, dtype, offset=10 + n).reshape(shape).copy()


# --- encoding --------------------------------------------------------------------------------------------------------


class Encoder:
    """Collects the tree and the arrays of one document."""

    def __init__(self):
        self.blobs = []
        self.size = 0
        self.nodes = 0

    def blob(self, a):
        data = npy_bytes(a)
        self.size += len(data)
        if self.size > MAX_BYTES:
            raise Unsendable(f"a value of more than {MAX_BYTES >> 20} MiB")
        if len(self.blobs) >= MAX_ARRAYS:
            raise Unsendable(f"a value of more than {MAX_ARRAYS} arrays")
        self.blobs.append(data)
        return {"b": len(self.blobs) - 1}

    def node(self, v, depth=0):
        self.nodes += 1
        if depth > MAX_DEPTH:
            raise Unsendable(f"a value nested deeper than {MAX_DEPTH}")
        if self.nodes > MAX_NODES:
            raise Unsendable("a value of more than a million parts")
        if v is None or v is True or v is False:
            return v
        if isinstance(v, np.generic):
            return self.scalar(v)
        if isinstance(v, np.ndarray):
            return self.array(v, depth)
        plain = self.builtin(v, depth)
        if plain is not self:
            return plain
        for extra in EXTRA:
            got = extra(self, v, depth)
            if got is not None:
                return got
        raise Unsendable(f"a value of type {type(v).__module__}.{type(v).__qualname__}"[:120])

    def builtin(self, v, depth):
        """Encode Python's own types; returns self for anything else."""
        if isinstance(v, int):
            v = int(v)
            return v if -(1 << 63) <= v < 1 << 63 else self.tag("int", [_digits(v)])
        if isinstance(v, float):
            return float(v) if math.isfinite(v) else self.tag("float", [repr(float(v))])
        if isinstance(v, complex):
            return self.tag("complex", [self.node(v.real), self.node(v.imag)])
        if isinstance(v, str):
            return str(v)
        if isinstance(v, list):
            return self.items(v, depth)
        if isinstance(v, tuple):
            return self.tag("tuple", self.items(v, depth))
        if isinstance(v, dict):
            flat = [x for pair in v.items() for x in pair]
            return self.tag("dict", self.items(flat, depth))
        if isinstance(v, (set, frozenset)):
            return self.tag("set", self.items(v, depth))
        if isinstance(v, Handle):
            return self.tag("handle", [v.id])
        if isinstance(v, Tagged):
            return self.tag(v.tag, self.items(v.fields, depth))
        return self

    def tag(self, tag, fields):
        return {"t": tag, "x": fields}

    def items(self, seq, depth):
        return [self.node(x, depth + 1) for x in seq]

    def scalar(self, v):
        if v.dtype.kind == "U":
            return str(v)
        if v.dtype.kind in "mM":
            return self.tag("scalar", [self.array(np.asarray(v), 0)])
        return self.tag("scalar", [self.blob(np.asarray(v))])

    def array(self, a, depth):
        if isinstance(a, np.ma.MaskedArray):
            raise Unsendable("a masked array")
        a = np.asarray(a)
        kind = a.dtype.kind
        if kind in "mM":
            unit = np.datetime_data(a.dtype)
            name = f"{kind}8[{unit[0]}]" if unit[1] == 1 else None
            if name is None:
                raise Unsendable(f"an array of dtype {a.dtype}")
            return self.tag("dt", [name, self.blob(a.astype("<i8"))])
        if kind in "UTO":
            flat = a.reshape(-1).tolist()
            return self.tag("obj", [kind if kind != "T" else "U", list(a.shape), self.items(flat, depth)])
        return self.tag("arr", [self.blob(a)])


def _digits(v):
    if v.bit_length() > 16_000:
        raise Unsendable("an integer of more than 16000 bits")
    return str(v)


def encode(v):
    """Encode a plain value; raises Unsendable."""
    e = Encoder()
    try:
        tree = json.dumps(e.node(v), ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8")
    except UnicodeEncodeError:
        raise Unsendable("a string that is not valid Unicode") from None
    out = [U32.pack(len(tree)), tree]
    for b in e.blobs:
        out += [U32.pack(len(b)), b]
    return b"".join(out)


# --- decoding --------------------------------------------------------------------------------------------------------


class Decoder:
    """Turns one document's tree and arrays back into values."""

    def __init__(self, blobs, handles):
        self.blobs = blobs
        self.handles = handles

    def value(self, n, depth=0):
        if depth > MAX_DEPTH + 8:
            raise Malformed("too deep")
        if isinstance(n, list):
            return [self.value(x, depth + 1) for x in n]
        if not isinstance(n, dict):
            return n
        if set(n) == {"b"}:
            return npy_array(self.blobs[n["b"]])
        if set(n) != {"t", "x"} or not isinstance(n["x"], list):
            raise Malformed("object")
        make = MAKERS.get(n["t"])
        if make is None:
            raise Malformed(f"tag {n['t']!r}"[:60])
        return make(self, [self.value(x, depth + 1) for x in n["x"]])

    def handle(self, x):
        if self.handles is None:
            return Handle(int(x[0]))
        return self.handles[x[0]]


def decode(b, handles=None):
    """Decode a document; with handles, a mapping, Handle nodes become the objects they stand for."""
    try:
        (n,) = U32.unpack_from(b, 0)
        tree = json.loads(b[4 : 4 + n])
        blobs, at = [], 4 + n
        while at < len(b):
            (k,) = U32.unpack_from(b, at)
            blobs.append(b[at + 4 : at + 4 + k])
            at += 4 + k
        if at != len(b):
            raise Malformed("length")
        return Decoder(blobs, handles).value(tree)
    except Malformed:
        raise
    except Exception as e:
        raise Malformed(f"{type(e).__name__}: {e}"[:200]) from None


def _keys(x):
    """Return what is about to be keys. Those of one hash are compared each with all the others: a stranger may choose them so."""
    if len(x) > SAME_HASH and max(collections.Counter(map(hash, x)).values()) > SAME_HASH:
        raise Malformed("keys of one hash")
    return x


def _dict(d, x):
    if len(x) % 2:
        raise Malformed("dict")
    return dict(zip(_keys(x[::2]), x[1::2]))


def _object(d, x):
    kind, shape, items = x
    if kind not in ("U", "O") or math.prod(shape) != len(items):
        raise Malformed("object array")
    if kind == "U":
        return np.array(items, dtype=np.str_).reshape(shape)
    a = np.empty(len(items), dtype=object)
    for i, v in enumerate(items):
        a[i] = v
    return a.reshape(shape)


def _datetimes(d, x):
    unit, a = x
    if not isinstance(unit, str) or unit[:3] not in ("M8[", "m8[") or a.dtype != np.int64:
        raise Malformed("datetime array")
    return a.view(unit)


def _moment(d, x):
    kind, text = x
    return {"datetime": datetime.datetime, "date": datetime.date, "time": datetime.time}[kind].fromisoformat(text)


MAKERS = {
    "float": lambda d, x: {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[x[0]],
    "int": lambda d, x: int(x[0]),
    "complex": lambda d, x: complex(x[0], x[1]),
    "tuple": lambda d, x: tuple(x),
    "dict": _dict,
    "set": lambda d, x: set(_keys(x)),
    "handle": lambda d, x: d.handle(x),
    "arr": lambda d, x: x[0],
    "scalar": lambda d, x: x[0][()],
    "obj": _object,
    "dt": _datetimes,
    "moment": _moment,
    "tensor": lambda d, x: _tensor(x),
}
for _tag in ("req", "ok", "seen", "err", "unsendable", "count", "collected"):
    MAKERS[_tag] = lambda d, x, tag=_tag: Tagged(tag, *x)


def _moments(e, v, depth):
    if isinstance(v, datetime.datetime):
        return e.tag("moment", ["datetime", v.isoformat()])
    if isinstance(v, datetime.date):
        return e.tag("moment", ["date", v.isoformat()])
    if isinstance(v, datetime.time):
        return e.tag("moment", ["time", v.isoformat()])
    return None


def _torch(e, v, depth):
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(v, getattr(torch, "Tensor", ())):
        return None
    name = str(v.dtype).removeprefix("torch.")
    v, grad = v.detach().cpu(), bool(v.requires_grad)
    if v.is_sparse:
        v = v.to_dense()
    a = (v.float() if name == "bfloat16" else v).numpy()
    return e.tag("tensor", [name, e.tag("arr", [e.blob(a)]), grad])


def _tensor(x):
    name, a, grad = x
    if name not in TENSORS:  # before anything is imported, or looked up by a stranger's name
        raise Malformed("tensor dtype")
    import torch

    dtype = getattr(torch, name)
    v = torch.from_numpy(np.ascontiguousarray(a).reshape(a.shape)).to(dtype)
    return v.requires_grad_(True) if grad and v.is_floating_point() else v


EXTRA = [_torch, _moments]
