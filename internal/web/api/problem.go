package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"tellus/internal/desk"
)

// Internal is the code of answers for which nobody but us is to blame; what happened is in the log.
const Internal desk.Code = "internal"

// status is the only place where a reason to refuse becomes an HTTP status.
var status = map[desk.Code]int{
	desk.NotFound:        http.StatusNotFound,
	desk.Invalid:         http.StatusUnprocessableEntity,
	desk.Conflict:        http.StatusConflict,
	desk.Forbidden:       http.StatusForbidden,
	desk.SignedOut:       http.StatusUnauthorized,
	desk.WrongPassword:   http.StatusForbidden,
	desk.SecondFactor:    http.StatusUnauthorized,
	desk.TooMany:         http.StatusTooManyRequests,
	desk.TooLarge:        http.StatusRequestEntityTooLarge,
	desk.Gone:            http.StatusGone,
	desk.NewerMessage:    http.StatusConflict,
	desk.Unreachable:     http.StatusBadGateway,
	desk.SetupNeeded:     http.StatusConflict,
	desk.IdempotencyUsed: http.StatusUnprocessableEntity,
	Internal:             http.StatusInternalServerError,
}

// codeOf names the code for a status that the HTTP layer itself answers with.
func codeOf(status int) desk.Code {
	switch status {
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return desk.NotFound
	case http.StatusUnauthorized:
		return desk.SignedOut
	case http.StatusForbidden:
		return desk.Forbidden
	case http.StatusConflict:
		return desk.Conflict
	case http.StatusRequestEntityTooLarge:
		return desk.TooLarge
	case http.StatusTooManyRequests:
		return desk.TooMany
	}
	if status >= 500 {
		return Internal
	}
	return desk.Invalid
}

// ProblemDetails is the body of every refusal (RFC 9457), with the code that programs and the desk go by.
type ProblemDetails struct {
	Type   string         `json:"type" doc:"Always about:blank: code says what it is"`
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Detail string         `json:"detail" doc:"English, for people who read the API"`
	Code   desk.Code      `json:"code" doc:"not_found, invalid, conflict, forbidden, signed_out, wrong_password, second_factor, too_many, too_large, gone, newer_message, unreachable, setup_needed, idempotency_reuse, internal"`
	Reason why            `json:"reason,omitempty" doc:"Why, where people meet the refusal: the desk has words for each of these in every language"`
	Values map[string]any `json:"values,omitempty" doc:"What goes into the words for the reason"`
	Errors []ProblemField `json:"errors" doc:"The fields at fault, where fields are"`
	More   any            `json:"details,omitempty" doc:"What changed or what is missing, by code"`

	headers http.Header
}

// ProblemField is one field at fault. What was sent is not repeated: it may be a password.
type ProblemField struct {
	Location string         `json:"location" doc:"Such as body.email or query.limit"`
	Message  string         `json:"message" doc:"English, for people who read the API"`
	Reason   why            `json:"reason,omitempty"`
	Values   map[string]any `json:"values,omitempty"`
}

// why is desk.Why, described as the closed list that it is.
type why desk.Why

// Schema makes huma describe the reasons.
func (why) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString, Description: "A closed list; it grows with the product"}
	for _, w := range desk.Whys() {
		s.Enum = append(s.Enum, string(w))
	}
	return s
}

func (p *ProblemDetails) Error() string           { return p.Detail }
func (p *ProblemDetails) GetStatus() int          { return p.Status }
func (p *ProblemDetails) GetHeaders() http.Header { return p.headers }

// problemType is the media type of a refusal (RFC 9457).
const problemType = "application/problem+json"

func newProblem(status int, code desk.Code, detail string) *ProblemDetails {
	return &ProblemDetails{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, Code: code,
		Errors: []ProblemField{}}
}

// problemOf words an error. What is no refusal is not told to whoever asked.
func problemOf(err error) *ProblemDetails {
	var p *ProblemDetails
	if errors.As(err, &p) {
		return p
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return newProblem(http.StatusRequestEntityTooLarge, desk.TooLarge, "the request is too large")
	}
	var r *desk.Refusal
	if !errors.As(err, &r) {
		return newProblem(http.StatusInternalServerError, Internal, "something went wrong on our side; it has been noted")
	}
	st, ok := status[r.Code]
	if !ok {
		st = http.StatusUnprocessableEntity
	}
	p = newProblem(st, r.Code, r.Message)
	p.More, p.Reason, p.Values = r.Details, why(r.Why), r.Values
	if r.Field != "" {
		p.Errors = append(p.Errors, ProblemField{r.Field, r.Message, why(r.Why), r.Values})
	}
	return p
}

// problem is problemOf, and logs what is a fault of ours.
func (s *Server) problem(ctx context.Context, err error) huma.StatusError {
	var done huma.StatusError
	if errors.As(err, &done) {
		return done
	}
	p := problemOf(err)
	if p.Code == Internal && ctx.Err() == nil {
		info := infoOf(ctx)
		s.Log.ErrorContext(ctx, "request failed", "route", info.pattern, "agent", info.agent, "error", err)
	}
	return p
}

// withHeaders adds headers to the answer of an error.
func withHeaders(err error, h http.Header) error {
	p := problemOf(err)
	p.headers = h
	return p
}

func writeProblem(w http.ResponseWriter, err huma.StatusError) {
	h := w.Header()
	if e, ok := err.(huma.HeadersError); ok {
		for k, values := range e.GetHeaders() {
			for _, v := range values {
				h.Add(k, v)
			}
		}
	}
	data, jsonErr := json.Marshal(err)
	if jsonErr != nil {
		http.Error(w, "{}", http.StatusInternalServerError)
		return
	}
	h.Set("Content-Type", problemType)
	h.Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(err.GetStatus())
	_, _ = w.Write(data) // the client may have gone; nothing is left to do then
}

// reasons are the reasons for what huma finds wrong with the shape of a request, by the texts that it formats.
var reasons = map[string]desk.Why{
	validation.MsgExpectedMinLength:        desk.WhyTooShort,
	validation.MsgExpectedMaxLength:        desk.WhyTooLong,
	validation.MsgExpectedMinimumNumber:    desk.WhyOutOfRange,
	validation.MsgExpectedMaximumNumber:    desk.WhyOutOfRange,
	validation.MsgExpectedRequiredProperty: desk.WhyNeeded,
}

// reasonMark stands between a message of huma's and the reason and number that belong to it, on the way through its texts.
const reasonMark = "\x00"

// formatReason is what huma makes its texts with: it adds the reason behind the text, where fieldOf takes it off again.
func formatReason(text string, values ...any) string {
	message := fmt.Sprintf(text, values...)
	w, ok := reasons[text]
	if !ok || len(values) == 0 {
		return message
	}
	if n, isNumber := values[0].(int); isNumber && n == 1 && w == desk.WhyTooShort {
		w = desk.WhyNeeded // one character at least: it is empty
	}
	return message + reasonMark + string(w) + reasonMark + fmt.Sprint(values[0])
}

func fieldOf(d *huma.ErrorDetail) ProblemField {
	message, rest, marked := strings.Cut(d.Message, reasonMark)
	f := ProblemField{Location: d.Location, Message: message}
	if !marked {
		return f
	}
	w, value, _ := strings.Cut(rest, reasonMark)
	f.Reason = why(w)
	if n, err := strconv.ParseFloat(value, 64); err == nil {
		f.Values = map[string]any{"n": n}
	} else if value != "" {
		f.Location += "." + value // the property that is missing
	}
	return f
}

// huma makes its own errors (a body that does not fit the schema…) by this variable, and there is no other place to give it ours.
func init() {
	huma.ErrorFormatter = formatReason
	huma.NewError = func(status int, detail string, errs ...error) huma.StatusError {
		p := newProblem(status, codeOf(status), detail)
		if status >= 500 {
			p.Detail = "something went wrong on our side; it has been noted"
			return p
		}
		for _, err := range errs {
			var tooLarge *http.MaxBytesError
			if errors.As(err, &tooLarge) {
				return newProblem(http.StatusRequestEntityTooLarge, desk.TooLarge, "the request is too large")
			}
			if d, ok := err.(huma.ErrorDetailer); ok {
				f := d.ErrorDetail()
				p.Errors = append(p.Errors, fieldOf(f))
			} else if err != nil {
				p.Errors = append(p.Errors, ProblemField{Location: "body", Message: firstLine(err.Error())})
			}
		}
		return p
	}
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}
