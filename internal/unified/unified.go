// Package unified is the normalised Ads API: reading and writing advertising objects in the words of canon, at paths that programs written
// for Unified.to's ads category know (contract ads-model 1.1 and 1.6).
//
// It knows no wire of Amazon's and no store: a program's AdsModel reads and writes, the snapshot tells of grants and their accounts, and
// whoever mounts it says what the asker may use. The same code answers callers at the gateway and operators at the control API. One request
// may go over many accounts of many grants; what one of them cannot tell is named in the answer and never left out without a word.
package unified

import (
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/snapshot"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified/writes"
)

// ProgramCode is the program whose grants are used.
const ProgramCode = "ads"

// Config is what an Ads needs.
type Config struct {
	Model amazon.AdsModel

	// Asker returns what makes the calls of a grant of the program, with a token that is good.
	Asker func(g *snapshot.Grant) amazon.Asker

	// Mounts answer paths below a grant that are no kinds of objects, by their first word: "report", "undo". Defaults to none.
	Mounts map[string]Handler

	// Reports describes what the mount "report" takes and answers. Defaults to nothing.
	Reports ReportTypes

	// Writer changes objects. Defaults to refusing all changes.
	Writer *writes.Writer

	// Width is how many accounts of one grant in one region are asked at once, by all requests together. Defaults to 4.
	Width int

	// Remember is how many bytes of pages that were read are remembered at most, and how many of sorted lists that are read page by page.
	// Nothing is where it is negative. Defaults to 16 MiB.
	Remember int

	// Alike is how many bytes a page has from which on objects that are like others are written without being read. Defaults to 32 KiB.
	Alike int

	// Patience is how long a read waits where Amazon asks to come again later, before it gives an account up. Defaults to 20 seconds.
	Patience time.Duration

	// Now is the clock. Defaults to time.Now.
	Now func() time.Time

	// Log is told of what goes wrong here. Defaults to slog's discard handler.
	Log *slog.Logger
}

// Ads is the normalised Ads API. It is safe for concurrent use.
type Ads struct {
	cfg     Config
	known   *places
	lanes   *lanes
	memo    *memo
	sorted  *sortings
	buffers sync.Pool // of *[]byte, in which answers are written
	rooms   sync.Pool // of *[]byte, into which pages are read
}

// bufferSize is how much of a list is written at once.
const bufferSize = 64 << 10

// New returns an Ads. It fails where the model or the way to Amazon is missing.
func New(cfg Config) (*Ads, error) {
	if cfg.Model == nil || cfg.Asker == nil {
		return nil, errors.New("building the normalised Ads API: the model or the way to Amazon is missing")
	}
	if cfg.Width <= 0 {
		cfg.Width = 4
	}
	if cfg.Remember == 0 {
		cfg.Remember = 16 << 20
	}
	if cfg.Alike <= 0 {
		cfg.Alike = 32 << 10
	}
	if cfg.Patience <= 0 {
		cfg.Patience = 20 * time.Second
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	memo, err := newMemo(cfg.Remember)
	if err != nil {
		return nil, err
	}
	return &Ads{
		cfg: cfg, known: newPlaces(), lanes: newLanes(cfg.Width), memo: memo, sorted: newSortings(cfg.Remember),
		buffers: sync.Pool{New: func() any { b := make([]byte, 0, bufferSize); return &b }},
		rooms:   sync.Pool{New: func() any { return new([]byte) }},
	}, nil
}

// Kinds lists the kinds of objects in the order of their hierarchy, as paths name them.
func Kinds() []canon.AdsKind {
	return []canon.AdsKind{
		canon.KindOrganization, canon.KindPortfolio, canon.KindCampaign, canon.KindGroup, canon.KindAd, canon.KindCreative, canon.KindAsset,
		canon.KindInsertionOrder, canon.KindTarget, canon.KindTargetOption, canon.KindPromoted,
	}
}
