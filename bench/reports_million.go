//go:build linux

package main

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"time"
)

// A report as large as was promised.
const (
	millionRows = 1_000_000
	millionDays = 10
	millionID   = "11111111-1111-4111-8111-111111111111"
)

// writeMillion writes a report of search terms as Amazon sends it. Its days are those that a new world's reports have not: before yesterday.
func writeMillion(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	z, err := gzip.NewWriterLevel(f, gzip.BestSpeed)
	if err != nil {
		return err
	}
	last := time.Now().UTC().AddDate(0, 0, -2)
	var days [millionDays]string
	for i := range days {
		days[i] = last.AddDate(0, 0, -i).Format(time.DateOnly)
	}
	w := bufio.NewWriterSize(z, 64<<10)
	before := byte('[')
	for i := range millionRows {
		_ = w.WriteByte(before) // Flush tells
		fmt.Fprintf(w, `{"date":"%s","campaignId":%d,"campaignName":"Campaign %d","adGroupId":%d,"adGroupName":"Group %d","keywordId":%d,"targeting":"word %d","matchType":"EXACT",`+
			`"searchTerm":"what somebody typed %d","impressions":%d,"clicks":%d,"cost":%d.%02d,"purchases7d":%d,"sales7d":%d.99}`,
			days[i%millionDays], 1_000_000_000_000+i%500, i%500, 2_000_000_000_000+i%5000, i%5000, 3_000_000_000_000+i%100_000, i%100_000, i, i%1000, i%50, i%90, i%100, i%3, i%300)
		before = ','
	}
	_ = w.WriteByte(']')
	if err := w.Flush(); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return f.Close()
}

// A millionDoor stands before a sandbox, and answers for one report itself.
type millionDoor struct {
	addr   string
	server *http.Server
	began  atomic.Int64 // when the file was asked for, in nanoseconds
}

func newMillionDoor(sandbox, file string) (*millionDoor, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	d := &millionDoor{addr: l.Addr().String()}
	rest := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: sandbox})
	d.server = &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/million.json.gz":
			d.began.Store(time.Now().UnixNano())
			http.ServeFile(w, r, file)
		case strings.HasSuffix(r.URL.Path, "/reporting/reports"): // it is under way already, so that the server looks at once
			w.WriteHeader(http.StatusTooEarly)
			_, _ = io.WriteString(w, `{"code":"425","detail":"The Request is a duplicate of : `+millionID+`"}`)
		case strings.HasSuffix(r.URL.Path, "/reporting/reports/"+millionID):
			_, _ = io.WriteString(w, `{"reportId":"`+millionID+`","status":"COMPLETED","url":"http://`+d.addr+`/million.json.gz"}`)
		default:
			rest.ServeHTTP(w, r)
		}
	})}
	go func() { _ = d.server.Serve(l) }()
	return d, nil
}
