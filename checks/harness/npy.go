package harness

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strconv"
	"strings"
)

var npyMagic = []byte("\x93NUMPY\x01\x00")

// itemSize lists the dtypes that travel: little endian, no objects, no structures.
var itemSize = map[string]int{
	"|b1": 1, "|i1": 1, "|u1": 1, "<i2": 2, "<u2": 2, "<i4": 4, "<u4": 4, "<i8": 8, "<u8": 8,
	"<f2": 2, "<f4": 4, "<f8": 8, "<c8": 8, "<c16": 16,
}

const maxItems = 1 << 27

// checkNPY accepts npy v1 exactly as codec.py writes it: declared dtype, C order, no more and no fewer bytes than the
// shape says.
func checkNPY(b []byte) error {
	if len(b) < 10 || !bytes.Equal(b[:8], npyMagic) {
		return errors.New("not npy v1")
	}
	n := int(binary.LittleEndian.Uint16(b[8:]))
	if n > 1024 || len(b) < 10+n || n == 0 || b[9+n] != '\n' {
		return errors.New("npy header length")
	}
	h := strings.TrimRight(string(b[10:9+n]), " ")
	h, ok1 := strings.CutPrefix(h, "{'descr': '")
	descr, h, ok2 := strings.Cut(h, "', 'fortran_order': False, 'shape': (")
	h, ok3 := strings.CutSuffix(h, "), }")
	size, ok4 := itemSize[descr]
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return errors.New("npy header")
	}
	items, err := npyItems(h)
	if err != nil {
		return err
	}
	if items*size != len(b)-10-n {
		return errors.New("npy size")
	}
	if descr == "|b1" {
		for _, c := range b[10+n:] {
			if c > 1 {
				return errors.New("npy boolean that is neither 0 nor 1")
			}
		}
	}
	return nil
}

// npyItems multiplies the dimensions in "", "3," or "3, 4".
func npyItems(shape string) (int, error) {
	if shape == "" {
		return 1, nil
	}
	dims := strings.Split(shape, ",")
	if len(dims) == 2 && dims[1] == "" {
		dims = dims[:1]
	} else if len(dims) < 2 || len(dims) > 16 {
		return 0, errors.New("npy shape")
	}
	items, zero := 1, false
	for i, d := range dims {
		if i > 0 {
			d = strings.TrimPrefix(d, " ")
		}
		k, err := strconv.Atoi(d)
		if err != nil || k < 0 || k > maxItems || strconv.Itoa(k) != d {
			return 0, errors.New("npy shape")
		}
		if zero = zero || k == 0; k > 0 {
			if items > maxItems/k {
				return 0, errors.New("npy shape")
			}
			items *= k
		}
	}
	if zero {
		return 0, nil
	}
	return items, nil
}
