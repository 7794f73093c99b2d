package sandbox

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// ServeConfig says how `lockkeeper sandbox` runs.
type ServeConfig struct {
	Listen    string            // Amazon's side. Defaults to "127.0.0.1:7080".
	ListenTLS string            // Amazon's side over TLS; "off" for none. Defaults to "127.0.0.1:7443" beside Listen's default, else to a free port.
	Control   string            // the control side, which is always on loopback. Defaults to "127.0.0.1:7081" beside Listen's default, else to a free port.
	ReadyFile string            // written with mode 0600 once both sides answer, removed at the end. Defaults to one that Running finds.
	Scenario  *ScenarioFile     // the world; Seed and Clock are then its own. Defaults to the default world.
	Lax       bool              // verify nothing that is presented. Defaults to false.
	Unkind    bool              // small faults all the time. Defaults to false.
	Force     bool              // allow Listen to be reachable from other machines. Defaults to false.
	Seed      int64             // Defaults to 0.
	Policy    string            // Defaults to "static".
	Clock     *kit.Clock        // Defaults to one that runs with real time.
	Switches  map[string]string // Defaults to each switch's own default.
	Returns   []string          // further Allowed Return URLs. Defaults to none.
	Folder    string            // where the certificate authority is kept, see Options.Folder. Defaults to none.
	OnReady   func(Ready)       // called once both sides answer. Defaults to nothing.
}

// Ready is what the ready file says, as JSON.
type Ready struct {
	URL     string `json:"url"`
	TLS     string `json:"tls,omitempty"`     // address of the TLS side; the plain port is its HTTPS proxy
	CA      string `json:"ca,omitempty"`      // certificate to trust for one process, as PEM
	CAFile  string `json:"ca_file,omitempty"` // the same, where it is kept; the sandbox's next start in this folder has it still
	Control string `json:"control,omitempty"`
	Token   string `json:"token,omitempty"` // for the control side, as Authorization: Bearer
	Seed    int64  `json:"seed"`
	Lax     bool   `json:"lax,omitempty"` // nothing that is presented is verified
	PID     int    `json:"pid"`
}

// Serve runs a sandbox until the context ends.
func Serve(ctx context.Context, c ServeConfig) (err error) {
	const plain = "127.0.0.1:7080"
	c.Listen = cmp.Or(c.Listen, plain)
	if c.Listen == plain {
		c.ListenTLS, c.Control = cmp.Or(c.ListenTLS, "127.0.0.1:7443"), cmp.Or(c.Control, "127.0.0.1:7081")
	}
	var world *kit.World
	if c.Scenario != nil {
		world = c.Scenario.World()
	}
	s, err := New(Options{
		World:  world,
		Listen: c.Listen, TLS: c.ListenTLS != "off", Control: cmp.Or(c.Control, "127.0.0.1:0"),
		ListenTLS: c.ListenTLS, Folder: c.Folder, Force: c.Force, Seed: c.Seed, Policy: c.Policy, Clock: c.Clock,
		Switches: c.Switches, ReturnURLs: c.Returns, Unkind: c.Unkind, Lax: c.Lax,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	ready := s.Ready()
	if c.ReadyFile != "" {
		if err := writeReady(c.ReadyFile, ready); err != nil {
			return err
		}
		defer func() { _ = os.Remove(c.ReadyFile) }()
	}
	if c.OnReady != nil {
		c.OnReady(ready)
	}
	<-ctx.Done()
	return nil
}

// Ready is what a ready file says of this sandbox.
func (s *Server) Ready() Ready {
	r := Ready{URL: s.URL("", "NA"), TLS: s.TLSAddr(), CA: string(s.CA()), CAFile: s.CAFile(), Seed: s.World().Seed, Lax: s.World().Lax(), PID: os.Getpid()}
	if s.control != nil {
		r.Control, r.Token = s.control.URL, s.control.Token
	}
	return r
}

// writeReady puts the file into place whole, so that who waits for it never reads half of it.
func writeReady(path string, r Ready) error {
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("writing the ready file: %w", err)
	}
	if err := writeWhole(path, append(text, '\n'), os.Rename); err != nil {
		return fmt.Errorf("writing the ready file: %w", err)
	}
	return nil
}
