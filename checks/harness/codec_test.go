package harness

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
	"testing"
)

// document packs a tree and arrays as codec.py does.
func document(tree string, blobs ...string) []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(tree)))
	b = append(b, tree...)
	for _, blob := range blobs {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(blob)))
		b = append(b, blob...)
	}
	return b
}

// npy makes an array as numpy writes it, with any header.
func npy(header string, data int) string {
	header += strings.Repeat(" ", 63-(len(header)+10)%64) + "\n"
	return "\x93NUMPY\x01\x00" + string(binary.LittleEndian.AppendUint16(nil, uint16(len(header)))) + header + strings.Repeat("\x01", data)
}

func head(descr, shape string) string {
	return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" + shape + "), }"
}

func TestParseKeepsValues(t *testing.T) {
	for _, c := range []struct{ name, in, out string }{
		{"plain", `[null,true,false,-12,0,"a"]`, ""},
		{"floats", `[1.5,-0.0,1e300,2.0,5e-324]`, `[1.5,-0.0,1e+300,2.0,5e-324]`},
		{"long integers", `[9223372036854775807,-9223372036854775808]`, ""},
		{"escapes", `"\u00e9\n\"\\\ud83d\ude00\/\b\f\r\t"`, "\"é\\u000a\\\"\\\\😀/\\u0008\\u000c\\u000d\\u0009\""},
		{"tuple", `{"t":"tuple","x":[1,{"t":"dict","x":["k",[]]}]}`, ""},
		{"message", `{"t":"err","x":[["ValueError"],"no",3]}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc, err := Parse(document(c.in))
			if err != nil {
				t.Fatal(err)
			}
			want := c.out
			if want == "" {
				want = c.in
			}
			if got := doc.Bytes(); !bytes.Equal(got, document(want)) {
				t.Errorf("%q, want %q", got[4:], want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	ok := npy(head("<f8", "2,"), 16)
	arr := `{"t":"arr","x":[{"b":0}]}`
	for _, c := range []struct {
		name string
		b    []byte
	}{
		{"nothing", nil},
		{"tree length", []byte{255, 255, 255, 255, '1'}},
		{"no tree", document("")},
		{"two trees", document("1 2")},
		{"space", document(" 1")},
		{"NaN", document("NaN")},
		{"Infinity", document("-Infinity")},
		{"large float", document("1e999")},
		{"large integer", document("9223372036854775808")},
		{"leading zero", document("01")},
		{"bare point", document("1.")},
		{"plus", document("+1")},
		{"open string", document(`"abc`)},
		{"control in a string", document("\"a\nb\"")},
		{"not UTF-8", document("\"\xff\"")},
		{"half a pair", document(`"\ud800"`)},
		{"wrong pair", document(`"\ud800\u0041"`)},
		{"unknown escape", document(`"\x"`)},
		{"plain object", document(`{"a":1}`)},
		{"duplicate keys", document(`{"t":"tuple","t":"dict","x":[]}`)},
		{"keys in another order", document(`{"x":[],"t":"tuple"}`)},
		{"unknown tag", document(`{"t":"pickle","x":[]}`)},
		{"too few fields", document(`{"t":"arr","x":[]}`)},
		{"too many fields", document(`{"t":"ok","x":[1,2]}`)},
		{"more in an object", document(`{"t":"ok","x":[1],"y":2}`)},
		{"array that is not there", document(arr)},
		{"array number below 0", document(`{"t":"arr","x":[{"b":-1}]}`, ok)},
		{"array number as float", document(`{"t":"arr","x":[{"b":0.0}]}`, ok)},
		{"array twice", document(`[`+arr+`,`+arr+`]`, ok)},
		{"array unused", document(`1`, ok)},
		{"array cut", document(arr, ok)[:60]},
		{"deep lists", document(strings.Repeat("[", 100) + strings.Repeat("]", 100))},
		{"very deep lists", document(strings.Repeat("[", 1_000_000))},
		{"deep tags", document(strings.Repeat(`{"t":"tuple","x":[`, 100) + strings.Repeat("]}", 100))},
		{"pickle", []byte("\x80\x04\x95\x1a\x00\x00\x00")},
		{"npz", append(document(arr), []byte("\x10\x00\x00\x00PK\x03\x04............")...)},
		{"npy of objects", document(arr, npy(head("|O", "2,"), 16))},
		{"npy of structures", document(arr, npy("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (2,), }", 16))},
		{"npy big endian", document(arr, npy(head(">f8", "2,"), 16))},
		{"npy Fortran order", document(arr, npy("{'descr': '<f8', 'fortran_order': True, 'shape': (2,), }", 16))},
		{"npy longer than said", document(arr, npy(head("<f8", "2,"), 17))},
		{"npy shorter than said", document(arr, npy(head("<f8", "4294967296,"), 16))},
		{"npy negative", document(arr, npy(head("<f8", "-2, -1"), 16))},
		{"npy overflow", document(arr, npy(head("<f8", "9223372036854775807, 9223372036854775807"), 16))},
		{"npy product overflow", document(arr, npy(head("|i1", "4294967296, 4294967297"), 1))},
		{"npy hidden by a zero", document(arr, npy(head("<f8", "0, 99999999999"), 0))},
		{"npy tuple without comma", document(arr, npy(head("<f8", "2"), 16))},
		{"npy code in the header", document(arr, npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), 'x': 1}", 16))},
		{"npy second version", document(arr, "\x93NUMPY\x02\x00\x10\x00\x00\x00"+strings.Repeat(" ", 16))},
		{"npy boolean 2", document(arr, strings.Replace(npy(head("|b1", "2,"), 2), "\x01\x01", "\x02\x01", 1))},
		{"npy header length", document(arr, "\x93NUMPY\x01\x00\xff\xff")},
	} {
		t.Run(c.name, func(t *testing.T) {
			if doc, err := Parse(c.b); err == nil {
				t.Errorf("accepted: %#v", doc.Root)
			}
		})
	}
}

func TestParseAcceptsArrays(t *testing.T) {
	for _, c := range []struct {
		descr, shape string
		data         int
	}{{"<f8", "", 8}, {"<f8", "2,", 16}, {"<i2", "2, 3", 12}, {"|b1", "0,", 0}, {"<c16", "0, 5", 0}, {"|u1", "3, 1, 2", 6}} {
		if _, err := Parse(document(`{"t":"arr","x":[{"b":0}]}`, npy(head(c.descr, c.shape), c.data))); err != nil {
			t.Errorf("%s (%s): %v", c.descr, c.shape, err)
		}
	}
}

func TestFloatsStayFloats(t *testing.T) {
	for _, f := range []float64{0, math.Copysign(0, -1), 1, -3, 1e21, 1e-7, math.MaxFloat64, math.SmallestNonzeroFloat64} {
		doc, err := Parse((&Doc{Root: f}).Bytes())
		if err != nil {
			t.Fatal(f, err)
		}
		got, ok := doc.Root.(float64)
		if !ok || math.Float64bits(got) != math.Float64bits(f) {
			t.Errorf("%v became %#v", f, doc.Root)
		}
	}
}

// Whatever Parse accepts has one canonical form, which it accepts again.
func FuzzParse(f *testing.F) {
	f.Add(document(`[1,-2.5,"é\n",null,true]`))
	f.Add(document(`{"t":"arr","x":[{"b":0}]}`, npy(head("<f8", "2, 3"), 48)))
	f.Add(document(`{"t":"frame","x":[{"t":"index","x":[null,["a"]]},{"t":"range","x":[null,0,2,1]},{"t":"arr","x":[{"b":0}]}]}`, npy(head("<i8", "2,"), 16)))
	f.Add(document(`{"t":"err","x":[["E"],"\ud83d\ude00",0]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		doc, err := Parse(b)
		if err != nil {
			return
		}
		once := doc.Bytes()
		again, err := Parse(once)
		if err != nil {
			t.Fatalf("%q became %q: %v", b, once, err)
		}
		if twice := again.Bytes(); !bytes.Equal(once, twice) {
			t.Fatalf("%q, then %q", once, twice)
		}
	})
}

func BenchmarkParseMillion(b *testing.B) {
	doc := document(`{"t":"ok","x":[{"t":"arr","x":[{"b":0}]}]}`, npy(head("<f8", "1048576,"), 8<<20))
	b.SetBytes(int64(len(doc)))
	for b.Loop() {
		if _, err := Parse(doc); err != nil {
			b.Fatal(err)
		}
	}
}
