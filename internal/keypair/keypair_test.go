package keypair_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/lockkeeper-dev/lockkeeper/internal/keypair"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// 90 days without a use is what is told of, a key never used counting from its making; what AWS does not tell is not guessed.
func TestJudge(t *testing.T) {
	t.Parallel()
	now, day := time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC), 24*time.Hour
	for name, c := range map[string]struct {
		key  keypair.Key
		want problem.Code
	}{
		"used yesterday":     {keypair.Key{Status: "Active", Created: now.Add(-200 * day), Used: now.Add(-day), UseKnown: true}, ""},
		"used 89 days ago":   {keypair.Key{Status: "Active", Created: now.Add(-200 * day), Used: now.Add(-89 * day), UseKnown: true}, ""},
		"used 90 days ago":   {keypair.Key{Status: "Active", Created: now.Add(-200 * day), Used: now.Add(-90 * day), UseKnown: true}, problem.AWSKeyUnused},
		"never used, old":    {keypair.Key{Status: "Active", Created: now.Add(-91 * day), UseKnown: true}, problem.AWSKeyUnused},
		"never used, young":  {keypair.Key{Status: "Active", Created: now.Add(-9 * day), UseKnown: true}, ""},
		"use not known":      {keypair.Key{Status: "Active", Created: now.Add(-200 * day)}, ""},
		"inactive":           {keypair.Key{Status: "Inactive", Created: now.Add(-500 * day), UseKnown: true}, ""},
		"used, but very old": {keypair.Key{Status: "Active", Created: now.Add(-366 * day), Used: now.Add(-day), UseKnown: true}, problem.AWSKeyOld},
	} {
		found := keypair.Judge([]keypair.Key{c.key}, now)
		var got problem.Code
		if len(found) == 1 && found[0].Problem != nil {
			got = found[0].Problem.Code
		}
		if len(found) != 1 || got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// Every policy fits into IAM's 2,048 characters, and none names a resource that was not given.
func TestPolicy(t *testing.T) {
	t.Parallel()
	arns := map[string]string{
		"queue": "arn:aws:sqs:eu-west-1:123456789012:q", "topic": "arn:aws:sns:eu-west-1:123456789012:t", "delivery": "arn:aws:firehose:eu-west-1:123456789012:deliverystream/d",
		"bucket-read": "arn:aws:s3:::b", "bucket-upload": "arn:aws:s3:::b",
	}
	for _, purpose := range keypair.Purposes() {
		text, err := keypair.Policy(purpose, arns[purpose])
		if err != nil || len(text) > 2048 || !json.Valid([]byte(text)) {
			t.Errorf("%s: %d characters, %v", purpose, len(text), err)
		}
	}
	for _, bad := range []string{"", "*", "arn:aws:s3:::b", `arn:aws:sqs:eu-west-1:1:q","Action":"*`, "arn:aws:sqs:*:*:*"} {
		if text, err := keypair.Policy("queue", bad); err == nil {
			t.Errorf("%q gives %s", bad, text)
		}
	}
}
