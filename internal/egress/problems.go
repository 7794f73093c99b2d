package egress

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"syscall"

	"github.com/lockkeeper-dev/lockkeeper/internal/netguard"
	"github.com/lockkeeper-dev/lockkeeper/internal/problem"
)

// The problems of the way to Amazon. What a transport says is sorted into these and its text is left behind: a malformed
// answer's error quotes the answer, and the answer may quote our token.
var (
	errHost = problem.Problem{Code: "egress.host", Whose: problem.LockkeepersOwn, Status: http.StatusBadGateway,
		What: "The call was for a host that no program of Lockkeeper lists, so it was not sent.",
		Fix:  "Call one of the hosts of the program, or report the call that led here."}
	errRequest = problem.Problem{Code: "egress.request", Whose: problem.CallersOwn, Status: http.StatusBadRequest,
		What: "The call cannot be put on the wire as it stands, so it was not sent.",
		Fix:  "Look at the named part of the call: method, path, header or body."}
	errNoSandbox = problem.Problem{Code: "egress.no_sandbox", Whose: problem.OperatorsOwn, Status: http.StatusServiceUnavailable,
		What: "The grant belongs to the sandbox, and this Lockkeeper runs without one.",
		Fix:  "Start `lockkeeper serve --with-sandbox`, or `lockkeeper dev`."}
	errGuard = problem.Problem{Code: "egress.address", Whose: problem.OperatorsOwn, Status: http.StatusBadGateway,
		What: "Amazon's host name led to an address that is not Amazon's, so nothing was sent.",
		Fix:  "Check the name servers and the hosts file of the machine that runs Lockkeeper: somebody answers for Amazon."}
	errUnreachable = problem.Problem{Code: "egress.unreachable", Whose: problem.OperatorsOwn, Status: http.StatusBadGateway,
		What: "Amazon's host could not be reached.",
		Fix:  "Check that the machine that runs Lockkeeper can resolve and reach Amazon's hosts on port 443."}
	errTLS = problem.Problem{Code: "egress.tls", Whose: problem.OperatorsOwn, Status: http.StatusBadGateway,
		What: "The other side could not prove that it is Amazon, so nothing was sent.",
		Fix:  "Check the clock and the certificate store of the machine, and that no proxy on the way opens TLS."}
	errTimeout = problem.Problem{Code: "egress.timeout", Whose: problem.AmazonsOwn, Status: http.StatusGatewayTimeout,
		What: "Amazon did not answer in time.",
		Fix:  "Try again later. If the call changes something, look first whether it did."}
	errBroken = problem.Problem{Code: "egress.broken", Whose: problem.AmazonsOwn, Status: http.StatusBadGateway,
		What: "The connection to Amazon broke before the whole answer was there.",
		Fix:  "Try again. If the call changes something, look first whether it did."}
	errAnswer = problem.Problem{Code: "egress.answer", Whose: problem.AmazonsOwn, Status: http.StatusBadGateway,
		What: "What came back was no HTTP answer that can be read, so it was not passed on.",
		Fix:  "Try again later. If it stays, something between Lockkeeper and Amazon changes the traffic."}
	errBody = problem.Problem{Code: "egress.body", Whose: problem.CallersOwn, Status: http.StatusBadRequest,
		What: "The call's own body ended early or could not be read.",
		Fix:  "Send as many bytes as Content-Length says."}
	errCancelled = problem.Problem{Code: "egress.cancelled", Whose: problem.CallersOwn, Status: 499,
		What: "The caller went away before the answer was there.",
		Fix:  "Nothing, if that was meant."}
	errThrottled = problem.Problem{Code: "egress.throttled", Whose: problem.AmazonsOwn, Status: http.StatusTooManyRequests,
		What: "Amazon asked that this grant leave its region alone for a while, so the call was not sent.",
		Fix:  "Wait until the time given; Lockkeeper's own work waits by itself."}
	errNoToken = problem.Problem{Code: "egress.no_token", Whose: problem.OperatorsOwn, Status: http.StatusServiceUnavailable,
		What: "The grant has no access token that is still good.",
		Fix:  "Look at `lockkeeper grant show`: it says why the last refresh failed."}
)

// errStalled is the cause with which an exchange is given up that exceeds its time.
var errStalled = errors.New("the time for the exchange is over")

// errBodyRead marks an error that came from the caller's body, not from Amazon.
type errBodyRead struct{ err error }

func (e *errBodyRead) Error() string { return "reading the call's body: " + e.err.Error() }
func (e *errBodyRead) Unwrap() error { return e.err }

// errProtocol marks an answer that is no HTTP/1.1. It has no cause: see above.
var errProtocol = errors.New("the answer is malformed")

// sort turns an error of the wire into a problem. Causes are kept only where their text is known to hold nothing of the answer.
func sortError(ctx context.Context, err error) problem.Problem {
	var (
		refused  *netguard.Refused
		body     *errBodyRead
		op       *net.OpError
		dns      *net.DNSError
		record   tls.RecordHeaderError
		verify   *tls.CertificateVerificationError
		alert    tls.AlertError
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
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
	case errors.Is(context.Cause(ctx), errStalled), errors.Is(err, errStalled), errors.Is(err, context.DeadlineExceeded), isTimeout(err):
		return errTimeout.Because(context.DeadlineExceeded)
	case errors.Is(err, context.Canceled), ctx.Err() != nil:
		return errCancelled.Because(context.Canceled)
	case errors.As(err, &verify), errors.As(err, &unknown), errors.As(err, &hostname), errors.As(err, &record), errors.As(err, &alert):
		return errTLS
	case errors.As(err, &dns):
		return errUnreachable.With("its name could not be resolved").Because(dns)
	case errors.As(err, &op) && op.Op == "dial":
		return errUnreachable.With("%s", reason(op.Err)).Because(op)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE),
		errors.Is(err, net.ErrClosed), errors.As(err, &op):
		return errBroken.Because(io.ErrUnexpectedEOF)
	}
	return errAnswer.Because(errProtocol)
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
