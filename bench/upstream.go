//go:build linux

package main

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// host is Amazon's host that the upstream stands for.
const host = "advertising-api.amazon.com"

// certificate makes a key pair for the upstream and puts it into dir; nobody outside this run trusts it.
func certificate(dir string) (*x509.CertPool, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "bench"}, DNSNames: []string{host}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(24 * time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(cert)
	return pool, errors.Join(
		os.WriteFile(filepath.Join(dir, "cert.pem"), cert, 0o600),
		os.WriteFile(filepath.Join(dir, "key.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}), 0o600))
}

// loadRoots reads the certificate back.
func loadRoots(dir string) (*x509.CertPool, error) {
	text, err := os.ReadFile(filepath.Join(dir, "cert.pem"))
	pool := x509.NewCertPool()
	if err == nil && !pool.AppendCertsFromPEM(text) {
		err = errors.New("the certificate cannot be read")
	}
	return pool, err
}

// childUpstream answers every request with the same kilobyte, of the Ads API or of the Creators API, or with a megabyte where it is asked for,
// with and without TLS.
func childUpstream(args []string) error {
	pair, err := tls.LoadX509KeyPair(filepath.Join(args[0], "cert.pem"), filepath.Join(args[0], "key.pem"))
	if err != nil {
		return err
	}
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	secure := tls.NewListener(inner, &tls.Config{Certificates: []tls.Certificate{pair}, NextProtos: []string{"http/1.1"}})
	body := `{"campaigns":["` + strings.Repeat("x", 1000) + `"],"totalResults":1}`
	if len(args) > 1 {
		body = creatorsAnswer
	}
	answer := []byte(strings.Join([]string{
		"HTTP/1.1 200 OK", "Server: Server", "Content-Type: application/json", "X-Amz-Rid: P2P44C0QBZ2R94JRS99Z",
		"Vary: Content-Type,Accept-Encoding,User-Agent", "Content-Length: " + strconv.Itoa(len(body)), "", body,
	}, "\r\n"))
	large := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", floodSize, strings.Repeat("x", floodSize))
	for _, l := range []net.Listener{plain, secure} {
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				go serveRaw(c, answer, large)
			}
		}()
	}
	return sayAndWait(map[string]string{"Addr": plain.Addr().String(), "TLS": inner.Addr().String()}, func() any { return nil })
}

var wantsLarge = []byte("pageSize=" + strconv.Itoa(floodSize) + " ")

func serveRaw(c net.Conn, usual, large []byte) {
	defer func() { _ = c.Close() }()
	r := bufio.NewReaderSize(c, 16<<10)
	for {
		length, answer := 0, usual
		for {
			line, err := r.ReadSlice('\n')
			if err != nil {
				return
			}
			if len(line) == 2 {
				break
			}
			if bytes.Contains(line, wantsLarge) {
				answer = large
			}
			if len(line) > len(contentLength) && bytes.EqualFold(line[:len(contentLength)], contentLength) {
				length, _ = strconv.Atoi(string(bytes.TrimSpace(line[len(contentLength):])))
			}
		}
		if _, err := io.CopyN(io.Discard, r, int64(length)); err != nil {
			return
		}
		if _, err := c.Write(answer); err != nil {
			return
		}
	}
}

// sayAndWait tells the parent where this child listens, waits until the parent has enough, and says the last words.
func sayAndWait(first any, last func() any) error {
	out := json.NewEncoder(os.Stdout)
	if err := out.Encode(first); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	if v := last(); v != nil {
		if err, failed := v.(error); failed {
			return fmt.Errorf("ending: %w", err)
		}
		return out.Encode(v)
	}
	return nil
}
