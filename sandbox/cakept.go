package sandbox

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// The files of an authority: the certificate for others to read, and the same with its key. Both are this user's alone.
const (
	caFile    = "ca.crt"
	caKeyFile = "ca.pem"
)

// file is where the certificate is kept; empty where it is not.
func (a *authority) file() string {
	if a.folder == "" {
		return ""
	}
	return filepath.Join(a.folder, caFile)
}

// load reads the authority of the folder. What is damaged counts as none: nothing depends on an authority that outlives its sandbox. What
// somebody else might have read or put there is refused.
//
// The key is no more than a loopback server's for some days, so it is kept without a seal; the mode guards it, as it does the ready file.
func (a *authority) load() error {
	path := filepath.Join(a.folder, caKeyFile)
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("reading the sandbox's certificate authority: %w", err)
	case !info.Mode().IsRegular() || (info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows"):
		return fmt.Errorf("reading the sandbox's certificate authority: others may read or write %s; remove it", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading the sandbox's certificate authority: %w", err)
	}
	pair, err := tls.X509KeyPair(text, text)
	if err != nil {
		return nil
	}
	if key, ok := pair.PrivateKey.(*ecdsa.PrivateKey); ok && pair.Leaf.IsCA {
		a.cert, a.key = pair.Leaf, key
	}
	return nil
}

// keep writes the authority into its folder. Where another sandbox of the folder has been faster, that one's is taken.
func (a *authority) keep() error {
	if err := os.MkdirAll(a.folder, 0o700); err != nil {
		return fmt.Errorf("keeping the sandbox's certificate authority: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		return fmt.Errorf("keeping the sandbox's certificate authority: %w", err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
	both := append(public[:len(public):len(public)], pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})...)
	path, drawn := filepath.Join(a.folder, caKeyFile), a.cert
	err = writeWhole(path, both, os.Link)
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	key := a.key
	if err := a.load(); err != nil || a.good() && a.cert != drawn {
		return err
	}
	a.cert, a.key = drawn, key
	return writeWhole(path, both, os.Rename)
}

// publish writes the certificate without its key, for programs that are told to trust it by a file.
func (a *authority) publish() error {
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
	if old, err := os.ReadFile(a.file()); err == nil && bytes.Equal(old, text) {
		return nil
	}
	return writeWhole(a.file(), text, os.Rename)
}

// writeWhole writes a file whole or not at all, readable by this user alone; put brings it from where it was written to its place.
func writeWhole(path string, text []byte, put func(from, to string) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".sandbox-*") // mode 0600
	if err != nil {
		return fmt.Errorf("writing %s: %w", filepath.Base(path), err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // it is gone already where it was renamed
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err == nil {
		err = put(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", filepath.Base(path), err)
	}
	return nil
}
