package writes_test

import (
	"context"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/audit"
	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/unified/writes"
)

// newMemoryBench is a bench without a database, whose goroutines would hold up a bubble of testing/synctest.
func newMemoryBench(t *testing.T, objects ...canon.AdsObject) *bench {
	t.Helper()
	b := &bench{t: t, m: newModel(objects...)}
	b.w = writes.New(writes.Config{Store: ledger{}, Together: 4})
	b.place = writes.Place{
		Grant: "01JD0000000000000000000GRA", Name: "shop", Model: b.m, By: audit.Actor{Kind: audit.Caller, ID: "01JD0000000000000000000CAL", Name: "bids"},
		Accounts: []canon.Account{{ID: "11", Region: canon.EU, Currency: "EUR", Timezone: "Europe/Paris"}, {ID: "12", Region: canon.EU, Currency: "GBP", Timezone: "Europe/London"}},
	}
	return b
}

// A ledger of paper, which is forgotten.
type ledger struct{}

func (ledger) BeginAdsWrite(context.Context, writes.Write, audit.Entry) error { return nil }

func (ledger) SendAdsChanges(context.Context, id.AdsWrite, []int) error { return nil }

func (ledger) SettleAdsChanges(context.Context, id.AdsWrite, []writes.Change) error { return nil }

func (ledger) EndAdsWrite(context.Context, id.AdsWrite, time.Time, audit.Entry) error { return nil }

func (ledger) AdsWrite(context.Context, id.AdsWrite) (writes.Write, error) {
	return writes.Write{}, writes.ErrNotFound
}

func (ledger) AdsWriteByKey(context.Context, id.Grant, string, string) (writes.Write, error) {
	return writes.Write{}, writes.ErrNotFound
}

func (ledger) AdsWrites(context.Context, writes.Filter) ([]writes.Write, error) { return nil, nil }

func (ledger) LoseAdsWrites(context.Context, time.Time) (int, error) { return 0, nil }
