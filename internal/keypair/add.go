package keypair

import (
	"context"
	"regexp"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/aws"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// A Pair is a key pair that somebody has.
type Pair struct {
	Name       string // of the grant to be
	Realm      amazon.Realm
	KeyID      string
	Secret     secret.Value
	Service    string // what the gateway signs with it. Defaults to sts.
	Region     string // AWS's, for that service. Defaults to us-east-1.
	RootAnyway bool   // keep it although it is the root user's
}

var idForm = regexp.MustCompile(`^[A-Z0-9]{16,128}$`)

// Check says what is wrong with a pair as it was given, before anybody is asked. Contract 5.1: an id is 20 characters and a secret 40,
// but AWS's own model allows ids of 16 to 128.
func Check(keyID string, s secret.Value) error {
	switch {
	case !idForm.MatchString(keyID):
		return problem.New(problem.AWSKeyForm).With("the id has another form")
	case strings.HasPrefix(keyID, "ASIA"):
		return problem.New(problem.AWSKeyTemporary)
	case s.Len() != 40:
		return problem.New(problem.AWSKeyForm).With("the secret has %d characters", s.Len())
	}
	return nil
}

// Probe asks AWS once whose a pair is. It changes nothing and needs no permission.
func (k *Keeper) Probe(ctx context.Context, realm amazon.Realm, keyID string, s secret.Value) (aws.Identity, error) {
	if err := Check(keyID, s); err != nil {
		return aws.Identity{}, err
	}
	return k.cfg.AWS.CallerIdentity(ctx, aws.Key{Realm: realm, ID: keyID, Secret: s})
}

// Add asks whose a pair is and keeps it. A root user's is refused unless that was said to be meant. The notes are what the person should
// know of a pair that was kept.
func (k *Keeper) Add(ctx context.Context, by audit.Actor, in Pair) (broker.Grant, []problem.Problem, error) {
	if _, taken := k.cfg.Broker.GrantNamed(in.Name); taken {
		return broker.Grant{}, nil, problem.New(problem.BrokerNameTaken).With("%s", in.Name)
	}
	signs, err := aws.New().Signs(in.Service, in.Region)
	if err != nil {
		return broker.Grant{}, nil, err
	}
	who, err := k.Probe(ctx, in.Realm, in.KeyID, in.Secret)
	if err != nil {
		return broker.Grant{}, nil, err
	}
	notes := []problem.Problem{problem.New(problem.AWSNotForPaapi)}
	if who.Root() {
		if !in.RootAnyway {
			return broker.Grant{}, nil, problem.New(problem.AWSRootKey).With("account %s", who.Account)
		}
		notes = append(notes, problem.New(problem.AWSRootKey).With("account %s, kept because you said so", who.Account))
	}
	g, err := k.cfg.Broker.AddKey(ctx, by, broker.NewKey{
		Name: in.Name, Program: "aws", Realm: in.Realm, Region: aws.New().Nearest(signs.Region), KeyID: in.KeyID, Secret: in.Secret, Signs: signs,
		Accounts: []canon.Account{account(who, aws.New().Nearest(signs.Region))},
	})
	if err != nil {
		return g, notes, err
	}
	if _, err := k.Sync(ctx, g.ID); err != nil { // what the user may not ask stays unknown; the pair works all the same
		k.cfg.Log.Info("listing a new key's user", "grant", g.Name, "error", err)
	}
	return g, notes, nil
}

// account is an AWS account as the grant opens it: the user's ARN says as whom.
func account(who aws.Identity, region canon.Region) canon.Account {
	name := who.User()
	if who.Root() {
		name = "root"
	}
	return canon.Account{ID: who.Account, Kind: canon.AWSAccount, Name: name, Region: region, Entity: who.ARN}
}

// accountsOf is what a user's pair opens that was just made with another grant's.
func accountsOf(admin broker.Grant, user aws.User, region canon.Region) []canon.Account {
	for _, a := range admin.Accounts {
		return []canon.Account{account(aws.Identity{Account: a.ID, ARN: user.ARN}, region)}
	}
	return nil
}
