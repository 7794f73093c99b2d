package report

import "context"

// changed are the lanes that are not as they were kept last, and are taken for kept from now on. What a report takes moves a little with each that
// comes; only a step of more than an eighth is worth a write.
func (l *lanes) changed() []Learned {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []Learned
	for k, at := range l.by {
		is := Learned{Lane: k, Window: at.window, Settling: at.settling, Held: at.held, Probe: at.probe, Wait: at.wait, Quiet: at.quiet, Takes: at.takes}
		if is.Window >= l.most {
			is.Window = 0
		}
		if moved := is.Takes - at.kept.Takes; max(moved, -moved) <= at.kept.Takes/8 {
			is.Takes = at.kept.Takes
		}
		if is != at.kept {
			all, at.kept = append(all, is), is
		}
	}
	return all
}

// load takes up what a process before this one learned.
func (l *lanes) load(all []Learned) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, is := range all {
		at := l.at(is.Lane)
		at.settling, at.held, at.probe, at.wait, at.quiet, at.takes, at.kept = is.Settling, is.Held, is.Probe, is.Wait, is.Quiet, is.Takes, is
		if is.Window > 0 {
			at.window = min(is.Window, l.most)
		}
		at.quiet = min(max(at.quiet, firstQuiet), mostQuiet)
	}
}

// unkept has a lane kept again that could not be.
func (l *lanes) unkept(is Learned) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at(is.Lane).kept = Learned{Window: -1}
}

// keepLanes writes down what the lanes have learned since the last time. It is no reason to fail: the next process would but learn it anew.
func (s *Service) keepLanes(ctx context.Context) {
	s.keeping.Lock() // an older state must not be written over a newer one
	defer s.keeping.Unlock()
	for _, is := range s.lanes.changed() {
		if err := s.cfg.Store.SaveReportLane(ctx, is); err != nil {
			s.lanes.unkept(is)
			s.cfg.Log.Warn("what was learned of a queue of reports is not kept", "region", is.Region, "error", err)
		}
	}
}
