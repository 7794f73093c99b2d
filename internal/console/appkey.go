package console

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"path"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/adm/appkey"
	"github.com/lockkeeper-dev/lockkeeper/internal/appcheck"
	"github.com/lockkeeper-dev/lockkeeper/internal/operator"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/internal/vault"
)

// mostShown bounds what the page takes of files: keystores, certificates and small APKs. They stay in memory while they are looked at and are
// then gone; a larger APK is checked where it lies, by the command line.
const mostShown = 16 << 20

// appKeyPage says why a device refuses an app key. It changes nothing, so that viewers may use it.
type appKeyPage struct {
	Apps    []vault.App // security profiles that a key may have to belong to
	Sandbox bool

	Key, Package, Profile string
	OfSandbox             bool
	Report                *appcheck.Report
	Problem               *problem.Problem
	Most                  int // megabytes
}

func (appKeyPage) template() string { return "appkey" }
func (appKeyPage) title() string    { return "Why is an app key refused?" }

func (c *Console) appKeyForm(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	c.showAppKey(w, r, op, http.StatusOK, appKeyPage{})
}

func (c *Console) showAppKey(w http.ResponseWriter, r *http.Request, op operator.Operator, status int, p appKeyPage) {
	var err error
	if p.Apps, err = c.cfg.Vault.Apps(r.Context()); err != nil {
		c.fail(w, r, op, asProblem(err), "")
		return
	}
	p.Sandbox, p.Most = c.cfg.Sandbox, mostShown>>20
	render(c, w, r, op, status, p)
}

// checkAppKey looks at what the form brought.
func (c *Console) checkAppKey(w http.ResponseWriter, r *http.Request, op operator.Operator) {
	p, req, err := c.readAppKey(w, r)
	if err == nil && len(req.Inputs) == 0 {
		err = problem.New(problem.AppkeyEmpty)
	}
	if err == nil {
		var report appcheck.Report
		if report, err = appcheck.Check(r.Context(), req); err == nil {
			p.Report = &report
		}
	}
	code := http.StatusOK
	if err != nil {
		prob := asProblem(err)
		p.Problem, code = &prob, status(prob)
		w.Header().Set("Lockkeeper-Problem", string(prob.Code))
	}
	c.showAppKey(w, r, op, code, p)
}

// readAppKey reads the form part by part, since Go's own reader would put large files on the disk.
func (c *Console) readAppKey(w http.ResponseWriter, r *http.Request) (p appKeyPage, req appcheck.Request, err error) {
	r.Body = http.MaxBytesReader(w, r.Body, mostShown)
	parts, err := r.MultipartReader()
	if err != nil {
		return p, req, problem.New(problem.AppkeyFileDamaged).With("the form is not of the kind that carries files")
	}
	fields := map[string]string{}
	for range 32 {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		var text []byte
		if err == nil {
			text, err = io.ReadAll(part)
		}
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return p, req, problem.New(problem.AppkeyFileTooLarge).With("this page takes %d MB; `lockkeeper appkey check APK` takes any, where it lies", mostShown>>20)
		}
		if err != nil {
			return p, req, problem.New(problem.AppkeyFileDamaged).With("the form did not come whole")
		}
		if name := fileName(part); name != "" {
			req.Inputs = append(req.Inputs, appcheck.Input{Name: name, R: bytes.NewReader(text), Size: int64(len(text))})
			continue
		}
		fields[part.FormName()] = string(text)
	}
	p.Package, p.Profile, p.OfSandbox = clip(strings.TrimSpace(fields["package"])), clip(fields["profile"]), fields["sandbox"] != "" && c.cfg.Sandbox
	req.Package, req.Sandbox, req.Password = p.Package, p.OfSandbox, secret.New(fields["password"])
	if fields["password"] == "" {
		req.Password = secret.Value{}
	}
	if key := fields["key"]; strings.TrimSpace(key) != "" {
		if _, _, ok := appkey.Decode([]byte(key), true); ok { // anything else may be a secret, and does not come back
			p.Key = key
		}
		req.Inputs = append(req.Inputs, appcheck.Input{Name: "the key pasted", R: strings.NewReader(key), Size: int64(len(key)), Pasted: true})
	}
	if p.Profile == "" {
		return p, req, nil
	}
	apps, err := c.cfg.Vault.Apps(r.Context())
	for _, a := range apps {
		if a.Name == p.Profile {
			req.Profile, req.ClientID = a.Name, a.ClientID
		}
	}
	return p, req, err
}

// fileName is the name of a file that was chosen, for people.
func fileName(part *multipart.Part) string {
	if part.FileName() == "" {
		return ""
	}
	return clip(path.Base(strings.ReplaceAll(part.FileName(), `\`, "/")))
}
