//go:build interop

package interop_test

import (
	"os"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/keytest"
	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// TestUnified drives the client of Unified.to's ads category, whose server alone is another, through the gateway against the sandbox.
func TestUnified(t *testing.T) {
	if _, err := os.Stat("unified/node_modules/.package-lock.json"); err != nil {
		install(t, "unified", "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	}
	key := keytest.Start(t, keytest.Options{Sandbox: sandbox.Options{Seed: 11}})
	key.Grant("shop")
	profile := profileWithCampaigns(t, key.Sandbox, key.Sandbox.Consent(kit.Shop, kit.Advertiser, "profile", "advertising::campaign_management"))
	w := &world{name: "gateway", amazon: key.Sandbox}
	before := w.amazon.Journal().Last()
	conversation{
		command: []string{"node", "drive.js"}, dir: "unified",
		env: []string{
			"LK_GATEWAY=" + key.Status.Gateway, "LK_PASS=" + key.Pass("software", "shop"), "LK_PROFILE_ID=" + profile,
			"LK_FIRST_DAY=" + key.Sandbox.Now().AddDate(0, 0, -9).Format(time.DateOnly), "LK_LAST_DAY=" + key.Sandbox.Now().AddDate(0, 0, -3).Format(time.DateOnly),
			"LK_START=" + key.Sandbox.Now().AddDate(0, 0, 3).Format(time.RFC3339),
		},
		wishes: map[string]func(){"a minute": func() { key.Sandbox.Advance(time.Minute) }},
	}.run(t)
	drove(t, w, "@unified-api/typescript-sdk", before)
}
