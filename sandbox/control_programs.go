package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// Do asks something of one program's fake behind Amazon's back, such as a device's inbox: in becomes JSON, and out is filled from the
// answer's. A program or name that does not exist is an error, as is what the fake refuses.
func (s *Server) Do(program, name string, in, out any) error {
	do := s.controlOf(program, name)
	if do == nil {
		return fmt.Errorf("asking the fake of %s: it has no control called %q", program, name)
	}
	var text []byte
	if in != nil {
		var err error
		if text, err = json.Marshal(in); err != nil {
			return fmt.Errorf("asking the fake of %s: %w", program, err)
		}
	}
	v, err := do.Do(text)
	if err != nil || out == nil {
		return err
	}
	if text, err = json.Marshal(v); err != nil {
		return fmt.Errorf("asking the fake of %s: %w", program, err)
	}
	return json.Unmarshal(text, out)
}

func (s *Server) controlOf(program, name string) *kit.Control {
	for _, f := range s.front.Fakes() {
		for i := range f.Controls {
			if f.Program == program && f.Controls[i].Name == name {
				return &f.Controls[i]
			}
		}
	}
	return nil
}

// controls lists what can be asked of a program's fake.
func (c *Control) controls(w http.ResponseWriter, r *http.Request) {
	type row struct {
		Name  string `json:"name"`
		About string `json:"about"`
	}
	rows := []row{}
	for _, f := range c.sandbox.front.Fakes() {
		if f.Program == r.PathValue("program") {
			for _, d := range f.Controls {
				rows = append(rows, row{d.Name, d.About})
			}
		}
	}
	reply(w, http.StatusOK, rows)
}

// control asks something of a program's fake.
func (c *Control) control(w http.ResponseWriter, r *http.Request) {
	do := c.sandbox.controlOf(r.PathValue("program"), r.PathValue("name"))
	if do == nil {
		problem(w, http.StatusNotFound, "this program's fake has no such control; GET /programs/{program} lists them")
		return
	}
	in, err := io.ReadAll(r.Body)
	if err != nil {
		problem(w, http.StatusBadRequest, "reading the request: "+err.Error())
		return
	}
	out, err := do.Do(in)
	if err != nil {
		problem(w, http.StatusBadRequest, err.Error())
		return
	}
	reply(w, http.StatusOK, out)
}
