//go:build linux

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/lockkeeper-dev/lockkeeper/internal/id"
	"github.com/lockkeeper-dev/lockkeeper/internal/seal"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
)

// passSealer keeps the secrets of passes that sign, as the server does.
type passSealer struct{ *seal.Sealer }

func (s passSealer) place(p id.Pass) seal.Place {
	return seal.Place{Label: seal.PassSecret, ID: string(p), Version: 1, Realm: "lockkeeper"}
}

// SealPass implements policy.Sealer.
func (s passSealer) SealPass(p id.Pass, v secret.Value) ([]byte, error) { return s.Seal(s.place(p), v) }

// OpenPass implements policy.Sealer.
func (s passSealer) OpenPass(p id.Pass, sealed []byte) (secret.Value, error) {
	return s.Open(s.place(p), sealed)
}

// creatorsAnswer is an item as the Creators API gives it, with the members that were not asked for null: about a kilobyte.
const creatorsAnswer = `{"itemsResult":{"items":[{"asin":"B0LOCKKEEP","browseNodeInfo":null,"customerReviews":null,` +
	`"detailPageURL":"https://www.amazon.com/dp/B0LOCKKEEP?tag=sbx-20&linkCode=ogi&language=en_US&th=1&psc=1",` +
	`"images":{"primary":{"hiRes":null,"large":{"height":500,"url":"https://m.media-amazon.com/images/I/b0lockkeepa._SL500_.jpg","width":500},"medium":null,"small":null},"variants":null},` +
	`"itemInfo":{"byLineInfo":null,"classifications":null,"contentInfo":null,"contentRating":null,"externalIds":null,"features":null,"manufactureInfo":null,"productInfo":null,"technicalInfo":null,` +
	`"title":{"displayValue":"Brass door key","label":"Title","locale":"en_US"},"tradeInInfo":null},` +
	`"offersV2":{"listings":[{"availability":null,"condition":null,"dealDetails":null,"isBuyBoxWinner":null,"loyaltyPoints":null,"merchantInfo":null,` +
	`"price":{"money":{"amount":9.5,"currency":"USD","displayAmount":"$9.50"},"pricePerUnit":null,"savingBasis":null,"savings":null},"type":null,"violatesMAP":false}]},` +
	`"parentASIN":null,"score":null,"variationAttributes":null}]},"errors":null}`

const resourcesAsked = `["ItemInfo.Title","Images.Primary.Large","OffersV2.Listings.Price"]`

// measurePAAPI holds a signed call of PA-API, translated both ways, against the same call of the Creators API by a bearer pass.
func measurePAAPI(ctx context.Context, s settings, dir string, r *report) error {
	if _, err := certificate(dir); err != nil {
		return err
	}
	up, err := self(ctx, beside, "upstream", dir, "creators")
	if err != nil {
		return err
	}
	gate, err := self(ctx, alone, "gateway", dir, filepath.Join(dir), "http://"+up.addr)
	if err != nil {
		return err
	}
	signed, err := signedRequest(ctx, gate)
	if err != nil {
		return err
	}
	body := `{"itemIds":["B0LOCKKEEP"],"partnerTag":"sbx-20","resources":["itemInfo.title","images.primary.large","offersV2.listings.price"]}`
	plain := fmt.Appendf(nil, "POST /catalog/v1/getItems HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nx-marketplace: www.amazon.com\r\nUser-Agent: bench/1\r\n"+
		"Accept: application/json\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", gate.pass, len(body), body)
	all := map[string][]sample{}
	sent := 0
	for round := range s.rounds + 1 { // the first one warms up
		for name, request := range map[string][]byte{"plain": plain, "paapi": signed} {
			got, err := load(target{addr: gate.addr, request: request}, 16, 2*s.slice, gate)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if sent += got.sent; round > 0 {
				all[name] = append(all[name], got)
			}
		}
	}
	r.paapi = map[string]sample{"plain": median(all["plain"]), "paapi": median(all["paapi"])}
	var c count
	if err := errors.Join(gate.stop(&c), up.stop(nil)); err != nil {
		return err
	}
	if c.Access < sent || c.Metrics < sent || c.Usage < sent {
		return fmt.Errorf("%d requests were sent, but the access log has %d, the metrics %d and the counts of use %d", sent, c.Access, c.Metrics, c.Usage)
	}
	return nil
}

// signedRequest is a call as PA-API's SDKs make it, good for the 15 minutes that a signature has.
func signedRequest(ctx context.Context, gate *process) ([]byte, error) {
	body := `{"PartnerTag":"sbx-20","PartnerType":"Associates","Marketplace":"www.amazon.com","ItemIds":["B0LOCKKEEP"],"Resources":` + resourcesAsked + `}`
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://localhost/paapi5/getitems", strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header = http.Header{
		"Content-Encoding": {"amz-1.0"}, "Content-Type": {"application/json; charset=utf-8"}, "X-Amz-Target": {"com.amazon.paapi5.v1.ProductAdvertisingAPIv1.GetItems"},
	}
	req.ContentLength = 0 // which the SDKs of PA-API do not sign
	sum := sha256.Sum256([]byte(body))
	keys := aws.Credentials{AccessKeyID: gate.key, SecretAccessKey: gate.secret}
	if err := v4.NewSigner().SignHTTP(ctx, keys, req, hex.EncodeToString(sum[:]), "ProductAdvertisingAPI", "us-east-1", time.Now()); err != nil {
		return nil, err
	}
	var b strings.Builder
	fmt.Fprint(&b, "POST /paapi5/getitems HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench/1\r\nAccept: application/json\r\n")
	for name, values := range req.Header {
		fmt.Fprintf(&b, "%s: %s\r\n", name, values[0])
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(body), body)
	return []byte(b.String()), nil
}

// translated writes what translating costs.
func (r *report) translated(b *strings.Builder) {
	if r.paapi == nil {
		return
	}
	plain, front := r.paapi["plain"], r.paapi["paapi"]
	fmt.Fprintf(b, "## PA-API 5 from the Creators API\n\nThe same item by the same gateway, at 16 connections: asked for in the Creators API's own words by a bearer pass, and as a signed call of PA-API 5, whose signature is verified and which is translated both ways.\n\n"+
		"| | CPU a call, µs | requests/s | p50, µs | p99, µs |\n|---|--:|--:|--:|--:|\n| plain call | %.1f | %.0f | %.0f | %.0f |\n| PA-API 5, signed and translated | %.1f | %.0f | %.0f | %.0f |\n\nThat is %.2f times the CPU.\n\n",
		plain.cpu, plain.rate, plain.p50, plain.p99, front.cpu, front.rate, front.p50, front.p99, front.cpu/plain.cpu)
}
