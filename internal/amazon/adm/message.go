package adm

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// Rules of a message (adm 3.2). Where the contract has several figures the most careful stands here, so that what passes is taken.
const (
	MaxBytes            = 6144                // of the whole JSON body: the 6 KB rule
	MinLife             = time.Minute         // of expiresAfter
	MaxLife             = 30 * 24 * time.Hour // "one month"
	DefaultLife         = 7 * 24 * time.Hour  // Amazon's, where expiresAfter is left out
	MaxConsolidationKey = 64                  // characters
)

// A Message is what one app instance, group or topic gets. Its JSON is Amazon's own.
type Message struct {
	// Data is what the app gets: texts by name. It may be empty, as a mere sign to fetch something. Needed where there is no Notification.
	Data map[string]string `json:"data,omitempty"`

	// Notification is shown by Amazon's SDK on the device, without the app.
	Notification *Notification `json:"notification,omitempty"`

	// ConsolidationKey lets Amazon drop older messages with the same key that still wait. At most 64 characters.
	ConsolidationKey string `json:"consolidationKey,omitempty"`

	// ExpiresAfter is for how many seconds Amazon keeps the message for a device that is off, 60 to 2,592,000. Defaults to Amazon's week.
	ExpiresAfter int64 `json:"expiresAfter,omitempty"`

	// Priority is "normal" or "high". Defaults to Amazon's normal.
	Priority string `json:"priority,omitempty"`

	// MD5 is the checksum of Data in Base64. Defaults to the right one, computed.
	MD5 string `json:"md5,omitempty"`
}

// A Notification is a message that is shown as it is (adm 3.2). Times are RFC 3339, colours #rrggbb.
type Notification struct {
	Title                string   `json:"title,omitempty"`
	Body                 string   `json:"body,omitempty"`
	Icon                 string   `json:"icon,omitempty"`
	Color                string   `json:"color,omitempty"`
	Sound                string   `json:"sound,omitempty"`
	Tag                  string   `json:"tag,omitempty"`
	ClickAction          string   `json:"click_action,omitempty"`
	BodyLocKey           string   `json:"body_loc_key,omitempty"`
	BodyLocArgs          []string `json:"body_loc_args,omitempty"`
	TitleLocKey          string   `json:"title_loc_key,omitempty"`
	TitleLocArgs         []string `json:"title_loc_args,omitempty"`
	ChannelID            string   `json:"channel_id,omitempty"`
	Ticker               string   `json:"ticker,omitempty"`
	Sticky               bool     `json:"sticky,omitempty"`
	EventTime            string   `json:"event_time,omitempty"`
	LocalOnly            bool     `json:"local_only,omitempty"`
	NotificationPriority *int     `json:"notification_priority,omitempty"`
	DefaultSound         bool     `json:"default_sound,omitempty"`
	Visibility           *int     `json:"visibility,omitempty"`
	NotificationCount    *int     `json:"notification_count,omitempty"`
	Image                string   `json:"image,omitempty"`
}

var colour = regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)

// Checksum is the MD5 of data as Amazon computes it: keys sorted by their UTF-8 bytes, key:value joined by commas, nothing escaped,
// in standard Base64 (adm 3.2). Sorting by UTF-16, as Java and JavaScript do, differs beyond the Basic Multilingual Plane.
func Checksum(data map[string]string) string {
	sum := md5.New()
	for i, k := range slices.Sorted(maps.Keys(data)) {
		if i > 0 {
			sum.Write([]byte{','})
		}
		sum.Write([]byte(k + ":" + data[k]))
	}
	return base64.StdEncoding.EncodeToString(sum.Sum(nil))
}

// ParseMessage reads a message from Amazon's own JSON, strictly: a misspelt field would be lost without a word at Amazon.
func ParseMessage(text []byte) (Message, error) {
	var m Message
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return m, problem.New(problem.ADMInvalidMessage).With("%s", unreadable(err)).Because(err)
	}
	if d.More() {
		return m, problem.New(problem.ADMInvalidMessage).With("something stands behind the JSON")
	}
	return m, nil
}

// Body is the message as it is sent, checked by all that can be known beforehand and with its checksum. Every error is a problem.
func (m Message) Body() ([]byte, error) { return m.body("", "") }

// body is Body with one more field, "group" or "topic".
func (m Message) body(field, value string) ([]byte, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	fields := map[string]any{}
	if m.Data != nil || m.Notification == nil {
		fields["data"], fields["md5"] = m.Data, Checksum(m.Data)
		if m.Data == nil {
			fields["data"] = map[string]string{}
		}
	}
	put := func(name string, v any, there bool) {
		if there {
			fields[name] = v
		}
	}
	put("notification", m.Notification, m.Notification != nil)
	put("consolidationKey", m.ConsolidationKey, m.ConsolidationKey != "")
	put("expiresAfter", m.ExpiresAfter, m.ExpiresAfter != 0)
	put("priority", m.Priority, m.Priority != "")
	put(field, value, field != "")
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // six bytes in place of one count against the 6 KB
	if err := e.Encode(fields); err != nil {
		return nil, problem.New(problem.ADMInvalidMessage).Because(err)
	}
	body := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	if len(body) > MaxBytes {
		return nil, problem.New(problem.ADMMessageTooLarge).With("it has %d bytes", len(body))
	}
	return body, nil
}

// check holds the message to Amazon's rules.
func (m Message) check() error {
	wrong := func(code problem.Code, format string, args ...any) error {
		return problem.New(code).With(format, args...)
	}
	for k, v := range m.Data {
		if !utf8.ValidString(k) || !utf8.ValidString(v) {
			return wrong(problem.ADMInvalidData, "data holds bytes that are no text")
		}
	}
	switch n := m.Notification; {
	case m.Data == nil && n == nil:
		return wrong(problem.ADMInvalidData, "there is neither data nor a notification")
	case utf8.RuneCountInString(m.ConsolidationKey) > MaxConsolidationKey:
		return wrong(problem.ADMInvalidConsolidationKey, "it has %d characters", utf8.RuneCountInString(m.ConsolidationKey))
	case m.ExpiresAfter != 0 && (m.ExpiresAfter < int64(MinLife/time.Second) || m.ExpiresAfter > int64(MaxLife/time.Second)):
		return wrong(problem.ADMInvalidExpiration, "%d seconds were asked for", m.ExpiresAfter)
	case m.Priority != "" && m.Priority != "normal" && m.Priority != "high":
		return wrong(problem.ADMInvalidMessage, "priority is normal or high, not %q", clip(m.Priority))
	case m.MD5 != "" && m.MD5 != Checksum(m.Data):
		return wrong(problem.ADMInvalidChecksum, "the right one is %s", Checksum(m.Data))
	case n != nil && n.Color != "" && !colour.MatchString(n.Color):
		return wrong(problem.ADMInvalidMessage, "notification.color is written #rrggbb")
	case n != nil && n.EventTime != "" && !rfc3339(n.EventTime):
		return wrong(problem.ADMInvalidMessage, "notification.event_time is a time such as 2026-11-21T12:00:00Z")
	}
	return nil
}

func rfc3339(s string) bool {
	_, err := time.Parse(time.RFC3339, s)
	return err == nil
}

// unreadable says what is wrong with a message's JSON, without any of its values.
func unreadable(err error) string {
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "json: unknown field "); ok {
		return "there is no field " + clip(name)
	}
	if _, after, ok := strings.Cut(text, "into Go struct field "); ok {
		name, _, _ := strings.Cut(after, " of type")
		_, name, _ = strings.Cut(name, ".")
		return "the field " + clip(name) + " is of another type; values of data are texts"
	}
	return "it is no JSON object"
}

func clip(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "..."
	}
	return s
}
