package awsfake

import (
	"maps"
	"slices"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A user is one of IAM's, or the root.
type user struct {
	name     string
	path     string
	id       string // AIDA...
	created  time.Time
	policies map[string]string // inline documents, by name
	keys     []*key            // oldest first
	counter  int               // keys ever made
}

// A key is an access key pair.
type key struct {
	kit.AWSKey
	user     *user
	created  time.Time
	usable   time.Time // works from then on
	inactive bool
	shown    use   // what GetAccessKeyLastUsed tells
	pending  []use // what it will tell later, oldest first
}

// A use is one moment in which a key signed a request.
type use struct {
	at      time.Time
	service string
	region  string
}

// A session is what GetSessionToken or AssumeRole gave out.
type session struct {
	kit.AWSKey
	token   string
	user    *user
	role    string // the assumed role's ARN; empty for GetSessionToken
	roleID  string
	expires time.Time
}

const most = 2 // keys a user may have, active and inactive together (contract 5.1)

func (k *key) status() string {
	if k.inactive {
		return "Inactive"
	}
	return "Active"
}

// lastUsed is the newest use that is old enough to show.
func (k *key) lastUsed(now time.Time, lag time.Duration) use {
	for len(k.pending) > 0 && !k.pending[0].at.Add(lag).After(now) {
		k.shown, k.pending = k.pending[0], k.pending[1:]
	}
	return k.shown
}

// note remembers a use. AWS tells of them coarsely: at most one a minute counts.
func (k *key) note(u use) {
	if n := len(k.pending); n > 0 && u.at.Sub(k.pending[n-1].at) < time.Minute {
		return
	}
	k.pending = append(k.pending, u)
}

// own is the policy of contract 5.4: a user that may rotate its own key.
const own = `{"Version":"2012-10-17","Statement":[{"Sid":"OwnKeysOnly","Effect":"Allow",` +
	`"Action":["iam:CreateAccessKey","iam:ListAccessKeys","iam:UpdateAccessKey","iam:DeleteAccessKey"],"Resource":"arn:aws:iam::*:user/${aws:username}"},` +
	`{"Sid":"LastUsed","Effect":"Allow","Action":"iam:GetAccessKeyLastUsed","Resource":"*"}]}`

const (
	everything  = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
	noSessions  = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"sts:GetSessionToken","Resource":"*"}]}`
	readsQueues = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sqs:ReceiveMessage","sqs:DeleteMessage"],"Resource":"*"}]}`
)

// populate makes the account's users and keys.
func (f *fake) populate() {
	day := 24 * time.Hour
	now := f.world.Now().UTC().Truncate(time.Second)
	add := func(name string, policies map[string]string, ages ...time.Duration) *user {
		if policies == nil {
			policies = map[string]string{}
		}
		u := &user{name: name, path: "/", id: "AIDA" + f.letters("user "+name, 17), created: now.Add(-400 * day), policies: policies}
		if name == kit.AWSRoot {
			u.id = f.account
		}
		f.users[name] = u
		for _, age := range ages {
			k := f.makeKey(u, now.Add(-age))
			k.usable = k.created
		}
		return u
	}
	used := func(u *user, ago time.Duration, service, region string) {
		u.keys[0].shown = use{now.Add(-ago), service, region}
	}
	add(kit.AWSRoot, nil, 900*day)
	used(add(kit.AWSAdmin, map[string]string{"all": everything}, 40*day), 3*day, "iam", "us-east-1")
	used(add(kit.AWSStream, map[string]string{"own-keys": own, "queues": readsQueues}, 120*day), 6*time.Hour, "sqs", "us-east-1")
	used(add(kit.AWSTwoKeys, map[string]string{"own-keys": own}, 300*day, 30*day), 5*time.Hour, "sqs", "eu-west-1")
	spare := add(kit.AWSSpare, map[string]string{"own-keys": own}, 300*day, 30*day)
	spare.keys[0].inactive = true
	add(kit.AWSLocked, nil, 10*day)
	used(add(kit.AWSStale, map[string]string{"own-keys": own}, 380*day), 200*day, "s3", "us-west-2")
	add(kit.AWSDenied, map[string]string{"own-keys": own, "no-sessions": noSessions}, 20*day)
}

// makeKey gives a user its next key. The lock is held, but for the world's beginning.
func (f *fake) makeKey(u *user, at time.Time) *key {
	u.counter++
	k := &key{AWSKey: f.world.AWSKey(u.name, u.counter), user: u, created: at, usable: at.Add(f.is.activation.Duration())}
	u.keys = append(u.keys, k)
	f.keys[k.ID] = k
	return k
}

func (f *fake) dropKey(k *key) {
	k.user.keys = slices.DeleteFunc(k.user.keys, func(o *key) bool { return o == k })
	delete(f.keys, k.ID)
}

// names are the users' but for the root's, sorted; the root comes first.
func (f *fake) names() []string {
	all := slices.DeleteFunc(slices.Sorted(maps.Keys(f.users)), func(n string) bool { return n == kit.AWSRoot })
	return append([]string{kit.AWSRoot}, all...)
}

func (f *fake) letters(label string, n int) string {
	return f.world.Letters("aws "+label, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", n)
}

func (f *fake) roleARN() string { return "arn:aws:iam::" + f.account + ":role/lockkeeper-demo" }

// arn is a user's name in policies and answers.
func (f *fake) arn(u *user) string {
	if u.name == kit.AWSRoot {
		return "arn:aws:iam::" + f.account + ":root"
	}
	return "arn:aws:iam::" + f.account + ":user" + u.path + u.name
}
