package aws

import (
	"regexp"
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

var (
	pastedKeyID    = regexp.MustCompile(`^(?:AKIA|ASIA)[0-9A-Z]{16}$`)
	pastedUniqueID = regexp.MustCompile(`^A[0-9A-Z]{19,20}$`)
	pastedRegion   = regexp.MustCompile(`^(?:af|ap|ca|cn|eu|il|me|mx|sa|us)(?:-gov)?-(?:central|north|south|east|west|northeast|northwest|southeast|southwest)-[1-9]$`)
)

// otherIDs are ids of IAM that are as long as a key's and are none (creators-paapi-aws 5.1).
var otherIDs = map[string]string{
	"AIDA": "an IAM user", "AROA": "a role", "AGPA": "a group", "AIPA": "an instance profile", "ANPA": "a managed policy",
	"ANVA": "a version of a policy", "APKA": "a public key", "ASCA": "a certificate", "ABIA": "a service bearer token", "ACCA": "a context credential",
}

// exampleKeys are the keys of Amazon's own documentation. They stand in thousands of files, and work nowhere.
var exampleKeys = []string{"AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE", "ASIAIOSFODNN7EXAMPLE", "AKIDEXAMPLE"}

// affiliateWords in the text say that the keys were meant for products (guides 5.6).
var affiliateWords = []string{"paapi", "pa_api", "partner_tag", "associate_tag", "associate", "affiliateWords", "tracking_id", "product_advertising", "aawp", "partnertag"}

// Recognise knows AWS access keys, long-lived and temporary, and what is taken for one.
func Recognise(p amazon.Pasted) (amazon.Part, bool) {
	s := p.Text
	switch {
	case slices.Contains(exampleKeys, s):
		return amazon.Part{
			Program: "aws", Kind: "access-key", Role: amazon.TheID, Sure: amazon.Told, Prefix: s, Problems: amazon.Wrong(problem.AWSExampleKey),
		}, true
	case len(s) >= 16 && len(s) <= 24 && s[0] == 'A' && strings.Trim(s[:4], "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "":
		return recogniseID(p)
	case len(s) == 40 || (len(s) > 30 && len(s) < 50 && namedSecret(p)):
		return recogniseSecret(p)
	case len(s) >= 100 && looksBase64(s) && (p.Named("session_token", "security_token", "sessiontoken", "aws_session_token", "token") || strings.HasPrefix(s, "IQoJ") || strings.HasPrefix(s, "FwoG")):
		return amazon.Part{Program: "aws", Kind: "access-key", Role: amazon.TheSession, Sure: amazon.Named, Wants: []amazon.Want{{Role: amazon.TheID, Missing: problem.AWSKeyIDMissing}}}, true
	case p.Named(affiliateWords...) && len(s) > 4 && s[len(s)-3] == '-': // a tag beside the key: the settings of a PA-API client
		return amazon.Part{Program: "aws", Kind: "access-key", Role: amazon.TheDetail, Sure: amazon.Named, Problems: amazon.Wrong(problem.AWSNotForPaapi)}, true
	case pastedRegion.MatchString(s) && p.Named("region", "default_region", "aws_region", "aws_default_region"):
		return amazon.Part{Program: "aws", Kind: "access-key", Role: amazon.TheDetail, Sure: amazon.Named, Region: s}, true
	}
	return amazon.Part{}, false
}

func recogniseID(p amazon.Pasted) (amazon.Part, bool) {
	s := p.Text
	part := amazon.Part{
		Program: "aws", Kind: "access-key", Role: amazon.TheID, Sure: amazon.Sure, Prefix: s[:4], Hint: true,
		Wants: []amazon.Want{{Role: amazon.TheSecret, Missing: problem.AWSSecretMissing}},
	}
	named := p.Named("access_key", "access_key_id", "accesskeyid", "awsaccesskeyid", "key_id", "accesskey", "aws_key", "aws_access_key")
	switch prefix := s[:4]; {
	case prefix == "AKIA", prefix == "ASIA":
		if !pastedKeyID.MatchString(s) {
			part.Problems = []problem.Problem{problem.New(problem.AWSKeyIDForm).With("%d characters, not 20", len(s))}
		}
		if prefix == "ASIA" {
			part.Problems = append(part.Problems, problem.New(problem.AWSKeyTemporary))
			part.Wants = append(part.Wants, amazon.Want{Role: amazon.TheSession, Missing: problem.AWSSessionTokenMissing})
		}
		if fromRootFile(p) {
			part.Problems = append(part.Problems, problem.New(problem.AWSRootKey))
		}
		if p.About(affiliateWords...) {
			part.Problems = append(part.Problems, problem.New(problem.AWSNotForPaapi))
		}
	case otherIDs[prefix] != "" && len(s) >= 20 && pastedUniqueID.MatchString(s):
		part.Role, part.Wants, part.Problems = amazon.TheWhole, nil, []problem.Problem{problem.New(problem.AWSNotAKeyID).With("%s names %s", prefix, otherIDs[prefix])}
		part.Kind = "iam-id"
	case prefix == "AKPA": // the Creators program's: keys of the Product Advertising API
		return amazon.Part{}, false
	case len(s) == 20 && pastedUniqueID.MatchString(s) && (named || hasDigit(s)):
		part.Problems, part.Sure = amazon.Wrong(problem.AWSUnknownKeyID), amazon.Named
	default:
		return amazon.Part{}, false
	}
	return part, true
}

// fromRootFile tells the file that AWS hands out for the keys of an account's root user, rootkey.csv, by its first line's name. The
// variables of AWS's tools are the same words in capitals.
func fromRootFile(p amazon.Pasted) bool { return p.As == "AWSAccessKeyId" }

func recogniseSecret(p amazon.Pasted) (amazon.Part, bool) {
	s := p.Text
	if !looksBase64(s) {
		return amazon.Part{}, false
	}
	part := amazon.Part{Program: "aws", Kind: "access-key", Role: amazon.TheSecret, Sure: amazon.Fits, Wants: []amazon.Want{{Role: amazon.TheID, Missing: problem.AWSKeyIDMissing}}}
	if strings.HasSuffix(s, "EXAMPLEKEY") && strings.HasPrefix(s, "wJalrXUtnFEMI") {
		part.Sure, part.Wants, part.Problems = amazon.Told, nil, amazon.Wrong(problem.AWSExampleKey)
		return part, true
	}
	if namedSecret(p) {
		part.Sure = amazon.Named
		if len(s) != 40 {
			part.Problems = []problem.Problem{problem.New(problem.AWSSecretForm).With("%d characters, not 40", len(s))}
		}
	}
	return part, true
}

func namedSecret(p amazon.Pasted) bool {
	return p.Named("secret_access_key", "secretaccesskey", "awssecretkey", "secret_key", "secretkey", "aws_secret", "awssecret_key", "access_secret")
}

func looksBase64(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !(c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '/' || c == '+' || c == '=') {
			return false
		}
	}
	return s != ""
}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }
