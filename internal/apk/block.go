package apk

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/binary"
	"fmt"

	"github.com/lockkeeper-dev/lockkeeper/internal/apk/cert"
)

// The signing block stands before the central directory: pairs of an id and a value, the block's size at both ends, and a mark (Android,
// "APK Signature Scheme v2").
const (
	blockMark   = "APK Sig Block 42"
	idV2        = 0x7109871a
	idV3        = 0xf05368c0
	idV31       = 0x1b93ad61
	attrLineage = 0x3ba06f8c
	mostValue   = 4 << 20 // of one scheme's value; a few kilobytes are usual
	mostPairs   = 64
)

// readBlocks reads and checks the schemes v2 and later, where the app has them.
func (a *App) readBlocks(ctx context.Context, z *archive) error {
	start, values, err := z.signingBlock()
	if err != nil {
		a.Schemes = append(a.Schemes, Scheme{Name: "v2", Broken: err.Error()})
		return nil
	}
	d := &digester{z: z, block: start}
	for _, s := range []struct {
		id   uint32
		name string
	}{{idV31, "v3.1"}, {idV3, "v3"}, {idV2, "v2"}} {
		value, ok := values[s.id]
		if !ok {
			continue
		}
		scheme := Scheme{Name: s.name}
		if err := scheme.read(ctx, value, d); err != nil {
			scheme.Broken = err.Error()
		}
		a.Schemes = append(a.Schemes, scheme)
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("checking the app's signature: %w", err)
		}
	}
	return nil
}

// signingBlock finds the block before the central directory, and returns where it begins and the values of the ids that are known. An app without
// one has its beginning where the directory's is.
func (z *archive) signingBlock() (int64, map[uint32][]byte, error) {
	if z.listing < 32 {
		return z.listing, nil, nil
	}
	foot, err := readAt(z.r, z.listing-24, 24)
	if err != nil || string(foot[8:]) != blockMark {
		return z.listing, nil, err
	}
	size := binary.LittleEndian.Uint64(foot)
	if size < 24 || size > uint64(z.listing)-8 {
		return 0, nil, damaged("the signing block's size is not true")
	}
	start := z.listing - int64(size) - 8
	head, err := readAt(z.r, start, 8)
	if err != nil || binary.LittleEndian.Uint64(head) != size {
		return 0, nil, damaged("the signing block's two sizes differ")
	}
	values := map[uint32][]byte{}
	at, end := start+8, z.listing-24
	for n := 0; at < end; n++ {
		if n == mostPairs || end-at < 12 {
			return 0, nil, damaged("the signing block cannot be read")
		}
		pair, err := readAt(z.r, at, 12)
		if err != nil {
			return 0, nil, err
		}
		length, id := binary.LittleEndian.Uint64(pair), binary.LittleEndian.Uint32(pair[8:])
		if length < 4 || length > uint64(end-at)-8 {
			return 0, nil, damaged("the signing block cannot be read")
		}
		if id == idV2 || id == idV3 || id == idV31 {
			if length > mostValue {
				return 0, nil, damaged("a signature in the signing block has %d MB", length>>20)
			}
			if _, twice := values[id]; twice {
				return 0, nil, damaged("the signing block holds one scheme twice")
			}
			if values[id], err = readAt(z.r, at+12, int(length)-4); err != nil {
				return 0, nil, err
			}
		}
		at += 8 + int64(length)
	}
	return start, values, nil
}

// A field takes length-prefixed pieces from bytes. After something that is not there it is bad, and everything it gives is empty.
type field struct {
	b   []byte
	bad bool
}

func (f *field) u32() uint32 {
	if len(f.b) < 4 {
		f.bad = true
		return 0
	}
	v := binary.LittleEndian.Uint32(f.b)
	f.b = f.b[4:]
	return v
}

// piece takes a length and as many bytes.
func (f *field) piece() []byte {
	n := f.u32()
	if f.bad || uint64(n) > uint64(len(f.b)) {
		f.bad = true
		return nil
	}
	p := f.b[:n]
	f.b = f.b[n:]
	return p
}

// each takes a sequence of pieces.
func (f *field) each(do func(p *field) bool) {
	seq := field{b: f.piece()}
	for len(seq.b) > 0 && !seq.bad && !f.bad {
		p := field{b: seq.piece()}
		if seq.bad || !do(&p) || p.bad {
			f.bad = true
		}
	}
	f.bad = f.bad || seq.bad
}

// read reads a scheme's signers and checks each.
func (s *Scheme) read(ctx context.Context, value []byte, d *digester) error {
	f := field{b: value}
	var failed error
	f.each(func(p *field) bool {
		if len(s.Signers) == 10 { // as many as Android takes
			return false
		}
		signer, err := readSigner(ctx, p, s.Name != "v2", d)
		if signer.Certificate.DER != nil {
			s.Signers = append(s.Signers, signer)
		}
		if err != nil && failed == nil {
			failed = err
		}
		return true
	})
	switch {
	case failed != nil:
		return failed
	case f.bad || len(s.Signers) == 0:
		return damaged("the signature's block cannot be read")
	}
	return nil
}

// A signed is a signer's signed data: what is vouched for.
type signed struct {
	digests map[uint32][]byte
	certs   [][]byte
	lineage []byte
}

func readSigned(b []byte, v3 bool) (signed, bool) {
	s := signed{digests: map[uint32][]byte{}}
	f := field{b: b}
	f.each(func(p *field) bool {
		id := p.u32()
		s.digests[id] = p.piece()
		return len(s.digests) <= 16
	})
	certs := field{b: f.piece()}
	for len(certs.b) > 0 && !certs.bad && len(s.certs) < 16 {
		s.certs = append(s.certs, certs.piece())
	}
	if v3 {
		f.u32() // the versions of Android that it is for
		f.u32()
	}
	f.each(func(p *field) bool {
		if id := p.u32(); id == attrLineage && v3 {
			s.lineage = p.b
		}
		return true
	})
	return s, !f.bad && !certs.bad && len(s.certs) > 0
}

// readSigner reads one signer, and checks signature, key, digests and lineage. The certificate is returned also where a check fails.
func readSigner(ctx context.Context, f *field, v3 bool, d *digester) (signer Signer, err error) {
	data := f.piece()
	if v3 {
		f.u32()
		f.u32()
	}
	signatures := map[uint32][]byte{}
	f.each(func(p *field) bool {
		id := p.u32()
		signatures[id] = p.piece()
		return len(signatures) <= 16
	})
	public := f.piece()
	s, ok := readSigned(data, v3)
	if f.bad || !ok {
		return signer, damaged("the signature's block cannot be read")
	}
	if signer.Certificate, err = cert.New(s.certs[0]); err != nil {
		return signer, damaged("the signature holds no certificate")
	}
	own, err := publicKeyOf(s.certs[0])
	if err != nil {
		return signer, err
	}
	if !bytes.Equal(own, public) {
		return signer, fmt.Errorf("the signature's public key is not that of its certificate")
	}
	if err := checkSigned(ctx, data, public, signatures, s, d); err != nil {
		return signer, err
	}
	if s.lineage != nil {
		signer.Lineage, err = readLineage(s.lineage, signer.Certificate)
	}
	return signer, err
}

// checkSigned checks the strongest signature that is there, and the digest of the file that goes with it.
func checkSigned(ctx context.Context, data, public []byte, signatures map[uint32][]byte, s signed, d *digester) error {
	key, err := x509.ParsePKIXPublicKey(public)
	if err != nil {
		return fmt.Errorf("the signature's public key cannot be read")
	}
	a, ok := strongest(signatures)
	if !ok {
		return fmt.Errorf("the signature is of a method that is not known")
	}
	if !a.verify(key, data, signatures[a.id]) {
		return fmt.Errorf("the signature does not hold with its certificate")
	}
	want, there := s.digests[a.id]
	if !there {
		return fmt.Errorf("the signature does not cover the file")
	}
	if a.verity { // a digest for file systems; the signature over it holds
		return nil
	}
	got, err := d.digest(ctx, a.hash)
	if err != nil {
		return err
	}
	if !bytes.Equal(got, want) {
		return fmt.Errorf("the file was changed after it was signed")
	}
	return nil
}

// readLineage reads a proof of rotation: a chain of certificates, oldest first, each signed with the key of the one before it.
func readLineage(b []byte, last cert.Certificate) ([]cert.Certificate, error) {
	bad := damaged("the proof of rotation cannot be read")
	f := field{b: b}
	if f.u32() != 1 || f.bad {
		return nil, bad
	}
	var all []cert.Certificate
	var parent []byte // public key of the one before
	for len(f.b) > 0 && len(all) < 32 {
		level := field{b: f.piece()}
		data := level.piece()
		level.u32() // what the older certificate may still do
		id := level.u32()
		signature := level.piece()
		inner := field{b: data}
		der := inner.piece()
		by := inner.u32() // the method with which the one before signed this level
		if f.bad || level.bad || inner.bad {
			return nil, bad
		}
		c, err := cert.New(der)
		if err != nil {
			return nil, bad
		}
		if parent != nil && !verifyWith(parent, by, data, signature) {
			return nil, fmt.Errorf("the proof of rotation does not hold")
		}
		_ = id // the method for the next level, which that level names again under the signature
		if parent, err = publicKeyOf(der); err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	if f.bad || len(all) == 0 || !all[len(all)-1].Same(last) {
		return nil, fmt.Errorf("the proof of rotation does not end with the certificate that signed")
	}
	return all, nil
}
