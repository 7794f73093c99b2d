package server_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm/admfake"
	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// upload sends the page's form with files, as a browser does.
func (b *browser) upload(address string, fields map[string]string, files map[string][]byte) page {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range fields {
		if err := w.WriteField(name, value); err != nil {
			b.t.Fatal(err)
		}
	}
	for name, text := range files {
		f, err := w.CreateFormFile("file", name)
		if err == nil {
			_, err = f.Write(text)
		}
		if err != nil {
			b.t.Fatal(err)
		}
	}
	_ = w.Close()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, address, &body)
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	resp, err := b.client.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return page{resp, string(text)}
}

// TestAppKeyPage checks a key in the console: the verdict is the command line's, what is no key does not come back, and too much is refused.
func TestAppKeyPage(t *testing.T) {
	t.Parallel()
	k := keytest.Start(t, keytest.Options{})
	k.App(kit.Shop)
	b := newBrowser(t)
	b.enter(k, keytest.Operator, keytest.Password)
	w := k.Sandbox.World()
	key, err := admfake.IssueAppKey(w, w.Profile(kit.Shop), admfake.AppKey{Package: "com.example.reader", MD5: strings.Repeat("0A:", 15) + "0A"})
	if err != nil {
		t.Fatal(err)
	}
	address := k.Status.Console + "/appkey"
	right := b.upload(address, map[string]string{"key": key, "package": "com.example.reader", "sandbox": "yes", "profile": kit.Shop}, nil)
	if right.StatusCode != http.StatusOK || !strings.Contains(right.body, "Nothing is wrong") || !strings.Contains(right.body, "appkey.no_sha256") {
		t.Errorf("a right key: %d\n%s", right.StatusCode, right.body)
	}
	wrong := b.upload(address, map[string]string{"package": "com.example.Reader", "sandbox": "yes"}, map[string][]byte{`C:\keys\api_key.txt`: []byte(key + "\r\n")})
	for _, want := range []string{"appkey.package_case", "appkey.white_space", "<h3>api_key.txt</h3>"} {
		if !strings.Contains(wrong.body, want) {
			t.Errorf("it does not say %s:\n%s", want, wrong.body)
		}
	}
	secret := w.Profile(kit.Shop).Secret()
	if other := b.upload(address, map[string]string{"key": secret}, nil); !strings.Contains(other.body, "appkey.other_credential") || strings.Contains(other.body, secret) {
		t.Error("a client secret was pasted, and it is not named or comes back")
	}
	if large := b.upload(address, nil, map[string][]byte{"large.apk": make([]byte, 17<<20)}); large.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(large.body, "appkey.file_too_large") {
		t.Errorf("17 MB: %d", large.StatusCode)
	}
	if nothing := b.upload(address, map[string]string{"key": " "}, nil); !strings.Contains(nothing.body, "appkey.empty") {
		t.Errorf("nothing: %d", nothing.StatusCode)
	}
	if plain := b.post(address, map[string][]string{"key": {key}}); plain.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a form of another kind: %d", plain.StatusCode)
	}
}
