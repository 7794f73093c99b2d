// Package doctor says what is wrong with a credential and who puts it right, in words for a person who is lost.
//
// Explain reads anything that Amazon said and somebody pasted: a page, a JSON, an address with an error in it, a bare status. Doctor asks the
// questions that need Amazon: is this security profile whole, is this token alive, which accounts does it open. Both speak in the catalogue's
// problems and nothing else, so the same trouble has the same name here as in the gateway's headers. Neither prints a secret, whatever is pasted.
package doctor

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/all"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/lwa"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// A Finding is one thing that a text says, or may say.
type Finding struct {
	Problem  problem.Problem `json:"problem"`
	Possible bool            `json:"possible,omitempty"` // one of several causes that the text alone does not tell apart
}

// Most of a pasted text that is read.
const mostText = 64 << 10

var (
	codeForm   = regexp.MustCompile(`\b[a-z][a-z0-9]*\.[a-z0-9_]+(?:\.[a-z0-9_]+)*\b`)
	bareStatus = regexp.MustCompile(`^(?i:http(?:/[0-9.]+)?\s*|status(?:\s*code)?\s*[:=]?\s*|error\s*)?([1-5][0-9]{2})\b[ \t]*([A-Za-z' -]{0,40})[.!]?$`)
	statusForm = regexp.MustCompile(`(?i)\b(?:http(?:/[0-9.]+)?|status(?:[ _-]?code)?|response|error|returned|got)["']?\s*[:=(]*\s*["']?([45][0-9]{2})\b|\b([45][0-9]{2})\s+(?:bad request|unauthorized|forbidden|not found|method not allowed|not acceptable|conflict|unsupported media type|too early|too many requests|internal server error|bad gateway|service unavailable|gateway timeout|client error|server error)`)
	emptyForm  = regexp.MustCompile(`^(?:\[\s*\]|(?i:(?:the )?(?:list of )?profiles? (?:list )?(?:is |are |comes? back |returns? )?(?:empty|\[\s*\])|empty (?:list of )?profiles?(?: list)?|no profiles))[.!]?$`)
	wordForm   = regexp.MustCompile(`\b(?:invalid_client|unauthorized_client|invalid_grant|invalid_request|invalid_scope|unsupported_grant_type|unsupported_response_type|access_denied|invalid_token|insufficient_scope|expired_token|authorization_pending|slow_down|server_error|temporarily_unavailable|[A-Z]{3,}(?:_[A-Z]+)+|THROTTLED|UNAUTHORIZED|FORBIDDEN|[A-Z][a-z]+(?:[A-Z][a-z0-9]+)+|Unregistered)\b`)
	spAppForm  = regexp.MustCompile(`amzn1\.sp\.solution\.`)
	profileID  = regexp.MustCompile(`(?i)client_?id["']?\s*[:=]\s*["']?amzn1\.application\.[0-9a-f]`)
	accessForm = regexp.MustCompile(`(?i)refresh_?token["']?\s*[:=]\s*["']?Atza(?:\||%7C)`)
)

// Explain says what a pasted text of Amazon's, or of ours, means. It always finds something, if only that it knows no such words. The most
// telling finding comes first.
func Explain(text string) []Finding {
	if len(text) > mostText {
		text = text[:mostText]
	}
	text = strings.TrimSpace(strings.ToValidUTF8(text, " "))
	if text == "" {
		return []Finding{{Problem: problem.New(problem.DoctorNothingToExplain)}}
	}
	var found findings
	found.ownCodes(text)
	found.pasteErrors(text)
	e := evidenceOf(text)
	if n := named(strings.TrimRight(text, ".!")); n != 0 {
		e.Status = n
		found.status(e)
	} else if m := bareStatus.FindStringSubmatch(text); m != nil && !strings.Contains(text, "\n") && phrase(m[2], e.Status) {
		found.status(e)
	} else if emptyForm.MatchString(text) || emptyForm.MatchString(string(e.Body)) {
		found.emptyList()
	} else {
		found.words(e)
	}
	if len(found.list) == 0 {
		p := problem.New(problem.DoctorUnrecognised)
		p.Evidence = amazon.ReadRefusal(e).Summary()
		found.add(p, false)
	}
	return found.list
}

// phrase reports whether words are no more than the status's own name, so that they add nothing to the number.
func phrase(words string, status int) bool {
	words = strings.TrimSpace(words)
	return words == "" || strings.EqualFold(words, http.StatusText(status)) || strings.EqualFold(words, "error")
}

// evidenceOf reads a status, headers and body out of a text, as far as they are there.
func evidenceOf(text string) amazon.Evidence {
	e := amazon.Evidence{Body: []byte(text)}
	if head, body, ok := response(text); ok {
		e.Header, e.Body = head, []byte(body)
	}
	m := bareStatus.FindStringSubmatch(text)
	if m == nil {
		m = statusForm.FindStringSubmatch(text)
	}
	for i := 1; i < len(m); i++ {
		if n, err := strconv.Atoi(m[i]); err == nil {
			e.Status = n
			break
		}
	}
	return e
}

// response splits what curl -i prints into headers and body.
func response(text string) (http.Header, string, bool) {
	if !strings.HasPrefix(text, "HTTP/") {
		return nil, "", false
	}
	head, body, ok := strings.Cut(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n")
	h := http.Header{}
	for line := range strings.SplitSeq(head, "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok && !strings.ContainsAny(name, " \t") {
			h.Add(name, strings.TrimSpace(value))
		}
	}
	return h, strings.TrimSpace(body), ok || len(h) > 0
}

// findings gathers, each code once.
type findings struct{ list []Finding }

func (f *findings) add(p problem.Problem, possible bool) {
	if !slices.ContainsFunc(f.list, func(g Finding) bool { return g.Problem.Code == p.Code }) {
		f.list = append(f.list, Finding{Problem: p, Possible: possible})
	}
}

func (f *findings) possible(codes ...problem.Code) {
	for _, c := range codes {
		if p, ok := problem.Known(c); ok {
			f.add(p, true)
		}
	}
}

// ownCodes finds our own codes, as the gateway's Lockkeeper-Problem header shows them.
func (f *findings) ownCodes(text string) {
	for _, word := range codeForm.FindAllString(text, 64) {
		if p, ok := problem.Known(problem.Code(word)); ok {
			f.add(p, false)
		}
	}
}

// pasteErrors finds identifiers that stand where another kind belongs (ads-lwa 1.11, 8.3).
func (f *findings) pasteErrors(text string) {
	for _, known := range []struct {
		form *regexp.Regexp
		code problem.Code
	}{
		{spAppForm, problem.LWAClientIDSPApp}, {profileID, problem.LWAClientIDIsProfileID}, {accessForm, problem.LWAAccessTokenAsRefreshToken},
	} {
		if known.form.MatchString(text) {
			f.add(problem.New(known.code), false)
		}
	}
}

// words asks Login with Amazon's rules and every program's. Those of Login with Amazon come first where the text has its words, then who
// knows the answer's own code. What was recognised by its status more than by its words counts only where nothing was recognised better, and
// then as one of several.
func (f *findings) words(e amazon.Evidence) {
	first := len(f.list)
	byLWA, isLWA := lwa.Known(e)
	var login, exact, strong, weak []problem.Problem
	if isLWA && !faint(byLWA) {
		login = append(login, byLWA)
	}
	said := codeAlone(e)
	for _, p := range all.Programs() {
		named, ok := recognised(p, e)
		if !ok {
			continue
		}
		byCode, ok := recognised(p, said)
		switch {
		case faint(named):
			weak = append(weak, named)
		case ok && byCode.Code == named.Code:
			exact = append(exact, named)
		default:
			strong = append(strong, named)
		}
	}
	if isLWA && faint(byLWA) {
		weak = append(weak, byLWA)
	}
	for i, p := range slices.Concat(login, exact, strong) {
		f.add(p, i > 0)
		f.possible(problem.Alike(p.Code)...)
		if p.Code == problem.LWARefreshTokenRefused && !strings.Contains(amazon.ReadRefusal(e).Text, "refresh_token") {
			f.possible(problem.LWACodeRefused) // invalid_grant alone is said of codes too
		}
	}
	if len(f.list) == first {
		common := problem.Alone(e.Status)
		slices.SortStableFunc(weak, func(a, b problem.Problem) int {
			return place(common, a.Code) - place(common, b.Code)
		})
		for _, p := range weak {
			f.add(p, len(weak) > 1)
			f.possible(problem.Alike(p.Code)...)
		}
	}
	for _, said := range machineWords(string(e.Body)) {
		if len(f.list) > first {
			break
		}
		f.words(amazon.Evidence{Header: e.Header, Body: said})
	}
	if len(f.list) == first && e.Status != 0 {
		f.status(e)
	}
}

// place is where a code stands among those that people meet with a status; what is not among them comes last.
func place(common []problem.Code, code problem.Code) int {
	if i := slices.Index(common, code); i >= 0 {
		return i
	}
	return len(common)
}

// faint reports whether a problem was recognised by its status, or by words that every service of Amazon has.
func faint(p problem.Problem) bool { return p.Faint || problem.Weak(p.Code) }

// recognised asks one program.
func recognised(p amazon.Program, e amazon.Evidence) (problem.Problem, bool) {
	named, refused := p.Classify(e)
	return named, refused && !strings.HasSuffix(string(named.Code), ".unrecognised")
}

// codeAlone is the evidence of the answer's own code and nothing else.
func codeAlone(e amazon.Evidence) amazon.Evidence {
	code := amazon.ReadRefusal(e).Code()
	if code == "" {
		return amazon.Evidence{}
	}
	body, err := json.Marshal(map[string]string{"code": code})
	if err != nil {
		return amazon.Evidence{}
	}
	return amazon.Evidence{Body: body}
}

// machineWords finds OAuth's and Amazon's words in prose or a log line and puts each into the form in which Amazon sends it: OAuth's are in
// small letters, those of the Ads API in capitals, those of most others in words run together.
func machineWords(text string) [][]byte {
	if strings.HasPrefix(text, "{") {
		return nil
	}
	var all [][]byte
	for _, word := range wordForm.FindAllString(text, 8) {
		key := "code"
		if strings.ToLower(word) == word {
			key = "error"
		}
		if said, err := json.Marshal(map[string]string{key: word}); err == nil {
			all = append(all, said)
		}
	}
	return all
}
