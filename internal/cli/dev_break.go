package cli

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/lockkeeper-dev/lockkeeper/internal/api"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// breakConsent does what an account's owner does when he removes an application: the sandbox forgets the consent.
func (w *walk) breakConsent() (string, error) {
	w.sandbox.World().Tokens.Revoke(w.profile, w.sandbox.World().User(kit.Advertiser))
	if _, err := w.client.RefreshGrant(w.ctx, devGrant); err == nil {
		return "", errors.New("a grant whose consent is gone was refreshed all the same")
	}
	g, err := w.until(func(g api.Grant) bool { return g.Health == "blocked" })
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("the owner withdrew the consent at Amazon: the grant is %s, nothing more is sent", g.Health), nil
}

func (w *walk) doctorNames() (string, error) {
	found, err := w.client.Doctor(w.ctx, api.Examine{Name: devGrant})
	if err != nil {
		return "", err
	}
	for _, x := range found {
		if x.Problem != nil && x.Problem.Code == problem.LWAConsentWithdrawn {
			return fmt.Sprintf("%s (%s must act) Fix: %s", x.Problem.What, x.Problem.Whose, x.Problem.Fix), nil
		}
	}
	return "", errors.New("the doctor did not name the withdrawn consent")
}

// mend has the owner authorise again, which is the fix that the doctor named.
func (w *walk) mend() (string, error) {
	consent, err := w.client.Connect(w.ctx, api.Connect{Name: devGrant, App: devApp})
	if err != nil {
		return "", err
	}
	g, err := walkConsent(w.ctx, w.client, consent, kit.Advertiser)
	if err != nil {
		return "", err
	}
	if g.Health != "ok" {
		return "", fmt.Errorf("the grant is %s after it was authorised again", g.Health)
	}
	if _, _, err := w.call(http.MethodGet, "/v2/profiles", "", map[string]string{"Lockkeeper-Region": "NA"}); err != nil {
		return "calling with the same pass as before:", err
	}
	return fmt.Sprintf("the owner authorised again: grant %q is %s, and the same pass works on", g.Name, g.Health), nil
}

// journal holds the walk against what the sandbox wrote down by itself.
func (w *walk) journal() (string, error) {
	token := kit.Match{Program: "lwa", Operation: "token"}
	err := w.sandbox.Verify(
		kit.AtLeast(2, kit.Filter{Match: kit.Match{Program: "lwa"}, Effect: "consented"}),
		kit.Exactly(1, kit.Filter{Match: token, Effect: "issued", Generation: 1}),
		kit.AtLeast(3, kit.Filter{Match: token, Effect: "issued"}),
		kit.AtLeast(1, kit.Filter{Match: token, Effect: "refused", Error: "invalid_grant"}),
	)
	if err != nil {
		return "", err
	}
	n := len(w.sandbox.Journal().Entries(kit.Filter{}))
	return fmt.Sprintf("the sandbox's own journal of %d exchanges says the same: two consents, one refresh", n), nil
}
