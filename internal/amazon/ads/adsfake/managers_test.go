package adsfake_test

import (
	"strings"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

const (
	createManager = "application/vnd.createmanageraccountrequest.v1+json"
	linkAccounts  = "application/vnd.updateadvertisingaccountsinmanageraccountrequest.v1+json"
)

type wireManagers struct {
	ManagerAccounts []wireManager `json:"managerAccounts"`
}

type wireManager struct {
	ID     string `json:"managerAccountId"`
	Name   string `json:"managerAccountName"`
	Linked []struct {
		AccountID   string `json:"accountId"`
		AccountType string `json:"accountType"`
		ProfileID   string `json:"profileId"` // a string here, a number in /v2/profiles
		DSP         string `json:"dspAdvertiserId"`
	} `json:"linkedAccounts"`
}

func TestManagerAccounts(t *testing.T) {
	t.Parallel()
	s := start(t)
	agency := s.as(kit.AgencyUser)
	w := agency.get("/managerAccounts")
	got := read[wireManagers](t, w).ManagerAccounts
	if len(got) != 1 || len(got[0].Linked) != 4 || !strings.HasPrefix(got[0].ID, "amzn1.ads1.ma1.") {
		t.Fatalf("got %s", w.Body)
	}
	if got[0].Linked[2].AccountType != "VENDOR" || got[0].Linked[2].ProfileID != s.profile(kit.Advertiser, "DE", "vendor").ID {
		t.Errorf("a vendor is %+v", got[0].Linked[2])
	}
	if dsp := got[0].Linked[3]; dsp.AccountType != "DSP_ADVERTISING_ACCOUNT" || dsp.DSP == "" || dsp.ProfileID != "" {
		t.Errorf("a DSP advertiser is %+v", dsp)
	}
	if ct := w.Header().Get("Content-Type"); ct != "application/vnd.getmanageraccountsresponse.v1+json" {
		t.Errorf("Content-Type %q", ct)
	}
	if w := s.as(kit.Advertiser).get("/managerAccounts"); w.Body.String() != `{"managerAccounts":[]}` {
		t.Errorf("a user without manager accounts: %s", w.Body)
	}
}

func TestManagerWrites(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := s.as(kit.Advertiser).with("Content-Type", createManager)
	made := read[wireManager](t, c.do("POST", "/managerAccounts", `{"managerAccountName":"Mine","managerAccountType":"Advertiser"}`))
	if made.ID == "" || made.Name != "Mine" || made.Linked == nil {
		t.Fatalf("made %+v", made)
	}
	accounts := read[[]wireProfile](t, c.get("/v2/profiles"))
	seller := accounts[0].AccountInfo.ID // the merchant id of the US and the CA profile
	c = c.with("Content-Type", linkAccounts)
	path := "/managerAccounts/" + made.ID
	body := `{"accounts":[{"id":"` + seller + `","type":"ACCOUNT_ID","roles":["SELLER_USER"]},{"id":"` + seller + `","type":"ACCOUNT_ID"},{"id":"7","type":"DSP_ADVERTISER_ID"},{"id":"A0","type":"ACCOUNT_ID"}]}`
	w := c.do("POST", path+"/associate", body)
	want := `{"succeedAccounts":[{"id":"` + seller + `","type":"ACCOUNT_ID","roles":["SELLER_USER"]}],"failedAccounts":[` +
		`{"account":{"id":"` + seller + `","type":"ACCOUNT_ID"},"error":{"code":"BAD_REQUEST","message":"The account is linked already"}},` +
		`{"account":{"id":"7","type":"DSP_ADVERTISER_ID"},"error":{"code":"BAD_REQUEST","message":"There is no such advertiser"}},` +
		`{"account":{"id":"A0","type":"ACCOUNT_ID"},"error":{"code":"BAD_REQUEST","message":"There is no such account"}}]}`
	if w.Code != 207 || w.Body.String() != want {
		t.Errorf("associate: %d\n%s\nwant\n%s", w.Code, w.Body, want)
	}
	if got := read[wireManagers](t, c.get("/managerAccounts")).ManagerAccounts[0]; len(got.Linked) != 2 {
		t.Errorf("linked %+v", got.Linked)
	}
	body = `{"accounts":[{"id":"` + seller + `","type":"ACCOUNT_ID"}]}`
	for _, want := range []string{`"failedAccounts":[]`, "The account is not linked"} {
		if w := c.do("POST", path+"/disassociate", body); w.Code != 207 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("disassociate: %d %s, want %s", w.Code, w.Body, want)
		}
	}
	agencies := "/managerAccounts/" + read[wireManagers](t, s.as(kit.AgencyUser).get("/managerAccounts")).ManagerAccounts[0].ID + "/associate"
	many := `{"accounts":[` + strings.TrimSuffix(strings.Repeat(`{"id":"A","type":"ACCOUNT_ID"},`, 21), ",") + `]}`
	for _, tt := range []struct {
		name       string
		c          *caller
		path, body string
		status     int
		code       string
	}{
		{"somebody else's", c, agencies, body, 403, "FORBIDDEN"},
		{"none", c, "/managerAccounts/x/associate", body, 403, "FORBIDDEN"},
		{"a viewer's", s.as(kit.ViewOnly).with("Content-Type", linkAccounts), agencies, body, 401, "UNAUTHORIZED"},
		{"too many", c, path + "/associate", many, 400, "BAD_REQUEST"},
		{"no accounts", c, path + "/associate", `{}`, 400, "BAD_REQUEST"},
		{"no JSON", c, path + "/disassociate", `accounts`, 400, "BAD_REQUEST"},
		{"wrong type", c.with("Content-Type", "application/json"), path + "/associate", body, 415, "UNSUPPORTED_MEDIA_TYPE"},
		{"no name", c.with("Content-Type", createManager), "/managerAccounts", `{"managerAccountType":"Agency"}`, 400, "BAD_REQUEST"},
		{"no kind", c.with("Content-Type", createManager), "/managerAccounts", `{"managerAccountName":"x","managerAccountType":"agency"}`, 400, "BAD_REQUEST"},
	} {
		w := tt.c.do("POST", tt.path, tt.body)
		if got := read[struct{ Code string }](t, w); w.Code != tt.status || got.Code != tt.code {
			t.Errorf("%s: %d %s, want %d %s", tt.name, w.Code, w.Body, tt.status, tt.code)
		}
	}
}
