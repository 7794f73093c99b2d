package aws_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/aws"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon/aws/awsfake"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
	"github.com/lockkeeper-dev/lockkeeper/internal/secret"
	"github.com/lockkeeper-dev/lockkeeper/sandbox/kit"
)

// Both sides' hosts of IAM and STS are the same, each written down on its own.
func TestHostsOfBothSides(t *testing.T) {
	t.Parallel()
	d := aws.New().Descriptor()
	ours := slices.Clone(d.Also)
	for _, h := range d.Hosts {
		ours = append(ours, h)
	}
	n := 0
	for _, h := range awsfake.New(kit.NewWorld(0, nil)).Hosts {
		n++
		if !slices.Contains(ours, h.Name) {
			t.Errorf("the fake has %s, which program.toml lacks", h.Name)
		}
	}
	if n != 24 {
		t.Errorf("%d hosts", n)
	}
}

// Every error of contract 5.3 has its name, whatever its sentence.
func TestClassify(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]problem.Code{
		"InvalidClientTokenId": problem.AWSKeyRefused, "SignatureDoesNotMatch": problem.AWSSecretWrong, "ExpiredToken": problem.AWSSessionExpired,
		"ExpiredTokenException": problem.AWSSessionExpired, "IncompleteSignature": problem.AWSRequestRefused, "MissingAuthenticationToken": problem.AWSRequestRefused,
		"AccessDenied": problem.AWSPermissionMissing, "InvalidAction": problem.AWSRequestRefused, "ValidationError": problem.AWSRequestRefused,
		"Throttling": problem.AWSThrottled, "NoSuchEntity": problem.AWSNotFound, "LimitExceeded": problem.AWSQuota, "EntityAlreadyExists": problem.AWSUserExists,
		"DeleteConflict": problem.AWSInUse, "ConcurrentModification": problem.AWSInUse, "MalformedPolicyDocument": problem.AWSRequestRefused, "Surprise": problem.AWSUnrecognised,
	} {
		body := `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>` + word + `</Code><Message>m</Message></Error></ErrorResponse>`
		p, ok := aws.New().Classify(amazon.Evidence{Status: 400, Header: http.Header{"Content-Type": {"text/xml"}}, Body: []byte(body)})
		if !ok || p.Code != want {
			t.Errorf("%s is %s, want %s", word, p.Code, want)
		}
	}
}

// C2: what a key signs for is fixed by the grant, the same at every start, and never put together from a request.
func TestC2_SignsForOneServiceInOneRegion(t *testing.T) {
	t.Parallel()
	for range 1000 {
		s, err := aws.New().Signs("sqs", "eu-west-1")
		if err != nil || s != (amazon.Signs{Service: "sqs", Region: "eu-west-1", Host: "sqs.eu-west-1.amazonaws.com"}) {
			t.Fatal(s, err)
		}
		got := aws.New().Inject(amazon.Material{ClientID: "AKIAEXAMPLE234567ABC", Access: secret.New("sbx"), Signs: s})
		if got.SigV4 == nil || got.SigV4.Service != "sqs" || got.SigV4.Region != "eu-west-1" || len(got.Headers) != 0 {
			t.Fatal(got.SigV4)
		}
	}
	for _, c := range [][2]string{{"ec2", "us-east-1"}, {"sqs", "evil.example"}, {"sqs", "eu-west-1.evil"}, {"x@sqs", "us-east-1"}, {"sqs/", "us-east-1"}} {
		if s, err := aws.New().Signs(c[0], c[1]); err == nil || !s.IsZero() {
			t.Errorf("%v: %v", c, s)
		} else if !errors.Is(err, problem.New(problem.AWSNoHost)) {
			t.Errorf("%v: %v", c, err)
		}
	}
	if s, err := aws.New().Signs("iam", "eu-west-1"); err != nil || s.Region != "us-east-1" {
		t.Error(s, err)
	}
}

func TestAccountOf(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"", "AKIA", "AKIAEXAMPLE", "AKIA0000000000000000", "AKIAAAAAAAAAAAAAAAAA"} {
		if got, ok := aws.AccountOf(id); ok {
			t.Errorf("%s: %s", id, got)
		}
	}
}
