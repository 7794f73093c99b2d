package lwa

import (
	_ "embed"
	"net/url"
	"sync"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

//go:embed problems.toml
var problemsText []byte

// matcher reads the embedded rules once. Broken ones are a mistake of ours, which every test would meet.
var matcher = sync.OnceValue(func() *amazon.Matcher {
	m, err := amazon.NewMatcher("lwa", problemsText)
	if err != nil {
		panic(err)
	}
	return m
})

// Classify names a refusal of Login with Amazon: an answer of its token endpoint, an authorize page, or the parameters of a redirect back.
func Classify(e amazon.Evidence) problem.Problem { return matcher().Match(e) }

// Known is Classify, but says no instead of lwa.unrecognised.
func Known(e amazon.Evidence) (problem.Problem, bool) { return matcher().Recognise(e) }

// Callback names what a redirect back from the consent page says in its parameters (ads-lwa 1.3, second behaviour). No error is no problem.
func Callback(errorCode, description string) (problem.Problem, bool) {
	if errorCode == "" {
		return problem.Problem{}, false
	}
	q := url.Values{"error": {errorCode}, "error_description": {description}}
	return Classify(amazon.Evidence{Body: []byte("?" + q.Encode())}), true
}
