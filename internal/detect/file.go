package detect

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// Whereabouts warns of a file that is no place for a secret: a .env, which every program of its folder reads, and anything in a Git
// repository. It looks at names of folders only.
func Whereabouts(path string) []problem.Problem {
	var found []problem.Problem
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		abs = real
	}
	if base := filepath.Base(abs); base == ".env" || strings.HasPrefix(base, ".env.") || strings.HasSuffix(base, ".env") {
		found = append(found, problem.New(problem.DetectSecretInEnv).With("%s", base))
	}
	for dir := filepath.Dir(abs); ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return append(found, problem.New(problem.DetectSecretInRepository).With("%s", filepath.Base(dir)))
		}
		if dir == filepath.Dir(dir) {
			return found
		}
	}
}

// Secret reports whether the verdict holds something that is worth protecting.
func (v Verdict) Secret() bool {
	for _, i := range v.Items {
		for r := range i.text {
			if r == "secret" || r == "session" || r == "whole" && (strings.HasSuffix(i.Kind, "-token") || i.Kind == "app-key") {
				return true
			}
		}
	}
	return false
}

// MaxFile is the most that is read of a file.
const MaxFile = maxText + 1

// IsFile reports whether s names a file that is there.
func IsFile(s string) bool {
	info, err := os.Stat(s)
	return err == nil && info.Mode()&fs.ModeType == 0
}
