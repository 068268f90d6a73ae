package email

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-smtp"
	"golang.org/x/oauth2"

	"tellus/internal/desk"
)

// Codes of desk.Problem that this driver gives.
const (
	codeDNS         = "dns"
	codeRefused     = "refused"
	codeTimeout     = "timeout"
	codeTLS         = "tls"
	codeCertificate = "certificate"
	codeAuth        = "auth"
	codeFolder      = "folder"
	codePermission  = "permission"
	codeProtocol    = "protocol"
	codeTooLarge    = "too_large"
	codeRejected    = "rejected"
	codeOAuth       = "oauth"
	codeOther       = "other"
)

const detailLimit = 500 // bytes of a foreign server's words that are kept

// Failure is an error with the code that the desk words for people.
type Failure struct {
	Code   string // one of desk.Problem's codes
	Detail string // what the other side said; never a secret
	Err    error
}

func (f *Failure) Error() string {
	if f.Err == nil {
		return f.Code + ": " + f.Detail
	}
	return fmt.Sprintf("%s: %v", f.Code, f.Err)
}

func (f *Failure) Unwrap() error { return f.Err }

func fail(code, format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	return &Failure{Code: code, Detail: clip(err.Error()), Err: err}
}

// failure gives err a code, unless it carries one: the one that its cause implies, or otherwise the code given.
func failure(code, doing string, err error) error {
	if err == nil {
		return nil
	}
	var f *Failure
	if errors.As(err, &f) {
		return err
	}
	if implied := codeOf(err); implied != codeOther {
		code = implied
	}
	return &Failure{Code: code, Detail: clip(said(err)), Err: fmt.Errorf("%s: %w", doing, err)}
}

// ProblemOf words an error of this package: its code, what the other side said, and when. A nil error gives the zero Problem.
func ProblemOf(err error, at desk.Time) desk.Problem {
	if err == nil {
		return desk.Problem{}
	}
	var f *Failure
	if errors.As(err, &f) {
		return desk.Problem{Code: f.Code, Detail: f.Detail, At: at}
	}
	return desk.Problem{Code: codeOf(err), Detail: clip(said(err)), At: at}
}

// codeOf finds the code in the cause of an error; codeOther where it tells nothing.
func codeOf(err error) string {
	var (
		dns       *net.DNSError
		hostname  x509.HostnameError
		authority x509.UnknownAuthorityError
		invalid   x509.CertificateInvalidError
		verify    *tls.CertificateVerificationError
		record    tls.RecordHeaderError
		alert     tls.AlertError
		timeout   net.Error
		refusal   *smtp.SMTPError
		status    *imap.Error
		token     *oauth2.RetrieveError
	)
	switch {
	case errors.As(err, &dns):
		if dns.IsTimeout {
			return codeTimeout
		}
		return codeDNS
	case errors.As(err, &hostname), errors.As(err, &authority), errors.As(err, &invalid), errors.As(err, &verify):
		return codeCertificate
	case errors.As(err, &record), errors.As(err, &alert):
		return codeTLS
	case errors.As(err, &token):
		return codeOAuth
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return codeRefused
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), errors.Is(err, syscall.ETIMEDOUT):
		return codeTimeout
	case errors.As(err, &timeout) && timeout.Timeout():
		return codeTimeout
	case errors.As(err, &refusal):
		return smtpCode(refusal)
	case errors.As(err, &status):
		return imapCode(status)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return codeProtocol
	}
	return codeOther
}

// imapCode reads the response codes of RFC 5530.
func imapCode(e *imap.Error) string {
	switch e.Code {
	case imap.ResponseCodeAuthenticationFailed, imap.ResponseCodeAuthorizationFailed, imap.ResponseCodeExpired:
		return codeAuth
	case imap.ResponseCodePrivacyRequired:
		return codeTLS
	case imap.ResponseCodeNonExistent, imap.ResponseCodeCannot:
		return codeFolder
	case imap.ResponseCodeNoPerm, imap.ResponseCodeContactAdmin:
		return codePermission
	}
	return codeOther
}

func smtpCode(e *smtp.SMTPError) string {
	switch e.Code {
	case 530, 534, 535, 538, 432, 454:
		return codeAuth
	case 523:
		return codeTLS
	case 552:
		return codeTooLarge
	}
	return codeRejected
}

// said is what the other side said, without what we were doing.
func said(err error) string {
	var (
		refusal *smtp.SMTPError
		status  *imap.Error
		token   *oauth2.RetrieveError
	)
	switch {
	case errors.As(err, &refusal):
		return strings.TrimSpace(fmt.Sprintf("%d %s %s", refusal.Code, enhanced(refusal), refusal.Message))
	case errors.As(err, &status):
		return status.Text
	case errors.As(err, &token):
		return strings.TrimSpace(token.ErrorCode + " " + token.ErrorDescription)
	}
	return inWords.Replace(err.Error())
}

// inWords says what the Go library calls a time that is over as people do.
var inWords = strings.NewReplacer("context deadline exceeded", "no answer in time", "i/o timeout", "no answer in time")

// clip bounds foreign words to one line of valid text.
func clip(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
	if len(s) <= detailLimit {
		return s
	}
	cut := detailLimit
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
