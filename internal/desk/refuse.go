package desk

import (
	"errors"
	"fmt"
)

// Code says why something was refused. The web layer turns it into an HTTP status in one place.
type Code string

const (
	NotFound        Code = "not_found"         // there is no such thing, or the asker may not see it
	Invalid         Code = "invalid"           // a field's value cannot be used
	Conflict        Code = "conflict"          // somebody changed it meanwhile
	Forbidden       Code = "forbidden"         // the asker's role does not allow it
	SignedOut       Code = "signed_out"        // no valid session or token
	WrongPassword   Code = "wrong_password"    // the sign-in failed
	SecondFactor    Code = "second_factor"     // the password was right, a code or passkey is still needed
	TooMany         Code = "too_many"          // a rate was exceeded; try later
	TooLarge        Code = "too_large"         // over a limit of size
	Gone            Code = "gone"              // a link was used already or is over
	NewerMessage    Code = "newer_message"     // a reply was written before the newest message was seen
	Unreachable     Code = "unreachable"       // a foreign server could not be reached
	SetupNeeded     Code = "setup_needed"      // no administrator exists yet
	IdempotencyUsed Code = "idempotency_reuse" // the same Idempotency-Key came with another request
)

// Refusal is an error that its cause can mend: it is shown to whoever asked and never logged as a fault.
type Refusal struct {
	Code    Code
	Field   string         // JSON path of the field at fault, such as "body.email"; "" where none is
	Message string         // English, for people who read the API; the desk words it by Why, or by Code where there is none
	Why     Why            // of the closed list; "" for what people do not meet
	Values  map[string]any // what goes into the words for Why
	Details any            // what changed, what is missing…; nil or JSON-able
}

// With adds details.
func (r *Refusal) With(details any) *Refusal {
	with := *r
	with.Details = details
	return &with
}

func (r *Refusal) Error() string {
	if r.Field != "" {
		return fmt.Sprintf("%s: %s: %s", r.Code, r.Field, r.Message)
	}
	return fmt.Sprintf("%s: %s", r.Code, r.Message)
}

// Refuse returns a Refusal with a message.
func Refuse(code Code, format string, args ...any) error {
	return &Refusal{Code: code, Message: fmt.Sprintf(format, args...)}
}

// RefuseField returns a Refusal that names the field at fault.
func RefuseField(code Code, field, format string, args ...any) error {
	return &Refusal{Code: code, Field: field, Message: fmt.Sprintf(format, args...)}
}

// IsRefusal reports whether err is a refusal with that code.
func IsRefusal(err error, code Code) bool {
	var r *Refusal
	return errors.As(err, &r) && r.Code == code
}
