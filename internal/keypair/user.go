package keypair

import (
	"context"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/aws"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// purposes are what users are made for: the actions that each needs, and on what service's resource.
var purposes = map[string]struct {
	service string
	actions []string
	suffix  string // of the resource, after what the person names
}{
	"rotate":        {},
	"queue":         {"sqs", []string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes", "sqs:GetQueueUrl"}, ""},
	"topic":         {"sns", []string{"sns:Publish"}, ""},
	"delivery":      {"firehose", []string{"firehose:PutRecord", "firehose:PutRecordBatch", "firehose:DescribeDeliveryStream"}, ""},
	"bucket-upload": {"s3", []string{"s3:PutObject", "s3:AbortMultipartUpload"}, "/*"},
	"bucket-read":   {"s3", []string{"s3:GetObject"}, "/*"},
}

// Purposes are the names that Policy takes.
func Purposes() []string { return slices.Sorted(maps.Keys(purposes)) }

var arnForm = regexp.MustCompile(`^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]*:[A-Za-z0-9_./:-]+$`)

type statement struct {
	Sid      string
	Effect   string
	Action   []string
	Resource string
}

// Policy is the least that a purpose needs: its own actions on one resource, and that the user may replace its own keys (contract 5.4).
func Policy(purpose, resource string) (string, error) {
	p, ok := purposes[purpose]
	if !ok {
		return "", problem.New(problem.AWSNoPurpose).With("there are %s", strings.Join(Purposes(), ", "))
	}
	all := []statement{
		{"OwnKeysOnly", "Allow", []string{"iam:CreateAccessKey", "iam:ListAccessKeys", "iam:UpdateAccessKey", "iam:DeleteAccessKey"}, "arn:aws:iam::*:user/${aws:username}"},
		{"LastUsed", "Allow", []string{"iam:GetAccessKeyLastUsed"}, "*"},
	}
	if p.service != "" {
		if !arnForm.MatchString(resource) || !strings.HasPrefix(strings.SplitN(resource, ":", 3)[2], p.service+":") {
			return "", problem.New(problem.AWSNoPurpose).With("%s needs one resource, such as %s", purpose, example(p.service))
		}
		all = append(all, statement{"Purpose", "Allow", p.actions, resource + p.suffix})
	}
	b, err := json.Marshal(struct {
		Version   string
		Statement []statement
	}{"2012-10-17", all})
	return string(b), err
}

func example(service string) string {
	switch service {
	case "s3":
		return "arn:aws:s3:::my-bucket"
	case "firehose":
		return "arn:aws:firehose:us-east-1:123456789012:deliverystream/my-stream"
	}
	return "arn:aws:" + service + ":us-east-1:123456789012:my-" + service
}

// A NewUser is an IAM user to be made with the rights of another grant.
type NewUser struct {
	By       id.Grant // whose key may make users
	User     string   // at IAM
	Purpose  string
	Resource string // ARN of what the purpose is about
	Name     string // of the grant to be
	Service  string // as in Pair
	Region   string
}

// policyName is what the inline policy is called at IAM.
const policyName = "lockkeeper"

// CreateUser makes an IAM user that may do one thing, and a key for it, which is kept at once. What was made is unmade where a later step
// fails; what could not be unmade is named.
func (k *Keeper) CreateUser(ctx context.Context, by audit.Actor, in NewUser) (broker.Grant, error) {
	document, err := Policy(in.Purpose, in.Resource)
	if err != nil {
		return broker.Grant{}, err
	}
	if _, taken := k.cfg.Broker.GrantNamed(in.Name); taken {
		return broker.Grant{}, problem.New(problem.BrokerNameTaken).With("%s", in.Name)
	}
	signs, err := aws.New().Signs(in.Service, in.Region)
	if err != nil {
		return broker.Grant{}, err
	}
	key, admin, err := k.key(in.By)
	if err != nil {
		return broker.Grant{}, err
	}
	ctx = context.WithoutCancel(ctx) // half a user helps nobody
	user, err := k.cfg.AWS.CreateUser(ctx, key, in.User)
	if err != nil {
		return broker.Grant{}, k.unmade(ctx, by, in, err, nil)
	}
	undo := []func() error{func() error { return k.cfg.AWS.DeleteUser(ctx, key, in.User) }}
	if err := k.cfg.AWS.PutUserPolicy(ctx, key, in.User, policyName, document); err != nil {
		return broker.Grant{}, k.unmade(ctx, by, in, err, undo)
	}
	undo = append(undo, func() error { return k.cfg.AWS.DeleteUserPolicy(ctx, key, in.User, policyName) })
	made, s, err := k.cfg.AWS.CreateAccessKey(ctx, key, in.User)
	if err != nil {
		return broker.Grant{}, k.unmade(ctx, by, in, err, undo)
	}
	undo = append(undo, func() error { return k.cfg.AWS.DeleteAccessKey(ctx, key, in.User, made.ID) })
	region := aws.New().Nearest(signs.Region)
	g, err := k.cfg.Broker.AddKey(ctx, by, broker.NewKey{
		Name: in.Name, Program: "aws", Realm: admin.Realm, Region: region, KeyID: made.ID, Secret: s, Signs: signs,
		Accounts: accountsOf(admin, user, region),
	})
	if err != nil {
		return broker.Grant{}, k.unmade(ctx, by, in, err, undo)
	}
	now := k.cfg.Now()
	if err := k.cfg.Store.SaveAccessKeys(ctx, g.ID, []Key{{ID: made.ID, User: in.User, Status: aws.Active, Created: made.Created.UTC(), UseKnown: true, Seen: now}}, now); err != nil {
		k.cfg.Log.Warn("keeping what is known of a new key", "grant", g.Name, "error", err)
	}
	return g, k.record(ctx, by, "key.user", g.ID, nil, in.User+" for "+in.Purpose)
}

// unmade takes back what was made, last first.
func (k *Keeper) unmade(ctx context.Context, by audit.Actor, in NewUser, why error, undo []func() error) error {
	left := 0
	for _, u := range slices.Backward(undo) {
		if err := u(); err != nil {
			left++
		}
	}
	_ = k.record(ctx, by, "key.user", in.By, why, in.User) // the failure itself is told
	if p, ok := problem.Of(why); ok && left > 0 {
		return p.With("the IAM user %s is left half made at AWS: delete it there", in.User).Because(why)
	}
	return why
}
