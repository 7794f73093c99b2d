package sandbox_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A sandbox in a test: a refresh of a consent that was made without any page.
func ExampleNew() {
	amazon, err := sandbox.New(sandbox.Options{Seed: 7})
	if err != nil {
		panic(err)
	}
	defer func() { _ = amazon.Close() }()

	app := amazon.World().Profile(kit.Shop)
	consent := amazon.Consent(kit.Shop, kit.Advertiser)
	resp, err := http.PostForm(amazon.URL("lwa", "NA")+"/auth/o2/token", url.Values{
		"grant_type":    {"refresh_token"},
		"refresh_token": {consent.RefreshToken()},
		"client_id":     {app.ClientID},
		"client_secret": {app.Secret()},
	})
	if err != nil {
		panic(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var answer struct {
		Access    string `json:"access_token"`
		Refresh   string `json:"refresh_token"`
		ExpiresIn int    `json:"expires_in"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		panic(err)
	}
	fmt.Println(resp.Status, answer.Access[:8], answer.Refresh == consent.RefreshToken(), answer.ExpiresIn)
	fmt.Println(amazon.Verify(kit.Exactly(1, kit.Filter{Match: kit.Match{Program: "lwa", Operation: "token"}, Effect: "issued"})))
	// Output:
	// 200 OK Atza|sbx true 3600
	// <nil>
}

// A strict server, an answer that is lost after the refresh token was rotated, and what the old token is then worth.
func ExampleNew_fault() {
	amazon, err := sandbox.New(sandbox.Options{Policy: "strict", Clock: kit.FrozenClock(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC))})
	if err != nil {
		panic(err)
	}
	defer func() { _ = amazon.Close() }()

	app, consent := amazon.World().Profile(kit.Shop), amazon.Consent(kit.Shop, kit.Advertiser)
	form := url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {consent.RefreshToken()},
		"client_id": {app.ClientID}, "client_secret": {app.Secret()},
	}
	amazon.Fault(kit.Fault{Match: kit.Match{Operation: "token"}, At: kit.AfterEffect, Do: kit.Reset})

	_, err = amazon.Client().PostForm("https://api.amazon.com/auth/o2/token", form)
	fmt.Println("answer lost:", err != nil)
	resp, err := amazon.Client().PostForm("https://api.amazon.com/auth/o2/token", form)
	if err != nil {
		panic(err)
	}
	_ = resp.Body.Close()
	fmt.Println("old token:", resp.StatusCode)
	for _, e := range amazon.Journal().Entries(kit.Filter{}) {
		fmt.Println(e.Operation, "presented", e.Generation, "gave", e.Given, "and was", e.Effect)
	}
	// Output:
	// answer lost: true
	// old token: 400
	// token presented 1 gave 2 and was rotated
	// token presented 1 gave 0 and was refused
}

// A barrier: the refresh token has been rotated and nothing has been sent yet. This is where a client is killed.
func ExampleServer_Fault() {
	amazon, err := sandbox.New(sandbox.Options{Policy: "strict"})
	if err != nil {
		panic(err)
	}
	defer func() { _ = amazon.Close() }()

	app, consent := amazon.World().Profile(kit.Shop), amazon.Consent(kit.Shop, kit.Advertiser)
	barrier := amazon.Fault(kit.Fault{Match: kit.Match{Program: "lwa", Operation: "token"}, At: kit.AfterEffect, Do: kit.Hold})
	answer := make(chan int)
	go func() {
		resp, err := amazon.Client().PostForm("https://api.amazon.co.uk/auth/o2/token", url.Values{
			"grant_type": {"refresh_token"}, "refresh_token": {consent.RefreshToken()},
			"client_id": {app.ClientID}, "client_secret": {app.Secret()},
		})
		if err != nil {
			panic(err)
		}
		_ = resp.Body.Close()
		answer <- resp.StatusCode
	}()

	if err := barrier.Wait(context.Background(), 1); err != nil {
		panic(err)
	}
	fmt.Println("held at generation", consent.Generation())
	barrier.Release()
	fmt.Println("answered with", <-answer)
	fmt.Println(amazon.Verify(
		kit.Exactly(1, kit.Filter{Match: kit.Match{Client: kit.Shop, Region: "EU"}, Effect: "rotated"}),
		kit.Never(kit.Filter{Effect: "refused"}),
	))
	// Output:
	// held at generation 2
	// answered with 200
	// <nil>
}
