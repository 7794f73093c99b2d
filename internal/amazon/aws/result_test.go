package aws

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const created = `<CreateAccessKeyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><CreateAccessKeyResult><AccessKey>
 <UserName>svc</UserName><AccessKeyId>AKIAEXAMPLE234567ABC</AccessKeyId><Status>Active</Status>
 <SecretAccessKey>sbx-EXAMPLE</SecretAccessKey><CreateDate>2026-11-21T10:00:00Z</CreateDate></AccessKey></CreateAccessKeyResult>
 <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></CreateAccessKeyResponse>`

type createResult struct {
	AccessKey struct {
		AccessKey
		Secret string `xml:"SecretAccessKey"`
	}
}

// The answer of contract 5.3, and what is not one.
func TestReadResult(t *testing.T) {
	t.Parallel()
	var out createResult
	if err := readResult([]byte(created), "CreateAccessKey", &out); err != nil {
		t.Fatal(err)
	}
	want := AccessKey{User: "svc", ID: "AKIAEXAMPLE234567ABC", Status: Active, Created: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)}
	if d := cmp.Diff(want, out.AccessKey.AccessKey); d != "" || out.AccessKey.Secret != "sbx-EXAMPLE" {
		t.Error(d)
	}
	if err := readResult([]byte(`<DeleteAccessKeyResponse><ResponseMetadata/></DeleteAccessKeyResponse>`), "DeleteAccessKey", nil); err != nil {
		t.Error(err)
	}
	for name, text := range map[string]string{
		"empty": "", "a web page": "<!DOCTYPE html><html></html>", "another action's": strings.ReplaceAll(created, "CreateAccessKey", "DeleteAccessKey"),
		"cut short": created[:len(created)/2], "no result": `<CreateAccessKeyResponse/>`, "JSON": `{"AccessKey":{}}`,
		"a type of its own": `<!DOCTYPE x [<!ENTITY a "b">]>` + created,
	} {
		if err := readResult([]byte(text), "CreateAccessKey", &out); err == nil {
			t.Errorf("%s is taken for an answer", name)
		}
	}
}

// FuzzReadResult: whatever comes, there is a result or an error, and an error never repeats the answer, which may hold a secret.
func FuzzReadResult(f *testing.F) {
	f.Add([]byte(created))
	f.Add([]byte(`<CreateAccessKeyResponse><CreateAccessKeyResult/></CreateAccessKeyResponse>`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var out createResult
		err := readResult(body, "CreateAccessKey", &out)
		if err != nil && len(body) > 40 && strings.Contains(err.Error(), string(body)) {
			t.Error("the error repeats the answer")
		}
		if err == nil && !strings.Contains(string(body), "CreateAccessKeyRes") {
			t.Error("taken for what it is not")
		}
	})
}
