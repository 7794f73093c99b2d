package cli_test

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// creatorsFiles gives a script the sandbox's Creators API credentials, as an affiliate would have copied them: CREATORS_31 is an id and
// creators-3.1.txt its secret. ASIN is a product of the sandbox's shops, FAMILY one that has variations.
func creatorsFiles(env *testscript.Env) error {
	const letters = "ABCDEFGHJKLMNPQRSTVWXYZ0123456789"
	w := kit.DefaultWorld(0, nil)
	for _, c := range w.Affiliates.Credentials() {
		env.Setenv("CREATORS_"+strings.ReplaceAll(strings.TrimPrefix(c.Key, "creators-"), ".", ""), c.ID)
		if err := os.WriteFile(filepath.Join(env.WorkDir, c.Key+".txt"), []byte(c.Secret+"\n"), 0o600); err != nil {
			return err
		}
	}
	env.Setenv("ASIN", "B0"+w.Letters("creators product 0 0 asin", letters, 8))
	env.Setenv("OTHER_ASIN", "B0"+w.Letters("creators product 1 0 asin", letters, 8))
	env.Setenv("FAMILY", "B0"+w.Letters("creators family 0", letters, 8))
	return nil
}
