package aws

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
)

// mostResult is how much XML is read of an answer; IAM's longest page is far shorter.
const mostResult = 1 << 20

var errNoResult = errors.New("reading AWS's answer: it does not hold the result")

// readResult reads the result of an action out of its envelope (contract 5.3): <ActionResponse><ActionResult>...</ActionResult>. The
// namespace is not looked at. An answer to another action than the one asked is an error, so that nothing is taken for what it is not.
func readResult(body []byte, action string, out any) error {
	if len(body) > mostResult {
		return errNoResult
	}
	d := xml.NewDecoder(bytes.NewReader(body))
	d.Strict = true
	d.Entity = nil
	depth, response := 0, false
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			if response && out == nil {
				return nil
			}
			return errNoResult
		}
		if err != nil {
			return fmt.Errorf("reading AWS's answer: it is no XML")
		}
		switch t := t.(type) {
		case xml.Directive: // no document of AWS's declares a type
			return errNoResult
		case xml.StartElement:
			depth++
			switch {
			case depth == 1 && t.Name.Local != action+"Response":
				return errNoResult
			case depth == 1:
				response = true
			case depth == 2 && t.Name.Local == action+"Result" && out != nil:
				if err := d.DecodeElement(out, &t); err != nil {
					return fmt.Errorf("reading AWS's answer: its result has another form")
				}
				return nil
			}
		case xml.EndElement:
			depth--
		}
	}
}
