package ads

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// flatRows are what reads the values of a JSON array of flat objects.
type flatRows struct {
	column func(name string) int                          // a number for a name that is wanted; -1 for another
	value  func(column int, kind byte, text []byte) error // kind is '"' for text, '0' for a number, 'n' for null, 't' for true or false
	end    func() error                                   // of an object
}

var (
	errFlat      = errors.New("reading a report: it is not an array of flat objects")
	errFlatLong  = errors.New("reading a report: a value is longer than any that a report has")
	errFlatAfter = errors.New("reading a report: something follows its end")
)

// mostFlat is the longest text of a report.
const mostFlat = 1 << 20

// readFlat reads to the end. encoding/json would take ten times as long for a million rows, and hold each.
func readFlat(r io.Reader, rows flatRows) error {
	f := &flat{r: bufio.NewReaderSize(r, 64<<10), rows: rows, names: map[string]int{}}
	if err := f.array(); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return fmt.Errorf("reading a report: %w", err)
	}
	switch _, err := f.next(); {
	case err == nil:
		return errFlatAfter
	case !errors.Is(err, io.EOF):
		return fmt.Errorf("reading a report: %w", err)
	}
	return nil
}

type flat struct {
	r     *bufio.Reader
	rows  flatRows
	names map[string]int
	text  []byte
}

// next is the next byte that is no blank.
func (f *flat) next() (byte, error) {
	for {
		c, err := f.r.ReadByte()
		if err != nil || c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c, err
		}
	}
}

// list reads what stands between two brackets, separated by commas; the first one is read already.
func (f *flat) list(last byte, one func(first byte) error) error {
	c, err := f.next()
	if err != nil || c == last {
		return err
	}
	for {
		if err := one(c); err != nil {
			return err
		}
		if c, err = f.next(); err != nil || c == last {
			return err
		}
		if c != ',' {
			return errFlat
		}
		if c, err = f.next(); err != nil {
			return err
		}
	}
}

func (f *flat) array() error {
	if c, err := f.next(); err != nil || c != '[' {
		if err != nil {
			return err
		}
		return errFlat
	}
	return f.list(']', func(c byte) error {
		if c != '{' {
			return errFlat
		}
		if err := f.list('}', f.pair); err != nil {
			return err
		}
		return f.rows.end()
	})
}

func (f *flat) pair(c byte) error {
	if c != '"' {
		return errFlat
	}
	if err := f.string(); err != nil {
		return err
	}
	column, ok := f.names[string(f.text)]
	if !ok {
		name := string(f.text)
		if column = f.rows.column(name); len(f.names) < 1000 {
			f.names[name] = column
		}
	}
	if c, err := f.next(); err != nil || c != ':' {
		if err != nil {
			return err
		}
		return errFlat
	}
	c, err := f.next()
	if err != nil {
		return err
	}
	kind, err := f.scalar(c)
	if err != nil || column < 0 {
		return err
	}
	return f.rows.value(column, kind, f.text)
}

func (f *flat) scalar(c byte) (kind byte, err error) {
	if c == '"' {
		return '"', f.string()
	}
	if err := f.bare(c); err != nil {
		return 0, err
	}
	switch s := string(f.text); {
	case s == "null":
		return 'n', nil
	case s == "true" || s == "false":
		return 't', nil
	case !json.Valid(f.text): // of what is left, only numbers are
		return 0, errFlat
	}
	return '0', nil
}

// bare reads to the end of what stands without quotes.
func (f *flat) bare(c byte) error {
	f.text = append(f.text[:0], c)
	for {
		c, err := f.r.ReadByte()
		if err != nil {
			return err
		}
		switch c {
		case ',', '}', ']', ' ', '\n', '\t', '\r':
			return f.r.UnreadByte()
		case '{', '[', '"', ':':
			return errFlat
		}
		if f.text = append(f.text, c); len(f.text) > 64 {
			return errFlatLong
		}
	}
}

// string reads to the closing quote.
func (f *flat) string() error {
	f.text = f.text[:0]
	escaped, plain := false, true
	for {
		c, err := f.r.ReadByte()
		if err != nil {
			return err
		}
		switch {
		case escaped:
			escaped = false
		case c == '\\':
			escaped, plain = true, false
		case c == '"':
			if plain {
				return nil
			}
			return f.unquote()
		case c < ' ':
			return errFlat
		}
		if f.text = append(f.text, c); len(f.text) > mostFlat {
			return errFlatLong
		}
	}
}

func (f *flat) unquote() error {
	var s string
	quoted := append(append([]byte{'"'}, f.text...), '"')
	if err := json.Unmarshal(quoted, &s); err != nil {
		return errFlat
	}
	f.text = append(f.text[:0], s...)
	return nil
}
