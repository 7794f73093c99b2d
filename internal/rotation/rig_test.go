package rotation_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/aws"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/broker"
	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
	"github.com/lockkeeper-dev/lockkeeper/internal/keypair"
	"github.com/lockkeeper-dev/lockkeeper/internal/rotation"
	"github.com/lockkeeper-dev/lockkeeper/internal/seal"
	"github.com/lockkeeper-dev/lockkeeper/internal/seal/sealtest"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/internal/store"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A rig is what rotates keys, on a folder that outlives it.
type rig struct {
	store   *store.Store
	broker  *broker.Broker
	keys    *keypair.Keeper
	rotator *rotation.Rotator
	client  *aws.Client
	door    *egress.Door
}

// open builds a rig on a folder, with the keyset that it keeps there.
func open(dir, sandboxURL string, now func() time.Time, point func(string)) (*rig, error) {
	sealer, err := sealerOf(dir)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	r := &rig{}
	if r.store, err = store.Open(ctx, store.Config{Dir: filepath.Join(dir, "data")}); err != nil {
		return nil, err
	}
	if r.door, err = egress.New(egress.Config{Programs: []amazon.Program{aws.New()}, SandboxURL: sandboxURL, Now: now}); err != nil {
		return nil, err
	}
	r.client = &aws.Client{Sender: r.door, Now: now}
	r.broker = broker.New(broker.Config{Store: r.store, Sealer: sealer, Publisher: snapshot.New(), Audit: r.store, Now: now})
	if err := r.broker.Load(ctx); err != nil {
		return nil, err
	}
	r.keys = keypair.New(keypair.Config{Store: r.store, Broker: r.broker, AWS: r.client, Audit: r.store, Now: now})
	r.rotator = rotation.New(rotation.Config{
		Store: r.store, Broker: r.broker, Keys: r.keys, Sealer: sealer, AWS: r.client, Audit: r.store, Now: now, Point: point,
	})
	return r, nil
}

func (r *rig) close() error {
	r.door.Close()
	return r.store.Close()
}

func sealerOf(dir string) (*seal.Sealer, error) {
	file, src := filepath.Join(dir, "keyset"), sealtest.Cheap("canary-rotation")
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		if text, _, err = seal.Create(src); err == nil {
			err = os.WriteFile(file, text, 0o600)
		}
	}
	if err != nil {
		return nil, err
	}
	return seal.Load(text, src)
}

// world is a sandbox whose clock only a test moves.
func world(t *testing.T, switches map[string]string) *sandbox.Server {
	t.Helper()
	s, err := sandbox.New(sandbox.Options{Clock: kit.FrozenClock(time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)), Switches: switches})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// start keeps a user's n-th key in a new rig, as grant "g".
func start(t *testing.T, s *sandbox.Server, user string, n int) (*rig, broker.Grant) {
	t.Helper()
	r, err := open(t.TempDir(), "http://"+s.Addr(), s.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.close() })
	g, err := r.add(s.World(), user, n)
	if err != nil {
		t.Fatal(err)
	}
	return r, g
}

func (r *rig) add(w *kit.World, user string, n int) (broker.Grant, error) {
	pair := w.AWSKey(user, n)
	g, _, err := r.keys.Add(context.Background(), by, keypair.Pair{Name: "g", Realm: amazon.Sandbox, KeyID: pair.ID, Secret: secret.New(pair.Secret)})
	return g, err
}

var by = audit.Actor{Kind: audit.Operator, ID: "o", Name: "ada"}

// alive fails unless the pair that the grant uses works at AWS now.
func (r *rig) alive() error {
	g, ok := r.broker.GrantNamed("g")
	if !ok {
		return errors.New("the grant is gone")
	}
	_, t, err := r.broker.KeyOf(g.ID)
	if err != nil {
		return err
	}
	_, err = r.client.CallerIdentity(context.Background(), aws.Key{Realm: amazon.Sandbox, ID: t.KeyID, Secret: t.Access})
	return err
}
