package egress

import (
	"context"
	"errors"
	"io"
	"net"
	"syscall"

	"github.com/lockkeeper-dev/lockkeeper/internal/netguard"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// The problems of the way to Amazon. What a transport says is sorted into these and its text is left behind: a malformed
// answer's error quotes the answer, and the answer may quote our token.
var (
	errHost        = problem.New(problem.EgressHost)
	errRequest     = problem.New(problem.EgressRequest)
	errNoSandbox   = problem.New(problem.EgressNoSandbox)
	errGuard       = problem.New(problem.EgressAddress)
	errUnreachable = problem.New(problem.EgressUnreachable)
	errTLS         = problem.New(problem.EgressTLS)
	errTimeout     = problem.New(problem.EgressTimeout)
	errBroken      = problem.New(problem.EgressBroken)
	errAnswer      = problem.New(problem.EgressAnswer)
	errBody        = problem.New(problem.EgressBody)
	errCancelled   = problem.New(problem.EgressCancelled)
	errThrottled   = problem.New(problem.EgressThrottled)
	errNoToken     = problem.New(problem.EgressNoToken)
)

// errStalled is the cause with which an exchange is given up that exceeds its time.
var errStalled = errors.New("the time for the exchange is over")

// errBodyRead marks an error that came from the caller's body, not from Amazon.
type errBodyRead struct{ err error }

func (e *errBodyRead) Error() string { return "reading the call's body: " + e.err.Error() }
func (e *errBodyRead) Unwrap() error { return e.err }

// errProtocol marks an answer that is no HTTP/1.1. It has no cause: see above.
var errProtocol = errors.New("the answer is malformed")

// errHandshake marks an error of the TLS handshake, before which nothing of a call leaves.
type errHandshake struct{ err error }

func (e *errHandshake) Error() string { return "securing the connection: " + e.err.Error() }
func (e *errHandshake) Unwrap() error { return e.err }

// sortError turns an error of the wire into a problem. Causes are kept only where their text is known to hold nothing of the answer.
func sortError(ctx context.Context, err error) problem.Problem {
	var (
		refused   *netguard.Refused
		body      *errBodyRead
		handshake *errHandshake
		op        *net.OpError
		dns       *net.DNSError
	)
	p, known := problem.Of(err)
	switch {
	case known:
		return p
	case errors.As(err, &refused):
		return errGuard.With("%s is %s", refused.What, refused.Why).Because(refused)
	case errors.Is(err, netguard.ErrNoSandbox):
		return errNoSandbox.Because(err)
	case errors.As(err, &body):
		return errBody.Because(body)
	case errors.Is(ctx.Err(), context.Canceled):
		return errCancelled.Because(context.Canceled)
	case ctx.Err() != nil, errors.Is(err, errStalled), errors.Is(err, context.DeadlineExceeded), isTimeout(err):
		return errTimeout.Because(context.DeadlineExceeded)
	case errors.As(err, &handshake) && closed(handshake.err):
		return errUnreachable.With("it closed the connection while TLS was being set up").Because(io.ErrUnexpectedEOF)
	case errors.As(err, &handshake):
		return errTLS // the reason may quote what the other side sent
	case errors.As(err, &dns):
		return errUnreachable.With("its name could not be resolved").Because(dns)
	case errors.As(err, &op) && op.Op == "dial":
		return errUnreachable.With("%s", reason(op.Err)).Because(op)
	case closed(err):
		return errBroken.Because(io.ErrUnexpectedEOF)
	}
	return errAnswer.Because(errProtocol)
}

// closed reports whether the connection ended under us.
func closed(err error) bool {
	for _, end := range []error{io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, net.ErrClosed, syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNABORTED} {
		if errors.Is(err, end) {
			return true
		}
	}
	return false
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

// reason gives a system call's error its short text, "connection refused".
func reason(err error) string {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno.Error()
	}
	return "the connection failed"
}
