package amazon

import (
	"context"

	"github.com/lockkeeper-dev/lockkeeper/canon"
)

// A Putter puts files to places that a program's answers name: egress's Asker is one.
type Putter interface {
	// Put sends a file to an address that Amazon told. Nothing of the grant goes along, since the address itself is what allows it; so it is a
	// secret while it lives. It leads nowhere but to the program's own hosts for uploads. The error is a *SendError.
	Put(ctx context.Context, region canon.Region, address, contentType string, content []byte) (*Answer, error)
}
