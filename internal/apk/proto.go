package apk

import (
	"google.golang.org/protobuf/encoding/protowire"
)

// readProto reads the manifest of an app bundle: aapt.pb.XmlNode of Android's Resources.proto, of which only these fields matter. XmlNode: element 1.
// XmlElement: namespace_uri 2, name 3, attribute 4, child 5. XmlAttribute: namespace_uri 1, name 2, value 3, resource_id 5.
func (m *Manifest) readProto(b []byte) error {
	elements := 0
	if !m.node(b, 1, &elements) || elements == 0 {
		return damaged("the manifest cannot be read")
	}
	return nil
}

func (m *Manifest) node(b []byte, depth int, elements *int) bool {
	return fields(b, func(n protowire.Number, v []byte) bool { return n != 1 || m.protoElement(v, depth, elements) })
}

func (m *Manifest) protoElement(b []byte, depth int, elements *int) bool {
	if *elements++; depth > mostDeep || *elements > mostElements {
		return false
	}
	var space, name string
	var attrs []attr
	var children [][]byte
	ok := fields(b, func(n protowire.Number, v []byte) bool {
		switch n {
		case 2:
			space = string(v)
		case 3:
			name = string(v)
		case 4:
			a, ok := protoAttr(v)
			attrs = append(attrs, a)
			return ok
		case 5:
			children = append(children, v)
		}
		return true
	})
	if !ok {
		return false
	}
	m.element(depth, space, name, attrs)
	for _, c := range children {
		if !m.node(c, depth+1, elements) {
			return false
		}
	}
	return true
}

func protoAttr(b []byte) (a attr, ok bool) {
	ok = fields(b, func(n protowire.Number, v []byte) bool {
		switch n {
		case 1:
			a.space = string(v)
		case 2:
			a.name = string(v)
		case 3:
			a.value = string(v)
		}
		return true
	})
	return a, ok
}

// fields hands on every length-delimited field of a message and passes over the others.
func fields(b []byte, do func(n protowire.Number, v []byte) bool) bool {
	for len(b) > 0 {
		n, kind, used := protowire.ConsumeTag(b)
		if used < 0 {
			return false
		}
		b = b[used:]
		if kind != protowire.BytesType {
			if used = protowire.ConsumeFieldValue(n, kind, b); used < 0 {
				return false
			}
			b = b[used:]
			continue
		}
		v, used := protowire.ConsumeBytes(b)
		if used < 0 || !do(n, v) {
			return false
		}
		b = b[used:]
	}
	return true
}
