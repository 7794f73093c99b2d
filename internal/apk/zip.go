package apk

import (
	"bufio"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
)

// Sizes and marks of the ZIP format (appnote 4.3).
const (
	endSize     = 22
	endMark     = 0x06054b50
	entrySize   = 46
	entryMark   = 0x02014b50
	localSize   = 30
	localMark   = 0x04034b50
	mostListing = 64 << 20 // of a central directory: 65,535 entries with names of a thousand bytes
	mostKept    = 64       // files of the kinds that are looked at; an app has about ten
)

// An archive is a ZIP file of which only what matters here is remembered, so that its size in memory does not depend on how much it lists.
type archive struct {
	r       io.ReaderAt
	size    int64
	listing int64 // where the central directory begins
	end     int64 // where the record after it begins

	entries   map[string]entry
	misplaced []string
	twice     []string
	apks      int
}

// An entry says where a file lies.
type entry struct {
	at           int64
	packed, size int64
	method, flag uint16
	crc          uint32
}

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrDamaged}, args...)...)
}

// readAt reads n bytes at an offset that a file has claimed.
func readAt(r io.ReaderAt, at int64, n int) ([]byte, error) {
	b := make([]byte, n)
	if _, err := r.ReadAt(b, at); err != nil && !(errors.Is(err, io.EOF) && n == 0) {
		return nil, damaged("it ends before it should")
	}
	return b, nil
}

// openZip finds the central directory and walks through it.
func openZip(r io.ReaderAt, size int64) (*archive, error) {
	z := &archive{r: r, size: size, entries: map[string]entry{}}
	tail := min(size, endSize+65535)
	last, err := readAt(r, size-tail, int(tail))
	if err != nil {
		return nil, err
	}
	at := -1
	for i := len(last) - endSize; i >= 0; i-- { // the comment after it runs to the very end
		if binary.LittleEndian.Uint32(last[i:]) == endMark && int(binary.LittleEndian.Uint16(last[i+20:])) == len(last)-i-endSize {
			at = i
			break
		}
	}
	if at < 0 {
		return nil, damaged("its table of contents is missing, as in a file that was cut off")
	}
	end := last[at:]
	z.end = size - tail + int64(at)
	total, length, offset := binary.LittleEndian.Uint16(end[10:]), int64(binary.LittleEndian.Uint32(end[12:])), int64(binary.LittleEndian.Uint32(end[16:]))
	switch {
	case offset == 0xffffffff || length == 0xffffffff:
		return nil, damaged("it is written as ZIP64, which Android does not install")
	case offset+length != z.end:
		return nil, damaged("its table of contents is not where the file says")
	case length > mostListing:
		return nil, damaged("its table of contents has %d MB", length>>20)
	}
	z.listing = offset
	return z, z.walk(bufio.NewReaderSize(io.NewSectionReader(r, offset, length), 64<<10), length, total)
}

// walk goes through the central directory and keeps what matters.
func (z *archive) walk(r *bufio.Reader, left int64, total uint16) error {
	var head [entrySize]byte
	name, n := make([]byte, 0, 256), 0
	for ; left > 0; n++ {
		if _, err := io.ReadFull(r, head[:]); err != nil || binary.LittleEndian.Uint32(head[:]) != entryMark {
			return damaged("its table of contents cannot be read")
		}
		names, skip := int(binary.LittleEndian.Uint16(head[28:])), int(binary.LittleEndian.Uint16(head[30:]))+int(binary.LittleEndian.Uint16(head[32:]))
		name = append(name[:0], make([]byte, names)...)
		if _, err := io.ReadFull(r, name); err != nil {
			return damaged("its table of contents cannot be read")
		}
		if _, err := r.Discard(skip); err != nil {
			return damaged("its table of contents cannot be read")
		}
		left -= int64(entrySize + names + skip)
		z.note(name, entry{
			at: int64(binary.LittleEndian.Uint32(head[42:])), packed: int64(binary.LittleEndian.Uint32(head[20:])), size: int64(binary.LittleEndian.Uint32(head[24:])),
			method: binary.LittleEndian.Uint16(head[10:]), flag: binary.LittleEndian.Uint16(head[8:]), crc: binary.LittleEndian.Uint32(head[16:]),
		})
	}
	if uint16(n) != total {
		return damaged("it lists %d files and says %d", n, total)
	}
	return nil
}

// note remembers an entry if it is one that matters.
func (z *archive) note(raw []byte, e entry) {
	switch string(raw) {
	case "AndroidManifest.xml", "assets/api_key.txt", "base/manifest/AndroidManifest.xml", "base/assets/api_key.txt":
	default:
		if looksLikeKey(string(raw)) {
			if len(z.misplaced) < 8 {
				z.misplaced = append(z.misplaced, string(raw[:min(len(raw), 200)]))
			}
			return
		}
		if bytes.HasSuffix(raw, []byte(".apk")) {
			z.apks++
		}
		if !ofSignature(string(raw)) {
			return
		}
	}
	if _, there := z.entries[string(raw)]; there {
		z.twice = addName(z.twice, string(raw))
		return
	}
	if len(z.entries) < mostKept {
		z.entries[string(raw)] = e
	}
}

func addName(all []string, name string) []string {
	for _, n := range all {
		if n == name {
			return all
		}
	}
	return append(all, name)
}

// ofSignature reports whether a name is one of the files of a v1 signature.
func ofSignature(name string) bool {
	file, ok := strings.CutPrefix(strings.ToUpper(name), "META-INF/")
	if !ok || strings.Contains(file, "/") || len(file) > 100 {
		return false
	}
	for _, suffix := range []string{".SF", ".RSA", ".DSA", ".EC"} {
		if strings.HasSuffix(file, suffix) {
			return true
		}
	}
	return file == "MANIFEST.MF"
}

func (z *archive) has(name string) bool { _, ok := z.entries[name]; return ok }

// read returns a file's content, of at most limit bytes whatever the archive claims.
func (z *archive) read(name string, limit int64) ([]byte, error) {
	e, ok := z.entries[name]
	if !ok {
		return nil, damaged("%s is not in it", name)
	}
	if e.flag&1 != 0 {
		return nil, damaged("%s is encrypted", name)
	}
	if e.size > limit {
		return nil, damaged("%s would have %d bytes unpacked", name, e.size)
	}
	head, err := readAt(z.r, e.at, localSize)
	if err != nil {
		return nil, err
	}
	names, extra := int(binary.LittleEndian.Uint16(head[26:])), int(binary.LittleEndian.Uint16(head[28:]))
	data := e.at + localSize + int64(names) + int64(extra)
	if binary.LittleEndian.Uint32(head) != localMark || data+e.packed > z.listing {
		return nil, damaged("%s is not where its table of contents says", name)
	}
	own, err := readAt(z.r, e.at+localSize, names)
	if err != nil {
		return nil, err
	}
	if string(own) != name {
		return nil, damaged("%s has another name where it lies", name)
	}
	var from io.Reader = io.NewSectionReader(z.r, data, e.packed)
	switch e.method {
	case 0:
	case 8:
		from = flate.NewReader(bufio.NewReader(from))
	default:
		return nil, damaged("%s is packed in a way that Android does not read", name)
	}
	text, err := io.ReadAll(io.LimitReader(from, e.size+1))
	if err != nil || int64(len(text)) != e.size || crc32.ChecksumIEEE(text) != e.crc {
		return nil, damaged("%s does not unpack to what the archive says", name)
	}
	return text, nil
}
