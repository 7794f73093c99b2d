package archtest_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// revealers are the places outside seal and egress that may call secret.Value.Reveal, each with its reason.
var revealers = map[string]string{
	"internal/amazon/lwa/":              "PKCE challenges are hashes of verifiers, and the form of a pasted credential is looked at before it is sent anywhere",
	"internal/detect/":                  "gives out the id of a pasted key, which is no secret, and takes secrets out of the file that they were in",
	"internal/vault/paste.go":           "looks at the form of what was pasted",
	"internal/operator/password.go":     "hashes an operator's password",
	"internal/api/":                     "hands a pass, a session, a consent's binding or a revealed credential to the operator who asked for it",
	"internal/cli/":                     "sends what a person typed to the server, over the control socket or to the gateway",
	"internal/console/callback.go":      "sets the cookie that binds a browser to its consent",
	"internal/console/signin.go":        "sets the cookie of an operator's session",
	"internal/console/callers.go":       "shows a pass, once, to the operator who made it",
	"bench/child.go":                    "the load needs the pass that its gateway gave out",
	"internal/amazon/creators/shape.go": "looks at the form of a credential before it is kept",
	"internal/gateway/credentials.go":   "lends session credentials to a pass with that right",
	"internal/sigv4/verify.go":          "computes the signature that a secret makes",
	"internal/server/self.go":           "an operator's own calls carry a pass that never leaves the process",
	"internal/apk/keystore/":            "a keystore is opened with the password that its owner gave",
}

// root is the folder of go.mod.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

type source struct {
	path string // within the repository, with slashes
	text []byte
}

func (s source) test() bool      { return strings.HasSuffix(s.path, "_test.go") }
func (s source) generated() bool { return strings.HasPrefix(filepath.Base(s.path), "zz_gen_") }

// sources reads every Go file of the main module.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	base := root(t)
	err := filepath.WalkDir(base, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(base, path)
		rel = filepath.ToSlash(rel)
		if d.IsDir() && (rel == "tools" || d.Name() == "node_modules" || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && rel != ".") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		text, err := os.ReadFile(path)
		all = append(all, source{rel, text})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// forbidEverywhereElse fails for every hand-written non-test file that holds one of the words, outside the allowed folders and
// the exceptions, which map a path's beginning to its reason. An exception that no file needs any more fails too.
func forbidEverywhereElse(t *testing.T, allowed, words []string, why string, exceptions map[string]string) {
	t.Helper()
	used := map[string]bool{}
	for _, s := range sources(t) {
		if s.test() || within(filepath.Dir(s.path), allowed...) || within(s.path, "internal/archtest") {
			continue
		}
		for _, w := range words {
			if !bytes.Contains(s.text, []byte(w)) {
				continue
			}
			excused := false
			for prefix := range exceptions {
				if strings.HasPrefix(s.path, prefix) {
					excused, used[prefix] = true, true
				}
			}
			if !excused {
				t.Errorf("%s holds %s: %s", s.path, w, why)
			}
		}
	}
	for prefix, reason := range exceptions {
		if !used[prefix] && len(reason) > 0 {
			t.Errorf("the exception for %s (%s) is needed by no file any more", prefix, reason)
		}
	}
}

const most = 500 // lines; aim for 80 to 200

func TestFileSizes(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if lines := bytes.Count(s.text, []byte("\n")); lines > most && !s.generated() {
			t.Errorf("%s has %d lines: a file holds one idea in at most %d", s.path, lines, most)
		}
	}
}

// TestPackageState holds that there is no init and that no package variable is assigned after it was made.
func TestPackageState(t *testing.T) {
	t.Parallel()
	byDir := map[string][]*ast.File{}
	set := token.NewFileSet()
	for _, s := range sources(t) {
		if s.test() {
			continue
		}
		f, err := parser.ParseFile(set, s.path, s.text, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Dir(s.path)
		byDir[dir] = append(byDir[dir], f)
	}
	for dir, files := range byDir {
		vars := packageVars(files)
		for _, f := range files {
			for _, d := range f.Decls {
				fn, ok := d.(*ast.FuncDecl)
				if !ok || fn.Body == nil {
					continue
				}
				if fn.Recv == nil && fn.Name.Name == "init" {
					t.Errorf("%s: %s has an init: New(Config) builds what is needed", set.Position(fn.Pos()), dir)
				}
				for _, pos := range assignments(fn, vars) {
					t.Errorf("%s: assigns a package variable: nothing global changes after initialisation", set.Position(pos))
				}
			}
		}
	}
}

// packageVars collects the names of a package's variables.
func packageVars(files []*ast.File) map[string]bool {
	vars := map[string]bool{}
	for _, f := range files {
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.VAR {
				continue
			}
			for _, spec := range g.Specs {
				for _, n := range spec.(*ast.ValueSpec).Names {
					vars[n.Name] = n.Name != "_"
				}
			}
		}
	}
	return vars
}

// assignments finds where fn assigns one of vars, or an element of one, without a local variable of that name in between.
func assignments(fn *ast.FuncDecl, vars map[string]bool) []token.Pos {
	local := map[string]bool{}
	ast.Inspect(fn, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				for _, l := range n.Lhs {
					if i, ok := l.(*ast.Ident); ok {
						local[i.Name] = true
					}
				}
			}
		case *ast.Field:
			for _, name := range n.Names {
				local[name.Name] = true
			}
		case *ast.ValueSpec:
			for _, name := range n.Names {
				local[name.Name] = true
			}
		case *ast.RangeStmt:
			for _, e := range []ast.Expr{n.Key, n.Value} {
				if i, ok := e.(*ast.Ident); ok && n.Tok == token.DEFINE {
					local[i.Name] = true
				}
			}
		}
		return true
	})
	var found []token.Pos
	check := func(e ast.Expr) {
		for {
			switch x := e.(type) {
			case *ast.IndexExpr:
				e = x.X
				continue
			case *ast.SelectorExpr:
				e = x.X
				continue
			case *ast.Ident:
				if vars[x.Name] && !local[x.Name] {
					found = append(found, x.Pos())
				}
			}
			return
		}
	}
	ast.Inspect(fn, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok != token.DEFINE {
				for _, l := range n.Lhs {
					check(l)
				}
			}
		case *ast.IncDecStmt:
			check(n.X)
		}
		return true
	})
	return found
}

// TestPackageComments holds that every package says what it is.
func TestPackageComments(t *testing.T) {
	t.Parallel()
	commented, seen := map[string]bool{}, map[string]bool{}
	set := token.NewFileSet()
	for _, s := range sources(t) {
		if s.test() {
			continue
		}
		f, err := parser.ParseFile(set, s.path, s.text, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Dir(s.path)
		seen[dir] = true
		if f.Doc != nil && len(f.Doc.Text()) >= 120 {
			commented[dir] = true
		}
	}
	for dir := range seen {
		if !commented[dir] && !strings.HasPrefix(dir, "cmd/") {
			t.Errorf("%s has no package comment that says what it is", dir)
		}
	}
}

// TestOnlyMissingFactsSkip holds that no test passes over itself but where the shared facts are missing, which under CI fails.
func TestOnlyMissingFactsSkip(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		for _, call := range []string{".Skip" + "(", ".Skip" + "f(", ".Skip" + "Now("} {
			if bytes.Contains(s.text, []byte(call)) && filepath.Dir(s.path) != filepath.Join("internal", "sharedtest") {
				t.Errorf("%s calls %s: use sharedtest, or let the test fail", s.path, call)
			}
		}
	}
}

// TestNothingUnfinished holds that no part is named in place of being built, and that no machine's path or key is in the tree.
func TestNothingUnfinished(t *testing.T) {
	t.Parallel()
	words := []string{"TO" + "DO", "FIX" + "ME", "not " + "implemented", "/wo" + "rk/", "/tmp/" + "bash"}
	for _, s := range sources(t) {
		for _, w := range words {
			if bytes.Contains(s.text, []byte(w)) {
				t.Errorf("%s holds %q", s.path, w)
			}
		}
	}
}

// TestModelSaysWhatItMeans holds that every exported field of the model says what it means, since people and the API's document read it there.
func TestModelSaysWhatItMeans(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, s := range sources(t) {
		if !strings.HasPrefix(s.path, "canon/") || s.test() {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), s.path, s.text, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			body, ok := spec.Type.(*ast.StructType)
			if !ok || !spec.Name.IsExported() {
				return true
			}
			for _, f := range body.Fields.List {
				for _, name := range f.Names {
					if seen++; name.IsExported() && f.Comment.Text()+f.Doc.Text() == "" {
						t.Errorf("%s: %s.%s does not say what it means", s.path, spec.Name.Name, name.Name)
					}
				}
			}
			return true
		})
	}
	if seen < 100 {
		t.Errorf("only %d fields were seen", seen)
	}
}
