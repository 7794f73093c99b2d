package sandbox

import (
	"maps"
	"net/http"
)

// An Environment is what a program needs to take a running sandbox for Amazon. It holds the world's secrets, which open nothing else.
type Environment struct {
	URL    string            `json:"url"`               // Amazon's side, plain; also its HTTPS proxy where there is a TLS side
	TLS    string            `json:"tls,omitempty"`     // address that answers for every host of Hosts by its name
	CA     string            `json:"ca,omitempty"`      // certificate to trust for one process, as PEM
	CAFile string            `json:"ca_file,omitempty"` // the same as a file, where the sandbox has a folder
	Hosts  []string          `json:"hosts"`             // Amazon's host names that it answers for, sorted
	Env    map[string]string `json:"env"`               // ids and secrets of the world's first user, e.g. LWA_CLIENT_ID
}

// Environment tells what a program needs to use this sandbox. Each call makes a consent of its own.
func (s *Server) Environment() Environment {
	e := Environment{URL: s.URL("", "NA"), TLS: s.TLSAddr(), CA: string(s.CA()), CAFile: s.CAFile(), Hosts: s.front.Hosts(), Env: map[string]string{}}
	for _, f := range s.front.Fakes() {
		if f.Env != nil {
			maps.Copy(e.Env, f.Env())
		}
	}
	return e
}

func (c *Control) environment(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, c.sandbox.Environment())
}
