package report

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// packed is the first byte of a chunk: the form of what follows, deflated.
const packed = 1

// texts are a row's keys in the order in which they are packed. New ones go to the end of a new form.
func texts(r *canon.AdsReportRow) [14]*string {
	return [...]*string{
		&r.PortfolioID, &r.CampaignID, &r.CampaignName, &r.GroupID, &r.GroupName, &r.AdID, &r.TargetID, &r.TargetText, &r.MatchType, &r.SearchTerm,
		&r.ProductID, &r.SKU, &r.Placement, &r.Currency,
	}
}

// appendRow packs a row: its keys, which sums there are, and the sums. What all rows of a source have alike is left out.
func appendRow(b []byte, r *canon.AdsReportRow) []byte {
	for _, s := range texts(r) {
		b = append(binary.AppendUvarint(b, uint64(len(*s))), *s...)
	}
	b = binary.AppendUvarint(b, r.Sums.Has)
	for has := r.Sums.Has; has != 0; has &= has - 1 {
		b = binary.AppendVarint(b, r.Sums.V[bits.TrailingZeros64(has)])
	}
	return b
}

var errChunk = errors.New("reading kept rows: they are damaged")

// readRow unpacks one row and returns what follows it.
func readRow(b []byte, r *canon.AdsReportRow, word func([]byte) string) ([]byte, error) {
	for _, s := range texts(r) {
		n, size := binary.Uvarint(b)
		if size <= 0 || n > uint64(len(b)-size) {
			return nil, errChunk
		}
		*s = word(b[size : size+int(n)])
		b = b[size+int(n):]
	}
	has, size := binary.Uvarint(b)
	if size <= 0 || has>>canon.ReportSumCount != 0 {
		return nil, errChunk
	}
	r.Sums = canon.ReportSums{Has: has}
	b = b[size:]
	for ; has != 0; has &= has - 1 {
		v, size := binary.Varint(b)
		if size <= 0 {
			return nil, errChunk
		}
		r.Sums.V[bits.TrailingZeros64(has)] = v
		b = b[size:]
	}
	return b, nil
}

// A packer deflates chunks.
type packer struct {
	w   *flate.Writer
	out bytes.Buffer
}

func (p *packer) pack(raw []byte) ([]byte, error) {
	p.out.Reset()
	p.out.WriteByte(packed)
	if p.w == nil {
		w, err := flate.NewWriter(&p.out, flate.BestSpeed)
		if err != nil {
			return nil, fmt.Errorf("packing rows: %w", err)
		}
		p.w = w
	} else {
		p.w.Reset(&p.out)
	}
	if _, err := p.w.Write(raw); err != nil {
		return nil, fmt.Errorf("packing rows: %w", err)
	}
	if err := p.w.Close(); err != nil {
		return nil, fmt.Errorf("packing rows: %w", err)
	}
	return bytes.Clone(p.out.Bytes()), nil
}

// An unpacker inflates chunks.
type unpacker struct {
	r   io.ReadCloser
	out bytes.Buffer
}

func (u *unpacker) unpack(body []byte) ([]byte, error) {
	if len(body) == 0 || body[0] != packed {
		return nil, errChunk
	}
	in := bytes.NewReader(body[1:])
	if u.r == nil {
		u.r = flate.NewReader(in)
	} else if err := u.r.(flate.Resetter).Reset(in, nil); err != nil {
		return nil, fmt.Errorf("unpacking rows: %w", err)
	}
	u.out.Reset()
	if _, err := u.out.ReadFrom(io.LimitReader(u.r, 32<<20)); err != nil {
		return nil, errChunk
	}
	return u.out.Bytes(), nil
}
