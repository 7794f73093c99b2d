package kit

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A Verdict is one thing that a client did which its users would come to regret at Amazon.
type Verdict struct {
	Rule   string `json:"rule"`   // one of the Rule constants
	Client string `json:"client"` // the security profile's key, or else the beginning of its User-Agent
	Seq    int64  `json:"seq"`    // the entry that shows it
	Before int64  `json:"before,omitempty"`
	What   string `json:"what"` // one sentence
}

// The rules that clients are held to.
const (
	RuleCameBackEarly   = "came_back_early"        // before Retry-After had passed
	RulePolledFast      = "polled_fast"            // asked for the same report again too soon
	RuleExpiredToken    = "expired_token"          // used an access token after its end
	RuleTwoRefreshes    = "overlapping_refreshes"  // two refreshes of one consent at the same time
	RuleSecretInURL     = "secret_in_url"          // where every log on the way has it
	RuleOldRefreshToken = "old_refresh_token"      // went on with the refresh token that was replaced
	RuleDownloadToken   = "authorization_download" // sent Authorization to a presigned address, which refuses it
)

// PollPause is how long a client should wait at least between two looks at the same report where nothing else is told. Amazon advises
// minutes; a client that is faster than this is surely in a loop.
const PollPause = 2 * time.Second

// What a fake marks for the verdicts: with Note(NoteClient, rule) what it alone can see of a client's behaviour, with Note(NotePoll, id) a look
// at something that is still being made.
const (
	NoteClient = "client"
	NotePoll   = "poll"
)

// Verdicts holds the exchanges that are kept against the rules, oldest first. poll is how long a client should wait at least between two looks
// at the same report. Zero is PollPause. A pause counts by whichever passed more time, the sandbox's clock or the real one: that clock may
// stand still while a client waits as it was told.
func (j *Journal) Verdicts(f Filter, poll time.Duration) []Verdict {
	if poll == 0 {
		poll = PollPause
	}
	court := court{poll: poll, last: map[string]*Entry{}, polled: map[string]*Entry{}, given: map[string]*Entry{}, refreshing: map[string]*Entry{}}
	entries := j.Entries(f)
	for i := range entries {
		court.hear(&entries[i])
	}
	return court.verdicts
}

// A court remembers what earlier entries said.
type court struct {
	poll       time.Duration
	verdicts   []Verdict
	last       map[string]*Entry // by client and operation: the latest that told it to wait
	polled     map[string]*Entry // by client and what is being made
	given      map[string]*Entry // by consent: the latest that gave a newer refresh token
	refreshing map[string]*Entry // by consent: the refresh that ends last
}

func (c *court) hear(e *Entry) {
	who := clientOf(e)
	for _, n := range e.Notes {
		if n.Name == NoteClient {
			c.find(n.Value, e, nil, marked[n.Value])
		}
		if n.Name == NotePoll {
			c.hearPoll(who+" "+n.Value, e)
		}
	}
	key := who + " " + e.Program + " " + e.Operation + " " + e.Region
	if before := c.last[key]; before != nil {
		if paused(before, e) < wait(before) {
			c.find(RuleCameBackEarly, e, before, "It came back before the Retry-After that it was told had passed.")
		}
	}
	delete(c.last, key)
	if wait(e) > 0 {
		c.last[key] = e
	}
	if e.Program == "lwa" && e.Operation == "token" && e.Grant != "" && e.Generation > 0 {
		c.hearRefresh(e)
	}
}

func (c *court) hearPoll(key string, e *Entry) {
	if before := c.polled[key]; before != nil && paused(before, e) < c.poll {
		c.find(RulePolledFast, e, before, fmt.Sprintf("It asked for the same report again within %s.", c.poll))
	}
	c.polled[key] = e
}

func (c *court) hearRefresh(e *Entry) {
	if before := c.refreshing[e.Grant]; before != nil && (before.Ended == 0 || e.Began < before.Ended) {
		c.find(RuleTwoRefreshes, e, before, "It refreshed one consent twice at the same time; of a token that rotates, one answer is then lost.")
	}
	if before := c.given[e.Grant]; before != nil && e.Generation < before.Given && e.Began > before.Ended {
		c.find(RuleOldRefreshToken, e, before, "It presented a refresh token though it had been given a newer one.")
	}
	if c.refreshing[e.Grant] == nil || c.refreshing[e.Grant].Ended < e.Ended {
		c.refreshing[e.Grant] = e
	}
	whole := e.Status == http.StatusOK && !e.Gone && e.Delivered == e.Length
	if whole && e.Given > e.Generation && (c.given[e.Grant] == nil || c.given[e.Grant].Given < e.Given) {
		c.given[e.Grant] = e
	}
}

// paused is how much time passed between two arrivals.
func paused(before, e *Entry) time.Duration {
	return max(e.At.Sub(before.At), e.arrived.Sub(before.arrived))
}

func (c *court) find(rule string, e, before *Entry, what string) {
	v := Verdict{Rule: rule, Client: clientOf(e), Seq: e.Seq, What: what}
	if before != nil {
		v.Before = before.Seq
	}
	c.verdicts = append(c.verdicts, v)
}

// marked are the sentences of the rules that an exchange shows by itself.
var marked = map[string]string{
	RuleExpiredToken:  "It used an access token after its end.",
	RuleSecretInURL:   "It sent a secret in a URL, where every log on the way has it.",
	RuleDownloadToken: "It sent Authorization to a presigned address, which Amazon refuses.",
}

func clientOf(e *Entry) string {
	if e.Client != "" {
		return e.Client
	}
	agent, _, _ := strings.Cut(e.Agent, " ")
	return agent
}

// wait is how long an answer told its client to wait, in the form in seconds or as a date.
func wait(e *Entry) time.Duration {
	if e.Status != http.StatusTooManyRequests && e.Status != http.StatusServiceUnavailable {
		return 0
	}
	if n, err := strconv.Atoi(e.Wait); err == nil {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(e.Wait); err == nil {
		return at.Sub(e.At)
	}
	return 0
}

// secretInURL reports whether a query holds what must not stand in one. The redirect back with a code is Amazon's own.
func secretInURL(query string) bool {
	query = strings.ToLower(query)
	for _, mark := range []string{"client_secret=", "refresh_token=", "access_token=at", "atza%7c", "atza|", "atzr%7c", "atzr|", "lkp_", "lkt_", "x-amz-access-token="} {
		if strings.Contains(query, mark) {
			return true
		}
	}
	return false
}
