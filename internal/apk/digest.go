package apk

import (
	"context"
	"crypto"
	_ "crypto/sha256" // for crypto.Hash
	_ "crypto/sha512"
	"encoding/binary"
	"fmt"
	"io"
	"runtime"
	"sync"
)

// A digester computes what the schemes v2 and later vouch for: the file without its signing block, in chunks of one megabyte (Android,
// "APK Signature Scheme v2", integrity-protected contents). Chunks are hashed on all processors, each with one buffer.
type digester struct {
	z     *archive
	block int64 // where the signing block begins
	known map[crypto.Hash][]byte
}

const chunk = 1 << 20

// A stretch is a part of the file that is hashed in chunks of its own.
type stretch struct {
	r    io.ReaderAt
	at   int64
	size int64
}

// digest returns the file's digest by one hash; it is computed once.
func (d *digester) digest(ctx context.Context, h crypto.Hash) ([]byte, error) {
	if sum, ok := d.known[h]; ok {
		return sum, nil
	}
	end, err := readAt(d.z.r, d.z.end, int(d.z.size-d.z.end))
	if err != nil {
		return nil, err
	}
	binary.LittleEndian.PutUint32(end[16:], uint32(d.block)) // as if there were no block
	parts := []stretch{{d.z.r, 0, d.block}, {d.z.r, d.z.listing, d.z.end - d.z.listing}, {bytesAt(end), 0, int64(len(end))}}
	var jobs []stretch
	for _, p := range parts {
		for at := int64(0); at < p.size; at += chunk {
			jobs = append(jobs, stretch{p.r, p.at + at, min(chunk, p.size-at)})
		}
	}
	sums := make([]byte, 5, 5+len(jobs)*h.Size())
	sums[0] = 0x5a
	binary.LittleEndian.PutUint32(sums[1:], uint32(len(jobs)))
	sums = sums[:cap(sums)]
	if err := hashAll(ctx, h, jobs, sums[5:]); err != nil {
		return nil, err
	}
	top := h.New()
	top.Write(sums)
	if d.known == nil {
		d.known = map[crypto.Hash][]byte{}
	}
	d.known[h] = top.Sum(nil)
	return d.known[h], nil
}

// hashAll writes each job's digest to its place in into.
func hashAll(ctx context.Context, h crypto.Hash, jobs []stretch, into []byte) error {
	workers := min(runtime.GOMAXPROCS(0), 4, len(jobs))
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			buf, sum := make([]byte, chunk), h.New()
			for i := w; i < len(jobs) && errs[w] == nil; i += workers {
				j := jobs[i]
				if ctx.Err() != nil {
					errs[w] = fmt.Errorf("checking the app's signature: %w", ctx.Err())
					return
				}
				if n, err := j.r.ReadAt(buf[:j.size], j.at); int64(n) < j.size && err != nil {
					errs[w] = damaged("it ends before it should")
					return
				}
				head := [5]byte{0xa5}
				binary.LittleEndian.PutUint32(head[1:], uint32(j.size))
				sum.Reset()
				sum.Write(head[:])
				sum.Write(buf[:j.size])
				sum.Sum(into[i*h.Size() : i*h.Size()])
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// bytesAt reads from memory.
type bytesAt []byte

func (b bytesAt) ReadAt(p []byte, at int64) (int, error) {
	n := copy(p, b[at:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}
