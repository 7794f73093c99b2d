package adsfake

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// Finished reports and exports are downloaded from S3, by a URL that is signed for an hour (ads-lwa 5.1). Here the bucket is part of
// the sandbox, and the signature only looks like one of AWS.
const (
	urlLives    = time.Hour
	bucketPath  = "/offline-report-storage/"
	amzTime     = "20060102T150405Z"
	signerKeyID = "ASIAEXAMPLESANDBOX00"
)

// bucket is the host that a region's files are on, and its AWS region.
func bucket(region string) (host, aws string) {
	aws = map[string]string{"EU": "eu-west-1", "FE": "us-west-2"}[region]
	if aws == "" {
		aws = "us-east-1"
	}
	return "offline-report-storage-" + aws + "-prod.s3.amazonaws.com", aws
}

// link makes a URL to a job's file that lives for an hour from now.
func (f *fake) link(x *kit.Exchange, j *job, kind string) (address string, expires time.Time) {
	host, aws := bucket(x.Region)
	at := x.Now.UTC().Format(amzTime)
	name := kind + "-" + j.id + ".json.gz"
	if !j.packed {
		name = kind + "-" + j.id + ".csv"
	}
	query := "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + url.QueryEscape(signerKeyID+"/"+at[:8]+"/"+aws+"/s3/aws4_request") + "&X-Amz-Date=" + at +
		"&X-Amz-Expires=" + strconv.Itoa(int(urlLives/time.Second)) + "&X-Amz-SignedHeaders=host&X-Amz-Signature=" + f.signature(name, at)
	signed, _ := time.Parse(amzTime, at)
	return x.Link(host, bucketPath+url.PathEscape(name)) + "?" + query, signed.Add(urlLives)
}

func (f *fake) signature(name, at string) string {
	m := hmac.New(sha256.New, []byte(f.tokenKey))
	m.Write([]byte("download\x00" + name + "\x00" + at))
	return hex.EncodeToString(m.Sum(nil))
}

// download serves a file, as S3 would. It takes no Authorization header beside the signature.
func (f *fake) download(x *kit.Exchange) kit.Response {
	name, q := x.Var("file"), x.Query()
	at := q.Get("X-Amz-Date")
	signed, err := time.Parse(amzTime, at)
	lives, _ := strconv.Atoi(q.Get("X-Amz-Expires"))
	switch {
	case len(x.Header["Authorization"]) > 0:
		x.Note(kit.NoteClient, kit.RuleDownloadToken)
		return storageRefusal(x, http.StatusBadRequest, "InvalidArgument", "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, "+
			"Signature query string parameter or the Authorization header should be specified")
	case q.Get("X-Amz-Signature") == "":
		return storageRefusal(x, http.StatusForbidden, "AccessDenied", "Access Denied")
	case err != nil || lives != int(urlLives/time.Second) || !hmac.Equal([]byte(q.Get("X-Amz-Signature")), []byte(f.signature(name, at))):
		return storageRefusal(x, http.StatusForbidden, "SignatureDoesNotMatch",
			"The request signature we calculated does not match the signature you provided. Check your key and signing method.")
	case !x.Now.Before(signed.Add(urlLives)):
		return storageRefusal(x, http.StatusForbidden, "AccessDenied", "Request has expired")
	}
	kind, rest, _ := strings.Cut(name, "-")
	id, _, _ := strings.Cut(rest, ".")
	queue := map[string]*jobs{"report": &f.reports, "export": &f.exports}[kind]
	var file []byte
	if queue != nil {
		queue.mu.Lock()
		j := queue.byID[id]
		queue.mu.Unlock()
		if j != nil && j.ended() == completed {
			file = j.content(f)
		}
	}
	if file == nil {
		return storageRefusal(x, http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
	}
	h := http.Header{
		"Server": {"AmazonS3"}, "Content-Type": {"application/octet-stream"}, "X-Amz-Request-Id": {x.Random("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 16)},
		"Accept-Ranges": {"bytes"}, "Last-Modified": {signed.Format(http.TimeFormat)},
	}
	return kit.Response{Status: http.StatusOK, Header: h, Body: file}
}

// storageRefusal refuses as S3 does, in XML.
func storageRefusal(x *kit.Exchange, status int, code, message string) kit.Response {
	x.Error, x.Effect = code, "refused"
	id := x.Random("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 16)
	body, err := xml.Marshal(struct {
		XMLName   xml.Name `xml:"Error"`
		Code      string
		Message   string
		RequestID string `xml:"RequestId"`
	}{Code: code, Message: message, RequestID: id})
	if err != nil {
		panic("adsfake: an error is no XML: " + err.Error())
	}
	r := kit.Text(status, "application/xml", xml.Header+string(body))
	return r.Set("Server", "AmazonS3").Set("X-Amz-Request-Id", id)
}
