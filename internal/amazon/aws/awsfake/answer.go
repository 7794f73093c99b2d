package awsfake

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

var namespaces = map[string]string{
	iam: "https://iam.amazonaws.com/doc/2010-05-08/",
	sts: "https://sts.amazonaws.com/doc/2011-06-15/",
}

// answer is the success envelope (contract 5.3). What has no output has no result element.
func (v *visit) answer(result any) kit.Response {
	v.x.Effect = effects[v.action]
	var body bytes.Buffer
	if result != nil {
		e := xml.NewEncoder(&body)
		if err := e.EncodeElement(result, xml.StartElement{Name: xml.Name{Local: v.action + "Result"}}); err != nil {
			panic("awsfake: an answer is no XML: " + err.Error())
		}
	}
	id := v.f.requestID(v.x)
	text := "<" + v.action + `Response xmlns="` + namespaces[v.service] + `">` + body.String() +
		"<ResponseMetadata><RequestId>" + id + "</RequestId></ResponseMetadata></" + v.action + "Response>"
	return kit.Text(http.StatusOK, "text/xml", text).Set("x-amzn-RequestId", id)
}

// effects are what the journal says of operations that change something.
var effects = map[string]string{
	"CreateAccessKey": "created", "UpdateAccessKey": "updated", "DeleteAccessKey": "deleted", "CreateUser": "created", "DeleteUser": "deleted",
	"PutUserPolicy": "updated", "DeleteUserPolicy": "deleted", "GetSessionToken": "issued", "AssumeRole": "issued",
}

// fault is the error envelope.
func fault(x *kit.Exchange, status int, code, message string) kit.Response {
	x.Effect, x.Error = "refused", code
	kind, service := "Sender", iam
	if status >= 500 {
		kind = "Receiver"
	}
	if v, ok := x.Parsed.(*visit); ok {
		service = v.service
	}
	if status == http.StatusFound { // IAM's and STS's answer to a browser
		return kit.Redirect("https://aws.amazon.com/iam")
	}
	var text struct {
		XMLName xml.Name `xml:"ErrorResponse"`
		NS      string   `xml:"xmlns,attr"`
		Error   struct {
			Type    string
			Code    string
			Message string
		}
		RequestId string //nolint:revive // AWS's spelling
	}
	text.NS, text.Error.Type, text.Error.Code, text.Error.Message = namespaces[service], kind, code, message
	text.RequestId = requestID(x.World, x.Seq)
	b, err := xml.Marshal(text)
	if err != nil {
		panic("awsfake: an answer is no XML: " + err.Error())
	}
	return kit.Text(status, "text/xml", string(b)).Set("x-amzn-RequestId", text.RequestId)
}

// refuse words a failure that a fault asked for.
func refuse(x *kit.Exchange, r kit.Refusal) kit.Response {
	texts := map[string]string{
		"Throttling": "Rate exceeded", "ServiceFailure": "The request processing has failed because of an unknown error, exception or failure.",
		"InvalidClientTokenId": "The security token included in the request is invalid.", "ServiceUnavailable": "Service Unavailable",
	}
	code := r.Error
	if code == "" {
		code = map[int]string{400: "Throttling", 403: "AccessDenied", 404: "NoSuchEntity", 409: "ConcurrentModification", 429: "Throttling", 500: "ServiceFailure"}[r.Status]
	}
	if code == "" {
		code = "ServiceUnavailable"
	}
	text, ok := texts[code]
	if !ok {
		text = "User: arn:aws:iam::" + x.World.AWSAccount() + ":user/" + x.User + " is not authorized to perform: iam:" + x.Operation
	}
	return fault(x, r.Status, code, text)
}

func (f *fake) requestID(x *kit.Exchange) string { return requestID(f.world, x.Seq) }

func requestID(w *kit.World, seq int64) string {
	h := w.Hex("aws request "+time.Duration(seq).String(), 32)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// stamp is how both services write times.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
