package unified

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/stencil"
)

// A source is one account's objects in one channel.
type source struct {
	Place
	channel canon.Channel
	copies  map[string]*stencil.Set // of one listing, by Amazon's lists
}

// by is what writes the rows of one of Amazon's lists.
func (s *source) by(from amazon.AdsOrigin) *stencil.Set {
	by := s.copies[from.List]
	if by == nil {
		if s.copies == nil {
			s.copies = map[string]*stencil.Set{}
		}
		by = stencil.New(from.Holes())
		s.copies[from.List] = by
	}
	return by
}

func (s *source) key() string {
	return s.Grant.Name + "/" + s.Account.ID + "/" + string(s.Account.Region) + "/" + string(s.channel)
}

// sources are those that a listing reads, in their order. Where policy allows some of them alone, those are read, and denied names the
// channels that are left out; where it allows none, err says why.
func (u *Ads) sources(l *listing) (all []source, denied []string, err error) {
	places, err := u.Places(l.request, l.organizations)
	if err != nil {
		return nil, nil, err
	}
	channels := slices.DeleteFunc(slices.Clone(u.cfg.Model.AdsChannels(l.kind)), func(c canon.Channel) bool {
		return len(l.channels) > 0 && c != "" && !slices.Contains(l.channels, c)
	})
	takes := map[canon.Channel][]string{} // the same for all of hundreds of accounts
	for _, c := range channels {
		takes[c] = u.cfg.Model.AdsCan(l.kind, c).Operations["list"]
	}
	for _, p := range places {
		for _, channel := range channels {
			if refused := l.request.allow(p, takes[channel]); refused != nil {
				err = refused
				if name := string(channel); !slices.Contains(denied, name) {
					denied = append(denied, name)
				}
				continue
			}
			all = append(all, source{Place: p, channel: channel})
		}
	}
	if len(all) > 0 {
		err = nil
	}
	return all, denied, err
}

// read asks for one page, and waits with patience where Amazon asks to come later.
func (u *Ads) read(ctx context.Context, m *limiter, s *source, query amazon.AdsQuery) (amazon.AdsPage, error) {
	if err := m.enter(ctx, s); err != nil {
		return amazon.AdsPage{}, err
	}
	defer m.leave(s)
	query.Channel = s.channel
	for left := u.cfg.Patience; ; {
		var page amazon.AdsPage
		err := u.contained(func() (err error) {
			page, err = u.cfg.Model.AdsList(ctx, s.Asker, s.Account, query)
			return err
		})
		if err == nil {
			return page, nil
		}
		wait, later := u.comesLater(err)
		if !later || wait > left || ctx.Err() != nil {
			return page, err
		}
		left -= max(wait, 50*time.Millisecond)
		if waited := pause(ctx, wait); waited != nil {
			return page, err
		}
	}
}

// comesLater tells when a call that was throttled may be made again. The way out knows it once it saw a 429: asked again at once, it says.
func (u *Ads) comesLater(err error) (time.Duration, bool) {
	if p, ok := problem.Of(err); ok && !p.RetryAt.IsZero() {
		return max(0, p.RetryAt.Sub(u.cfg.Now())), true
	}
	var refused *amazon.AdsRefusal
	return 0, errors.As(err, &refused) && refused.Status == http.StatusTooManyRequests
}

func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
