package apk

import (
	"encoding/binary"
	"strconv"
	"unicode/utf16"
)

// Chunks of binary XML, and kinds of values (Android, ResourceTypes.h).
const (
	chunkStrings   = 0x0001
	chunkXML       = 0x0003
	chunkStart     = 0x0102
	chunkEnd       = 0x0103
	chunkResources = 0x0180
	flagUTF8       = 1 << 8

	valueReference = 0x01
	valueString    = 0x03
	valueInt       = 0x10
	valueHex       = 0x11
	valueBool      = 0x12
)

// axml is binary XML being read.
type axml struct {
	b         []byte
	offsets   []byte // of the strings, 4 bytes each
	strings   []byte
	utf8      bool
	resources []byte
}

// readBinary reads the manifest of an APK.
func (m *Manifest) readBinary(b []byte) error {
	bad := damaged("the manifest cannot be read")
	if len(b) < 8 || binary.LittleEndian.Uint16(b) != chunkXML {
		if len(b) > 0 && b[0] == '<' {
			return damaged("the manifest is text: this is a folder packed as ZIP, not what the build makes")
		}
		return bad
	}
	x := axml{b: b}
	at, depth := int(binary.LittleEndian.Uint16(b[2:])), 0
	for elements := 0; len(b)-at >= 8; {
		kind, head, size := binary.LittleEndian.Uint16(b[at:]), int(binary.LittleEndian.Uint16(b[at+2:])), int(binary.LittleEndian.Uint32(b[at+4:]))
		if size < 8 || head < 8 || head > size || size > len(b)-at {
			return bad
		}
		c := b[at : at+size]
		ok := true
		switch kind {
		case chunkStrings:
			ok = x.readStrings(c, head)
		case chunkResources:
			x.resources = c[head:]
		case chunkStart:
			depth++
			elements++
			if ok = depth <= mostDeep && elements <= mostElements; ok {
				ok = x.start(m, depth, c, head)
			}
		case chunkEnd:
			depth--
			ok = depth >= 0
		}
		if !ok {
			return bad
		}
		at += size
	}
	return nil
}

func (x *axml) readStrings(c []byte, head int) bool {
	if head < 28 || len(c) < 28 {
		return false
	}
	n, start := uint64(binary.LittleEndian.Uint32(c[8:])), uint64(binary.LittleEndian.Uint32(c[20:]))
	if uint64(head)+4*n > uint64(len(c)) || start > uint64(len(c)) {
		return false
	}
	x.offsets, x.strings, x.utf8 = c[head:uint64(head)+4*n], c[start:], binary.LittleEndian.Uint32(c[16:])&flagUTF8 != 0
	return true
}

// text returns string i; what is not there is "".
func (x *axml) text(i uint32) string {
	if uint64(i)*4+4 > uint64(len(x.offsets)) {
		return ""
	}
	off := binary.LittleEndian.Uint32(x.offsets[i*4:])
	if uint64(off) > uint64(len(x.strings)) {
		return ""
	}
	s := x.strings[off:]
	if x.utf8 {
		_, s = shortLength(s) // in characters
		n, s := shortLength(s)
		if n > len(s) {
			return ""
		}
		return string(s[:n])
	}
	if len(s) < 2 {
		return ""
	}
	n, s := int(binary.LittleEndian.Uint16(s)), s[2:]
	if n&0x8000 != 0 && len(s) >= 2 {
		n, s = n&0x7fff<<16|int(binary.LittleEndian.Uint16(s)), s[2:]
	}
	if n > len(s)/2 {
		return ""
	}
	units := make([]uint16, n)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(s[2*i:])
	}
	return string(utf16.Decode(units))
}

// shortLength takes a length of one or two bytes.
func shortLength(s []byte) (int, []byte) {
	switch {
	case len(s) == 0:
		return 0, nil
	case s[0]&0x80 == 0:
		return int(s[0]), s[1:]
	case len(s) == 1:
		return 0, nil
	}
	return int(s[0]&0x7f)<<8 | int(s[1]), s[2:]
}

// start reads an element's beginning and hands it on.
func (x *axml) start(m *Manifest, depth int, c []byte, head int) bool {
	if len(c)-head < 20 {
		return false
	}
	e := c[head:]
	begin, size, n := int(binary.LittleEndian.Uint16(e[8:])), int(binary.LittleEndian.Uint16(e[10:])), int(binary.LittleEndian.Uint16(e[12:]))
	if n > 0 && (size < 20 || begin+n*size > len(e)) {
		return false
	}
	attrs := make([]attr, 0, n)
	for i := range n {
		b := e[begin+i*size:]
		name := binary.LittleEndian.Uint32(b[4:])
		a := attr{x.text(binary.LittleEndian.Uint32(b)), x.text(name), x.value(b)}
		if uint64(name)*4+4 <= uint64(len(x.resources)) {
			if known, ok := attributeIDs[binary.LittleEndian.Uint32(x.resources[name*4:])]; ok {
				a.space, a.name = androidSpace, known
			}
		}
		attrs = append(attrs, a)
	}
	m.element(depth, x.text(binary.LittleEndian.Uint32(e)), x.text(binary.LittleEndian.Uint32(e[4:])), attrs)
	return true
}

// value writes an attribute's value as the source had it, where that can be known.
func (x *axml) value(b []byte) string {
	raw, kind, data := binary.LittleEndian.Uint32(b[8:]), b[15], binary.LittleEndian.Uint32(b[16:])
	switch kind {
	case valueString:
		return x.text(data)
	case valueBool:
		return strconv.FormatBool(data != 0)
	case valueInt:
		return strconv.FormatInt(int64(int32(data)), 10)
	case valueHex:
		return "0x" + strconv.FormatUint(uint64(data), 16)
	case valueReference:
		return "@0x" + strconv.FormatUint(uint64(data), 16)
	}
	return x.text(raw)
}
