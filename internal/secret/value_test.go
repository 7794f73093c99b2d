package secret_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

const canary = "canary-5f1e-secret"

type holder struct {
	Open   secret.Value
	closed secret.Value
	Ptr    *secret.Value
	List   []secret.Value
	Map    map[string]secret.Value
}

type element struct{ V secret.Value }

func newHolder() holder {
	v := secret.New(canary)
	return holder{Open: v, closed: v, Ptr: &v, List: []secret.Value{v}, Map: map[string]secret.Value{"k": v}}
}

// G1: no way of printing a value that holds a secret shows it.
func TestNoVerbOrEncoderShowsASecret(t *testing.T) {
	t.Parallel()
	h := newHolder()
	outputs := map[string]string{}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%p", "%T"} {
		outputs["holder "+verb] = fmt.Sprintf(verb, h)
		outputs["value "+verb] = fmt.Sprintf(verb, h.Open)
		outputs["pointer "+verb] = fmt.Sprintf(verb, h.Ptr)
	}
	outputs["error"] = fmt.Errorf("opening %v: %w", h, errors.New("x")).Error()

	var log bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(handler).Info("m", "value", h.Open, "holder", h, "ptr", h.Ptr)
	}
	outputs["slog"] = log.String()

	js, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	outputs["json"] = string(js)
	xm, err := xml.Marshal(element{h.Open})
	if err != nil {
		t.Fatal(err)
	}
	outputs["xml"] = string(xm)
	var tm bytes.Buffer
	if err := toml.NewEncoder(&tm).Encode(struct{ V secret.Value }{h.Open}); err != nil {
		t.Fatal(err)
	}
	outputs["toml"] = tm.String()
	var gb bytes.Buffer
	if err := gob.NewEncoder(&gb).Encode(h.Open); err == nil {
		t.Error("gob encoded a secret")
	}
	outputs["gob"] = gb.String()

	for way, out := range outputs {
		if strings.Contains(out, canary) || strings.Contains(out, fmt.Sprintf("%x", canary)) {
			t.Errorf("%s shows the secret: %s", way, out)
		}
	}
	if h.closed.Reveal() != canary {
		t.Error("Reveal lost the value")
	}
}

func TestEqual(t *testing.T) {
	t.Parallel()
	if !secret.New("a").Equal(secret.New("a")) || secret.New("a").Equal(secret.New("b")) || secret.New("a").Equal(secret.Value{}) {
		t.Error("Equal does not compare the bytes")
	}
}
