package apk

import (
	"bytes"
	"crypto"
	_ "crypto/md5" // old apps name their files' digests by it, and Android 4 took that
	_ "crypto/sha1"
	"encoding/base64"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Limits on the files of a v1 signature. A manifest has about 110 bytes a file.
const (
	mostManifest = 16 << 20
	mostPKCS7    = 1 << 20
)

// readJar reads and checks the v1 signature: for each block file, that it signs its .SF, that this names the digest of MANIFEST.MF, and that
// this names the digests of the files that are read here. Other files are not unpacked for it: nothing is said about them.
func (a *App) readJar(z *archive) {
	s := Scheme{Name: "v1"}
	manifest, manifestErr := z.read("META-INF/MANIFEST.MF", mostManifest)
	names := make([]string, 0, 4)
	for name := range z.entries {
		if ext := strings.ToUpper(path.Ext(name)); strings.HasPrefix(strings.ToUpper(name), "META-INF/") && (ext == ".RSA" || ext == ".DSA" || ext == ".EC") {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return
	}
	slices.Sort(names)
	fail := func(err error) {
		if s.Broken == "" && err != nil {
			s.Broken = err.Error()
		}
	}
	fail(manifestErr)
	for _, name := range names {
		signers, err := z.jarSigner(name, manifest, a)
		s.Signers = append(s.Signers, signers...)
		fail(err)
	}
	if manifestErr == nil && s.Broken == "" {
		fail(a.covered(z, manifest))
	}
	a.Schemes = append(a.Schemes, s)
}

// jarSigner reads one block file.
func (z *archive) jarSigner(name string, manifest []byte, a *App) ([]Signer, error) {
	block, err := z.read(name, mostPKCS7)
	if err != nil {
		return nil, err
	}
	listed := strings.TrimSuffix(name, path.Ext(name))
	sf, err := z.read(listed+".SF", mostManifest)
	if err != nil {
		if sf, err = z.read(listed+".sf", mostManifest); err != nil {
			return nil, fmt.Errorf("%s stands without its .SF file", name)
		}
	}
	certs, err := readPKCS7(block, sf)
	var signers []Signer
	for _, c := range certs {
		signers = append(signers, Signer{Certificate: c})
	}
	if err != nil {
		return signers, err
	}
	head, _ := section(sf)
	main := attributes(head)
	if newer := main["x-android-apk-signed"]; strings.Contains(newer, "2") && !a.hasScheme("v2") && !a.hasScheme("v3") {
		return signers, fmt.Errorf("its newer signature was taken out") // Android refuses it too: the v1 signature says that there is one
	}
	return signers, checkDigests(main, "-digest-manifest", manifest, "MANIFEST.MF")
}

func (a *App) hasScheme(name string) bool {
	return slices.ContainsFunc(a.Schemes, func(s Scheme) bool { return s.Name == name })
}

// covered checks the digests of the files that are read here.
func (a *App) covered(z *archive, manifest []byte) error {
	want := []string{"AndroidManifest.xml", "assets/api_key.txt", "base/manifest/AndroidManifest.xml", "base/assets/api_key.txt"}
	for rest := manifest; len(rest) > 0; {
		var one []byte
		one, rest = section(rest)
		if !bytes.HasPrefix(one, []byte("Name: ")) {
			continue
		}
		attrs := attributes(one)
		i := slices.Index(want, attrs["name"])
		if i < 0 {
			continue
		}
		want = slices.Delete(want, i, i+1)
		text, err := z.read(attrs["name"], mostManifest)
		if err != nil {
			return err
		}
		if err := checkDigests(attrs, "-digest", text, attrs["name"]); err != nil {
			return err
		}
	}
	for _, name := range want {
		if z.has(name) {
			return fmt.Errorf("%s was put in after the app was signed", name)
		}
	}
	return nil
}

// checkDigests holds a text against the strongest digest of it that is named.
func checkDigests(attrs map[string]string, suffix string, text []byte, name string) error {
	for _, h := range []struct {
		name string
		hash crypto.Hash
	}{{"sha-512", crypto.SHA512}, {"sha-384", crypto.SHA384}, {"sha-256", crypto.SHA256}, {"sha1", crypto.SHA1}, {"sha-1", crypto.SHA1}, {"md5", crypto.MD5}} {
		said, ok := attrs[h.name+suffix]
		if !ok {
			continue
		}
		sum := h.hash.New()
		sum.Write(text)
		if said != base64.StdEncoding.EncodeToString(sum.Sum(nil)) {
			return fmt.Errorf("%s was changed after the app was signed", name)
		}
		return nil
	}
	return fmt.Errorf("the signature names no digest of %s", name)
}

// section cuts off the first section of a manifest: what stands before an empty line.
func section(text []byte) (one, rest []byte) {
	for i := 0; i < len(text); {
		line := len(text)
		if n := bytes.IndexByte(text[i:], '\n'); n >= 0 {
			line = i + n + 1
		}
		if len(bytes.TrimRight(text[i:line], "\r\n")) == 0 {
			return text[:i], text[line:]
		}
		i = line
	}
	return text, nil
}

// attributes reads "Name: value" lines, whose continuations begin with a blank. Names are in small letters.
func attributes(one []byte) map[string]string {
	text := strings.NewReplacer("\r\n ", "", "\n ", "").Replace(string(one))
	attrs := map[string]string{}
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimRight(line, "\r\n"), ": "); ok {
			attrs[strings.ToLower(name)] = value
		}
	}
	return attrs
}
