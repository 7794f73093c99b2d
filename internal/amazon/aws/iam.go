package aws

import (
	"context"
	"net/url"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// The statuses of an access key. Newer models list a third, Expired, as output only.
const (
	Active   = "Active"
	Inactive = "Inactive"
)

// An AccessKey is a user's key as IAM tells of it, without its secret.
type AccessKey struct {
	User    string    `xml:"UserName"`
	ID      string    `xml:"AccessKeyId"`
	Status  string    `xml:"Status"`
	Created time.Time `xml:"CreateDate"`
}

// A LastUse is when and for what a key was last used, as IAM tells some hours later. Zero At: never.
type LastUse struct {
	User    string
	At      time.Time
	Service string
	Region  string
}

// A User is an IAM user.
type User struct {
	Name    string    `xml:"UserName"`
	ID      string    `xml:"UserId"`
	ARN     string    `xml:"Arn"`
	Created time.Time `xml:"CreateDate"`
}

func about(user string, more ...string) url.Values {
	in := url.Values{}
	if user != "" {
		in.Set("UserName", user)
	}
	for i := 0; i+1 < len(more); i += 2 {
		in.Set(more[i], more[i+1])
	}
	return in
}

// CreateAccessKey makes a key for a user; an empty name means whoever asks. The secret is in this answer and in no other, ever.
func (c *Client) CreateAccessKey(ctx context.Context, k Key, user string) (AccessKey, secret.Value, error) {
	var out struct {
		AccessKey struct {
			AccessKey
			Secret string `xml:"SecretAccessKey"`
		}
	}
	if err := c.query(ctx, k, "iam", "CreateAccessKey", about(user), &out); err != nil {
		return AccessKey{}, secret.Value{}, err
	}
	if out.AccessKey.ID == "" || out.AccessKey.Secret == "" {
		return AccessKey{}, secret.Value{}, problem.New(problem.AWSBrokenAnswer)
	}
	return out.AccessKey.AccessKey, secret.New(out.AccessKey.Secret), nil
}

// ListAccessKeys lists a user's keys, oldest first as IAM has them.
func (c *Client) ListAccessKeys(ctx context.Context, k Key, user string) ([]AccessKey, error) {
	var all []AccessKey
	for marker := ""; ; {
		var out struct {
			Keys      []AccessKey `xml:"AccessKeyMetadata>member"`
			Truncated bool        `xml:"IsTruncated"`
			Marker    string
		}
		in := about(user)
		if marker != "" {
			in.Set("Marker", marker)
		}
		if err := c.query(ctx, k, "iam", "ListAccessKeys", in, &out); err != nil {
			return nil, err
		}
		all = append(all, out.Keys...)
		if !out.Truncated || out.Marker == "" || out.Marker == marker || len(all) > 1000 {
			return all, nil
		}
		marker = out.Marker
	}
}

// SetAccessKeyStatus makes a key Active or Inactive.
func (c *Client) SetAccessKeyStatus(ctx context.Context, k Key, user, id, status string) error {
	return c.query(ctx, k, "iam", "UpdateAccessKey", about(user, "AccessKeyId", id, "Status", status), nil)
}

// DeleteAccessKey deletes a key. There is no way back.
func (c *Client) DeleteAccessKey(ctx context.Context, k Key, user, id string) error {
	return c.query(ctx, k, "iam", "DeleteAccessKey", about(user, "AccessKeyId", id), nil)
}

// AccessKeyLastUsed tells when a key was last used.
func (c *Client) AccessKeyLastUsed(ctx context.Context, k Key, id string) (LastUse, error) {
	var out struct {
		User string `xml:"UserName"`
		Last struct {
			At      time.Time `xml:"LastUsedDate"`
			Service string    `xml:"ServiceName"`
			Region  string
		} `xml:"AccessKeyLastUsed"`
	}
	if err := c.query(ctx, k, "iam", "GetAccessKeyLastUsed", url.Values{"AccessKeyId": {id}}, &out); err != nil {
		return LastUse{}, err
	}
	u := LastUse{User: out.User, At: out.Last.At.UTC()}
	if out.Last.At.IsZero() { // never used: service and region are "N/A" then
		return LastUse{User: out.User}, nil
	}
	u.Service, u.Region = out.Last.Service, out.Last.Region
	return u, nil
}

// CreateUser makes an IAM user, who may do nothing yet.
func (c *Client) CreateUser(ctx context.Context, k Key, name string) (User, error) {
	var out struct{ User User }
	err := c.query(ctx, k, "iam", "CreateUser", about(name), &out)
	return out.User, err
}

// DeleteUser deletes an IAM user that has no keys and policies any more.
func (c *Client) DeleteUser(ctx context.Context, k Key, name string) error {
	return c.query(ctx, k, "iam", "DeleteUser", about(name), nil)
}

// PutUserPolicy gives a user an inline policy, or replaces it.
func (c *Client) PutUserPolicy(ctx context.Context, k Key, user, name, document string) error {
	return c.query(ctx, k, "iam", "PutUserPolicy", about(user, "PolicyName", name, "PolicyDocument", document), nil)
}

// DeleteUserPolicy takes an inline policy away.
func (c *Client) DeleteUserPolicy(ctx context.Context, k Key, user, name string) error {
	return c.query(ctx, k, "iam", "DeleteUserPolicy", about(user, "PolicyName", name), nil)
}
