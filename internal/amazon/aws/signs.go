package aws

import (
	"slices"
	"strings"

	"github.com/lockkeeper-dev/lockkeeper/canon"
	"github.com/lockkeeper-dev/lockkeeper/internal/amazon"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// Signs implements amazon.Signer. The host is one of program.toml's; none is ever put together from what somebody asks for.
func (p *Program) Signs(service, region string) (amazon.Signs, error) {
	if service == "" {
		service = "sts"
	}
	if region == "" {
		region = home
	}
	want := service + "." + region + ".amazonaws.com"
	if service == "iam" {
		want, region = iamHost, home // IAM is one service for the whole account, always signed us-east-1 (contract 5.2)
	}
	for _, h := range p.Descriptor().Hosts {
		if h == want {
			return amazon.Signs{Service: service, Region: region, Host: want}, nil
		}
	}
	if slices.Contains(p.Descriptor().Also, want) {
		return amazon.Signs{Service: service, Region: region, Host: want}, nil
	}
	return amazon.Signs{}, problem.New(problem.AWSNoHost).With("%s in %s", short(service), short(region))
}

// Nearest implements amazon.Signer.
func (p *Program) Nearest(region string) canon.Region {
	switch {
	case strings.HasPrefix(region, "eu-"), strings.HasPrefix(region, "me-"), strings.HasPrefix(region, "af-"), strings.HasPrefix(region, "il-"):
		return canon.EU
	case strings.HasPrefix(region, "ap-"), strings.HasPrefix(region, "cn-"):
		return canon.FE
	}
	return canon.NA
}

// short keeps what somebody typed from filling a message.
func short(s string) string { return s[:min(len(s), 40)] }
