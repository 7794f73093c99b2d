package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/egress"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
)

// A part is one region's answer.
type part struct {
	region canon.Region
	asked  asked
	body   []byte
	list   bool // a whole JSON array came, with 200
}

// merge asks every region that policy allows at once and joins their lists into one. A region that refuses is named by the
// problem header and hides none of the others; where all refuse, the first one's answer is passed on.
func (q *request) merge() *problem.Problem {
	var parts []*part
	reason := ""
	for _, region := range canon.Regions() {
		if q.program.desc.Hosts[region] == "" {
			continue
		}
		if d, ok := q.allowed(region); !ok {
			reason = d.Reason
			continue
		}
		parts = append(parts, &part{region: region})
	}
	if len(parts) == 0 {
		return q.deny(reason)
	}
	token, p := q.accessToken(q.r.Context())
	if p != nil {
		return p
	}
	ctx, cancel := context.WithTimeout(q.r.Context(), q.g.cfg.StreamLimit)
	defer cancel()
	q.r.Header.Del("Accept-Encoding") // the lists are joined as text
	var all sync.WaitGroup
	for _, p := range parts {
		all.Go(func() { q.fetch(ctx, p, token) })
	}
	all.Wait()
	return q.join(parts)
}

// fetch gets one region's part.
func (q *request) fetch(ctx context.Context, p *part, token snapshot.Token) {
	if until := q.g.cfg.Door.Throttled(q.limit(p.region)); until.After(q.now) {
		throttled := problem.New(problem.GatewayThrottled)
		throttled.RetryAt = until
		p.asked.err = throttled
		return
	}
	p.asked = q.ask(ctx, p.region, token)
	if p.asked.err != nil {
		return
	}
	reply := p.asked.reply
	defer func() { _ = reply.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(reply.Body, q.g.cfg.MergeLimit+1))
	if err != nil {
		p.asked.err = err
		return
	}
	p.body = bytes.TrimSpace(body)
	p.list = reply.Status == http.StatusOK && int64(len(body)) <= q.g.cfg.MergeLimit &&
		len(p.body) > 1 && p.body[0] == '[' && json.Valid(p.body)
}

// join answers with what came.
func (q *request) join(parts []*part) *problem.Problem {
	var lists [][]byte
	var answered []string
	var amiss *part
	for _, p := range parts {
		q.tries += p.asked.tries
		q.amazon = max(q.amazon, p.asked.took)
		if !p.list {
			if amiss == nil {
				amiss = p
			}
			continue
		}
		answered = append(answered, string(p.region))
		if inner := bytes.TrimSpace(p.body[1 : len(p.body)-1]); len(inner) > 0 {
			lists = append(lists, inner)
		}
	}
	if len(answered) == 0 {
		if amiss.asked.err != nil {
			return q.failed(amiss.asked.err)
		}
		if amiss.asked.reply.Status == http.StatusOK {
			return refusal(problem.GatewayAmazonFailed)
		}
		q.region = amiss.region
		amiss.asked.reply = &egress.Reply{
			Status: amiss.asked.reply.Status, Header: amiss.asked.reply.Header, Length: int64(len(amiss.body)),
			Body: io.NopCloser(bytes.NewReader(amiss.body)),
		}
		q.answer(amiss.asked)
		return nil
	}
	h := q.w.Header()
	h.Set("Content-Type", "application/json")
	h.Set(headerRequest, string(q.id))
	h.Set(headerRegions, strings.Join(answered, ", "))
	if amiss != nil {
		q.code = problem.GatewayAmazonFailed
		if amiss.asked.verdict.known {
			q.code = amiss.asked.verdict.problem.Code
		} else if p, ok := problem.Of(amiss.asked.err); ok {
			q.code = p.Code
		}
		h.Set(headerProblem, string(q.code))
	}
	q.write(http.StatusOK, append(append([]byte{'['}, bytes.Join(lists, []byte{','})...), ']'))
	return nil
}
