package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm/admfake"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// deviceFiles gives a script the registration ids of the sandbox's devices, as an app's server would have collected them: devices.csv, and
// FIRE_TV for one of them.
func deviceFiles(env *testscript.Env) error {
	list := "registration_id,name,tags\n"
	for _, c := range admfake.New(kit.DefaultWorld(0, nil)).Controls {
		if c.Name != "receipts" {
			continue
		}
		all, err := c.Do([]byte(`{"each":true}`))
		if err != nil {
			return err
		}
		text, err := json.Marshal(all)
		if err != nil {
			return err
		}
		var seen admfake.Receipts
		if err := json.Unmarshal(text, &seen); err != nil {
			return err
		}
		for _, d := range seen.Each {
			kind, _, _ := strings.Cut(d.Key, "-")
			list += d.ID + "," + d.Key + "," + kind + "\n"
			if d.Key == "fire-tv-2" {
				env.Setenv("FIRE_TV", d.ID)
			}
		}
	}
	return os.WriteFile(filepath.Join(env.WorkDir, "devices.csv"), []byte(list), 0o600)
}
