package seal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/mac"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
)

// keys are the three Tink keysets of an installation. They are kept and wrapped as one, so that none can be exchanged alone.
type keys struct {
	seal  *keyset.Handle // seals values
	mac   *keyset.Handle // authenticates what Lockkeeper hands out
	print *keyset.Handle // fingerprints; never rotated, since fingerprints are compared over years
}

func newKeys() (k keys, err error) {
	for _, part := range []struct {
		h        **keyset.Handle
		template *tinkpb.KeyTemplate
	}{
		{&k.seal, aead.XAES256GCM192BitNonceKeyTemplate()}, // c2sp.org/XAES-256-GCM: random nonces are safe for any number of values
		{&k.mac, mac.HMACSHA256Tag256KeyTemplate()},
		{&k.print, mac.HMACSHA256Tag256KeyTemplate()},
	} {
		if *part.h, err = keyset.NewHandle(part.template); err != nil {
			return keys{}, fmt.Errorf("making a key: %w", err)
		}
	}
	return k, nil
}

// sealer makes the keys ready for use.
func (k keys) sealer() (*Sealer, error) {
	a, err := aead.New(k.seal)
	if err != nil {
		return nil, fmt.Errorf("preparing the sealing keys: %w", err)
	}
	macs, err := newMACs(k.mac)
	if err != nil {
		return nil, err
	}
	prints, err := newMACs(k.print)
	if err != nil {
		return nil, err
	}
	return &Sealer{keys: k, aead: a, macs: macs, prints: prints, fingerprint: prints.identity()}, nil
}

// bundle is the plain text inside the wrapping.
type bundle struct {
	Seal  []byte `json:"seal"`
	MAC   []byte `json:"mac"`
	Print []byte `json:"print"`
}

func (k keys) marshal() ([]byte, error) {
	var b bundle
	for _, part := range []struct {
		h   *keyset.Handle
		out *[]byte
	}{{k.seal, &b.Seal}, {k.mac, &b.MAC}, {k.print, &b.Print}} {
		var buf bytes.Buffer
		if err := insecurecleartextkeyset.Write(part.h, keyset.NewBinaryWriter(&buf)); err != nil {
			return nil, fmt.Errorf("writing a keyset: %w", err)
		}
		*part.out = buf.Bytes()
	}
	return json.Marshal(b)
}

func parseKeys(plain []byte) (k keys, err error) {
	var b bundle
	if err := json.Unmarshal(plain, &b); err != nil {
		return keys{}, errors.New("reading the keyset: it has another form") // the parser's own error could quote key bytes
	}
	for _, part := range []struct {
		in []byte
		h  **keyset.Handle
	}{{b.Seal, &k.seal}, {b.MAC, &k.mac}, {b.Print, &k.print}} {
		if *part.h, err = insecurecleartextkeyset.Read(keyset.NewBinaryReader(bytes.NewReader(part.in))); err != nil {
			return keys{}, errors.New("reading the keyset: a part of it has another form")
		}
	}
	return k, nil
}

// Rotate returns a Sealer whose new keys seal and authenticate from now on, and that still opens everything the old ones
// sealed. Wrap it and put it in the keyset's place before using it; then seal the rows anew, then Retire the old key.
func (s *Sealer) Rotate() (*Sealer, error) {
	next := s.keys
	var err error
	if next.seal, err = addPrimary(s.keys.seal, aead.XAES256GCM192BitNonceKeyTemplate()); err != nil {
		return nil, err
	}
	if next.mac, err = addPrimary(s.keys.mac, mac.HMACSHA256Tag256KeyTemplate()); err != nil {
		return nil, err
	}
	return next.sealer()
}

func addPrimary(h *keyset.Handle, template *tinkpb.KeyTemplate) (*keyset.Handle, error) {
	m := keyset.NewManagerFromHandle(h)
	added, err := m.Add(template)
	if err != nil {
		return nil, fmt.Errorf("adding a key: %w", err)
	}
	if err := m.SetPrimary(added); err != nil {
		return nil, fmt.Errorf("adding a key: %w", err)
	}
	next, err := m.Handle()
	if err != nil {
		return nil, fmt.Errorf("adding a key: %w", err)
	}
	return next, nil
}

// Retire returns a Sealer without the keys that are not primary. What they sealed opens no more.
func (s *Sealer) Retire() (*Sealer, error) {
	next := s.keys
	var err error
	if next.seal, err = onlyPrimary(s.keys.seal); err != nil {
		return nil, err
	}
	if next.mac, err = onlyPrimary(s.keys.mac); err != nil {
		return nil, err
	}
	return next.sealer()
}

func onlyPrimary(h *keyset.Handle) (*keyset.Handle, error) {
	m, primary := keyset.NewManagerFromHandle(h), primaryID(h)
	for i := range h.Len() {
		e, err := h.Entry(i)
		if err != nil {
			return nil, fmt.Errorf("retiring a key: %w", err)
		}
		if e.KeyID() != primary {
			if err := m.Delete(e.KeyID()); err != nil {
				return nil, fmt.Errorf("retiring a key: %w", err)
			}
		}
	}
	next, err := m.Handle()
	if err != nil {
		return nil, fmt.Errorf("retiring a key: %w", err)
	}
	return next, nil
}
