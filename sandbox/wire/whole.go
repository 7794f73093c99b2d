package wire

import (
	"net/http"
	"strconv"
)

// WriteWhole writes a whole answer at once: status, headers as names and values in turns, and body. The headers leave in the order of their names,
// as those of other answers do, and one of them is Content-Length; pairs is put into that order. It is for answers that come by the thousand, which
// need no map of headers.
func (a *answer) WriteWhole(status int, pairs []string, body []byte) error {
	if a.status != 0 || a.hijacked || len(a.header) > 0 {
		return http.ErrNotSupported
	}
	for i := 2; i < len(pairs); i += 2 {
		for j := i; j > 0 && pairs[j] < pairs[j-2]; j -= 2 {
			pairs[j], pairs[j-2], pairs[j+1], pairs[j-1] = pairs[j-2], pairs[j], pairs[j-1], pairs[j+1]
		}
	}
	a.status, a.length, a.written = status, int64(len(body)), int64(len(body))
	b := appendStatus(a.conn.out, status)
	for i := 0; i < len(pairs); i += 2 {
		b = append(append(b, pairs[i]...), ": "...)
		b = append(append(b, oneLine(pairs[i+1])...), "\r\n"...)
	}
	a.conn.out = append(append(b, "\r\n"...), body...)
	return a.FlushError()
}

// appendStatus writes a status line.
func appendStatus(b []byte, status int) []byte {
	b = append(strconv.AppendInt(append(b, "HTTP/1.1 "...), int64(status), 10), ' ')
	if text := http.StatusText(status); text != "" {
		b = append(b, text...)
	} else {
		b = strconv.AppendInt(append(b, "status code "...), int64(status), 10)
	}
	return append(b, "\r\n"...)
}
