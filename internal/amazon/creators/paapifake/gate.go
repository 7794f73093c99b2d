package paapifake

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// A visit is one call, and what its checks found.
type visit struct {
	f       *fake
	x       *kit.Exchange
	signed  kit.Signature
	signErr error
	key     *key
	market  market
	in      input
	errors  []failed // of single ids, beside what was found
}

// guarded puts the checks before a handler, in the order of creators-paapi-aws 2.5.
func (f *fake) guarded(handle func(*visit) map[string]any) func(*kit.Exchange) kit.Response {
	return func(x *kit.Exchange) kit.Response {
		v := x.Parsed.(*visit)
		steps := []func() *refused{v.target, v.signature, v.account, v.throttle, v.body, v.tag}
		if f.world.Lax() {
			steps = []func() *refused{v.target, v.anyone, v.throttle, v.body}
		}
		for _, step := range steps {
			if r := step(); r != nil {
				return r.answer()
			}
		}
		x.Effect = "answered"
		body := handle(v)
		if len(v.errors) > 0 {
			body["Errors"] = v.errors
		}
		return finish(kit.JSON(200, body))
	}
}

func (v *visit) target() *refused {
	if v.f.is.mode.Is("retired") {
		return &retired
	}
	if t := v.x.Header.Get("X-Amz-Target"); t != "com.amazon.paapi5.v1.ProductAdvertisingAPIv1."+v.x.Operation {
		return &unknownOperation
	}
	return nil
}

// skew is how far a request's date may be off.
const skew = 15 * time.Minute

// signature checks that the request is signed, whose key it is, its date, and what it is made over.
func (v *visit) signature() *refused {
	s := v.signed
	if v.signErr != nil || s.Lifetime > 0 || v.x.Header.Get("X-Amz-Date") == "" {
		return &incompleteSignature
	}
	for _, name := range []string{"host", "x-amz-date", "x-amz-target", "content-encoding"} {
		if !slices.Contains(s.Headers, name) {
			return &incompleteSignature
		}
	}
	if v.x.Header.Get("Content-Encoding") != "amz-1.0" {
		return &incompleteSignature
	}
	var named struct{ Marketplace string }
	_ = json.Unmarshal(v.x.Body, &named) // under a loopback name it tells the marketplace
	v.market = marketOf(v.x.Host, named.Marketplace, s.Region)
	k := v.f.keys[s.KeyID]
	switch off := v.x.Now.Sub(s.At); {
	case k == nil || s.Session != "":
		return &unrecognizedClient
	case off > skew || off < -skew:
		return &requestExpired
	case s.Service != "ProductAdvertisingAPI" || s.Region != v.market.aws || !s.Matches(v.x, k.secret):
		return &invalidSignature
	}
	v.key = k
	return nil
}

// anyone is signature where nothing need be true: a key that is none, or no signature, is that of the account which may call.
func (v *visit) anyone() *refused {
	var named struct{ Marketplace string }
	_ = json.Unmarshal(v.x.Body, &named) // what cannot be read names none
	v.market = marketOf(v.x.Host, named.Marketplace, v.signed.Region)
	v.key = v.f.keys[v.signed.KeyID]
	for _, k := range v.f.keys {
		if v.key == nil && k.owner == kit.Seasoned {
			v.key = k
		}
	}
	v.x.User = v.key.owner
	return nil
}

// account checks what the key's owner may do.
func (v *visit) account() *refused {
	a := v.f.world.Affiliates.Affiliate(v.key.owner)
	switch {
	case a == nil:
		return &awsUser
	case !a.Eligible || v.f.is.eligibility.Is("lost"):
		return &notEligible
	}
	v.x.User = a.Key
	return nil
}

func (v *visit) throttle() *refused {
	perSecond, errSecond := strconv.ParseFloat(v.f.is.perSecond.Get(), 64) // "off" is none
	perDay, errDay := strconv.Atoi(v.f.is.perDay.Get())
	if errSecond != nil && errDay != nil || v.f.limits.take(v.key.owner, v.x.Now, perSecond, perDay) {
		return nil
	}
	return &tooManyRequests
}

func (v *visit) body() *refused {
	if json.Unmarshal(v.x.Body, &v.in) != nil {
		return invalid("The request body could not be read.")
	}
	return v.in.check(v.x.Operation, v.market)
}

// tag checks that the partner tag is the account's, and of this marketplace.
func (v *visit) tag() *refused {
	a := v.f.world.Affiliates.Affiliate(v.key.owner)
	if slices.Contains(a.Tags(v.market.suffix), v.in.PartnerTag) {
		return nil
	}
	for _, suffix := range []string{"20", "21", "22"} {
		if slices.Contains(a.Tags(suffix), v.in.PartnerTag) {
			return &invalidAssociate
		}
	}
	return &invalidTag
}

// An allowance is what is left of an account's calls.
type allowance struct {
	left  float64
	at    time.Time
	day   string
	today int
}

// A limiter counts each account's calls by the sandbox's clock: the limits belong to the account, not to the key (creators-paapi-aws 2.6).
type limiter struct {
	mu       sync.Mutex
	accounts map[string]*allowance
}

// take counts a call and reports whether it is within the limits; a limit of zero counts nothing.
func (l *limiter) take(account string, now time.Time, perSecond float64, perDay int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.accounts[account]
	if a == nil {
		a = &allowance{left: perSecond, at: now}
		l.accounts[account] = a
	}
	if day := now.UTC().Format(time.DateOnly); a.day != day {
		a.day, a.today = day, 0
	}
	if perSecond > 0 {
		a.left = min(max(perSecond, 1), a.left+now.Sub(a.at).Seconds()*perSecond)
		a.at = now
		if a.left < 1 {
			return false
		}
		a.left--
	}
	a.today++
	return perDay == 0 || a.today <= perDay
}

// A refused is a whole refusal: status, exception, code and message (creators-paapi-aws 2.5).
type refused struct {
	status                   int
	exception, code, message string
}

// A failed is one entry of Errors.
type failed struct {
	Type    string `json:"__type,omitempty"`
	Code    string `json:"Code"`
	Message string `json:"Message"`
}

const signing = " For more information, see https://webservices.amazon.com/paapi5/documentation/sending-request.html#signing."

var (
	retired             = refused{403, "AccessDeniedException", "AccessDenied", "Product Advertising API is deprecated. Please migrate to Creators API to continue."}
	incompleteSignature = refused{400, "IncompleteSignatureException", "IncompleteSignature", "The request signature did not include all of the required components." + signing}
	invalidSignature    = refused{401, "InvalidSignatureException", "InvalidSignature", "The request has not been correctly signed." + signing}
	unrecognizedClient  = refused{401, "UnrecognizedClientException", "UnrecognizedClient", "The Access Key ID or security token included in the request is invalid."}
	requestExpired      = refused{401, "RequestExpiredException", "RequestExpired", "The request is past expiry date." + signing}
	accessDenied        = refused{403, "AccessDeniedException", "AccessDenied", "The Access Key ID is not enabled for accessing Product Advertising API."}
	awsUser             = refused{403, "AccessDeniedException", "AccessDeniedAwsUsers", "The Access Key ID is not enabled for accessing this version of Product Advertising API. Please use credentials made in Associates Central."}
	invalidAssociate    = refused{403, "AssociateValidationException", "InvalidAssociate", "Your access key is not mapped to Primary of approved associate store."}
	notEligible         = refused{403, "AssociateEligibilityException", "AssociateNotEligible", "Your account does not currently meet the eligibility requirements to access the Product Advertising API."}
	invalidTag          = refused{400, "InvalidPartnerTagException", "InvalidPartnerTag", "The partner tag is not mapped to a valid associate store with your access key."}
	unknownOperation    = refused{404, "UnknownOperationException", "UnknownOperation", "The operation requested is invalid. Please verify that the operation name is typed correctly."}
	tooManyRequests     = refused{429, "TooManyRequestsException", "TooManyRequests", "The request was denied due to request throttling. Please verify the number of requests made per second to the Amazon Product Advertising API."}
	internalFailure     = refused{500, "InternalFailure", "InternalFailure", "The request processing has failed because of an unknown error, exception or failure. Please retry again."}
)

func invalid(message string) *refused {
	return &refused{400, "ValidationException", "InvalidParameterValue", message}
}

func (r refused) answer() kit.Response {
	return finish(kit.JSON(r.status, map[string]any{"__type": "com.amazon.paapi5#" + r.exception, "Errors": []failed{{Code: r.code, Message: r.message}}}))
}

// finish puts on what every answer carried.
func finish(r kit.Response) kit.Response {
	return r.Set("Server", "Server").Set("Vary", "Accept-Encoding")
}

// refusal words a fault: by its code where it names one, else by its status.
func refusal(_ *kit.Exchange, want kit.Refusal) kit.Response {
	all := []refused{
		tooManyRequests, invalidSignature, unrecognizedClient, requestExpired, accessDenied, awsUser, invalidAssociate, notEligible, incompleteSignature,
		invalidTag, unknownOperation, internalFailure, *missing("PartnerTag"), *invalid("The value provided in the request is invalid."),
	}
	for _, r := range all {
		if strings.EqualFold(r.code, want.Error) || want.Error == "" && r.status == want.Status {
			return r.answer()
		}
	}
	return internalFailure.answer()
}
