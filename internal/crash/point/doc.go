// Package point is how a server under the crash test stops at a named point of the refresh protocol. It is part of the binary
// only with the build tag crashpoints; without it there is nothing here, and nothing imports it.
package point
