package admfake

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/json"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A message is one that a device has in its inbox.
type message struct {
	Seq     int64     `json:"seq"`
	At      time.Time `json:"at"`
	Expires time.Time `json:"expires"`
	*content
}

// A content is what was sent, which all messages with the same body share.
type content struct {
	Data         map[string]string `json:"data,omitempty"`
	Notification json.RawMessage   `json:"notification,omitempty"`
	Key          string            `json:"consolidation_key,omitempty"`
	Priority     string            `json:"priority,omitempty"`
	Checksum     string            `json:"md5"`
	Group        string            `json:"group,omitempty"`
	Topic        string            `json:"topic,omitempty"`
}

// The type headers of a send (adm 3.2).
const (
	messageType = "com.amazon.device.messaging.ADMMessage@1.0"
	resultType  = "com.amazon.device.messaging.ADMSendResult@1.0"
)

// read checks a message's headers and body in the order in which they are refused (a guess). The second result is the refusal.
func (f *fake) read(x *kit.Exchange) (message, *kit.Response) {
	no := func(status int, reason string) (message, *kit.Response) {
		r := deny(x, status, reason)
		return message{}, &r
	}
	if f.is.types.Is("strict") && !f.world.Lax() && (kit.First(x.Header, "X-Amzn-Type-Version") != messageType || kit.First(x.Header, "X-Amzn-Accept-Type") != resultType) {
		return no(http.StatusBadRequest, "InvalidType")
	}
	if !isJSON(kit.First(x.Header, "Content-Type")) && !f.world.Lax() {
		return no(http.StatusBadRequest, "InvalidType")
	}
	if f.is.size.Is("body") && len(x.Body) > number(f.is.sizeLimit) {
		return no(http.StatusRequestEntityTooLarge, "MessageTooLarge")
	}
	p := f.parse(x.Body)
	if p.err != nil || !p.texts && f.is.values.Is("strict") {
		return no(http.StatusBadRequest, "InvalidData")
	}
	if f.is.size.Is("data") && p.size > number(f.is.sizeLimit) {
		return no(http.StatusRequestEntityTooLarge, "MessageTooLarge")
	}
	in := &p.wire
	nothing := in.Notification == nil || string(in.Notification) == "null"
	if !nothing && !object(in.Notification) || nothing && in.Data == nil {
		return no(http.StatusBadRequest, "InvalidData")
	}
	if p.content.Priority != "normal" && p.content.Priority != "high" {
		return no(http.StatusBadRequest, "InvalidData")
	}
	if _, text := in.Key.(string); in.Key != nil && (!text || f.is.consolidation.Is("64") && len(p.content.Key) > 64) {
		return no(http.StatusBadRequest, "InvalidConsolidationKey")
	}
	life, ok := f.life(in.Expires)
	if !ok {
		return no(http.StatusBadRequest, "InvalidExpiration")
	}
	if in.Checksum != nil && *in.Checksum != p.content.Checksum {
		return no(http.StatusBadRequest, "InvalidChecksum")
	}
	return message{At: x.Now, Expires: x.Now.Add(life), content: &p.content}, nil
}

// isJSON reports whether a Content-Type is that of JSON, with or without parameters.
func isJSON(kind string) bool {
	if kind == "application/json" {
		return true
	}
	media, _, err := mime.ParseMediaType(kind)
	return err == nil && media == "application/json"
}

// A parsed is a body taken apart. Nothing of it is changed any more, since messages share it.
type parsed struct {
	body    string
	wire    wireMessage
	err     error
	texts   bool // all values of data are texts
	size    int  // of names and values of data
	content content
}

// wireMessage is a body's JSON (adm 3.2).
type wireMessage struct {
	Data         map[string]any  `json:"data"`
	Notification json.RawMessage `json:"notification"`
	Key          any             `json:"consolidationKey"`
	Expires      any             `json:"expiresAfter"`
	Priority     *string         `json:"priority"`
	Checksum     *string         `json:"md5"`
	Group        string          `json:"group"`
	Topic        string          `json:"topic"`
}

// parse takes a body apart. The last one is remembered: a sender sends the same to one device after the other.
func (f *fake) parse(body []byte) *parsed {
	if last := f.last.Load(); last != nil && last.body == string(body) {
		return last
	}
	p := &parsed{body: string(body), texts: true}
	p.err = decode(body, &p.wire)
	in, data := &p.wire, map[string]string{} // with what is no text written as JSON
	for k, v := range in.Data {
		text, ok := v.(string)
		if !ok {
			b, _ := json.Marshal(v)
			text, p.texts = string(b), false
		}
		data[k] = text
		p.size += len(k) + len(text)
	}
	p.content = content{Data: data, Notification: in.Notification, Priority: "normal", Checksum: checksum(data), Group: in.Group, Topic: in.Topic}
	p.content.Key, _ = in.Key.(string)
	if in.Priority != nil {
		p.content.Priority = *in.Priority
	}
	f.last.Store(p)
	return p
}

// decode reads one JSON value with nothing behind it, and numbers as they stand.
func decode(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return err
	}
	if d.More() {
		return errTrailing
	}
	return nil
}

func object(text json.RawMessage) bool {
	return strings.HasPrefix(strings.TrimSpace(string(text)), "{")
}

// life reads expiresAfter: whole seconds, from a minute to a month; a week where it is left out (adm 3.2).
func (f *fake) life(v any) (time.Duration, bool) {
	if v == nil {
		return 7 * 24 * time.Hour, true
	}
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	seconds, err := n.Int64()
	return time.Duration(seconds) * time.Second, err == nil && seconds >= 60 && seconds <= int64(number(f.is.expiry))
}

// checksum is the MD5 of data alone: keys sorted by their bytes, key:value joined by commas, nothing escaped (adm 3.2).
func checksum(data map[string]string) string {
	var b strings.Builder
	for i, k := range slices.Sorted(maps.Keys(data)) {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(k + ":" + data[k])
	}
	sum := md5.Sum([]byte(b.String()))
	return base64.StdEncoding.EncodeToString(sum[:])
}
