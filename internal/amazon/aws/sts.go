package aws

import (
	"context"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// An Identity is whose a key is.
type Identity struct {
	Account string // 12 digits
	ARN     string `xml:"Arn"`
	UserID  string `xml:"UserId"`
}

// Root reports whether it is the account's root user.
func (i Identity) Root() bool { return strings.HasSuffix(i.ARN, ":root") }

// User is the IAM user's name; empty for root and for roles.
func (i Identity) User() string {
	_, rest, ok := strings.Cut(i.ARN, ":user/")
	if !ok {
		return ""
	}
	return rest[strings.LastIndexByte(rest, '/')+1:]
}

// CallerIdentity asks whose a key is. It needs no permission and cannot be denied, so it proves a key.
func (c *Client) CallerIdentity(ctx context.Context, k Key) (Identity, error) {
	var out Identity
	if err := c.query(ctx, k, "sts", "GetCallerIdentity", nil, &out); err != nil {
		return Identity{}, err
	}
	if out.Account == "" || out.ARN == "" {
		return Identity{}, problem.New(problem.AWSBrokenAnswer)
	}
	return out, nil
}

// SessionToken asks for session credentials. It needs no permission. life is 15 minutes to 36 hours.
func (c *Client) SessionToken(ctx context.Context, k Key, life time.Duration) (amazon.Session, error) {
	var out struct {
		Credentials struct {
			ID      string    `xml:"AccessKeyId"`
			Secret  string    `xml:"SecretAccessKey"`
			Token   string    `xml:"SessionToken"`
			Expires time.Time `xml:"Expiration"`
		}
	}
	in := url.Values{"DurationSeconds": {strconv.Itoa(int(life / time.Second))}}
	if err := c.query(ctx, k, "sts", "GetSessionToken", in, &out); err != nil {
		return amazon.Session{}, err
	}
	got := out.Credentials
	if got.ID == "" || got.Secret == "" || got.Token == "" || got.Expires.IsZero() {
		return amazon.Session{}, problem.New(problem.AWSBrokenAnswer)
	}
	return amazon.Session{KeyID: got.ID, Secret: secret.New(got.Secret), Token: secret.New(got.Token), Expires: got.Expires.UTC()}, nil
}

// AccountOf reads the account's number out of a key id, as it is written there in keys made since about 2019 (contract 5.1).
func AccountOf(id string) (string, bool) {
	if len(id) != 20 {
		return "", false
	}
	b, err := base32.StdEncoding.DecodeString(id[4:])
	if err != nil || b[0]&0x80 == 0 { // older ids are drawn at random; newer ones begin with a set bit
		return "", false
	}
	n := binary.BigEndian.Uint64(append([]byte{0, 0}, b[:6]...)) & 0x7fffffffff80 >> 7
	if n > 999_999_999_999 {
		return "", false
	}
	return fmt.Sprintf("%012d", n), true
}
