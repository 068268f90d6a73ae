// Package spam judges how likely a mail is unwanted, and whether an attachment is dangerous. It is pure: whoever asks brings
// the facts and the counts of what agents have marked, and keeps what [Learn] returns.
package spam

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"tellus/internal/desk"
)

// Threshold is the score from which a mail is put aside as spam.
const Threshold = 0.8

// Field is a header field, unfolded and decoded.
type Field struct{ Name, Value string }

// Facts is what is known about a mail. Absent facts count neither way.
type Facts struct {
	Verdicts desk.Verdicts

	From         string // address of the author
	FromName     string // as displayed
	ReplyTo      string // address, may be empty
	EnvelopeFrom string // address, may be empty
	Headers      []Field
	Date         time.Time // as the sender wrote it; zero where absent or unreadable
	Received     time.Time // when it came; zero where unknown

	Subject string
	Text    string // plain text of the body
	HTML    string // body as HTML, unsanitised, may be empty

	Dangerous int // attachments that [Dangerous] has found

	Known    bool // somebody here has answered this address, or it has written before without being marked
	Answers  bool // it answers a message that was sent from here
	OwnClaim bool // it claims to come from one of our own addresses, but came from outside

	Tokens  []int64 // from [Tokens]; may be empty
	Learned Model   // nil where nothing has been learned
}

// Result is a judgement with its grounds.
type Result struct {
	// Score is the likelihood of spam, 0..1; see [Threshold].
	Score float64
	// Reasons are what counted, the heaviest first. Weight is in units of log-odds; below zero it speaks for the mail. Detail holds no words of the mail other than
	// host names, header names and verdicts.
	Reasons []desk.Reason
}

// Spam reports whether the score reaches the threshold.
func (r Result) Spam() bool { return r.Score >= Threshold }

// bias is the log-odds of spam before anything is known: one mail in ten.
const bias = -2.2

// groups of grounds that depend on each other; together they weigh no more than this. None of them reaches the threshold alone,
// save what another filter says: a forwarded mail fails its sender's checks, a hurried customer writes in capitals.
var groupLimits = map[string]float64{
	"sender":  2.6,
	"form":    2.4,
	"subject": 2.0,
	"links":   2.8,
	"phrases": 2.2,
}

// Score judges a mail. Cost is linear in text and HTML, of which at most 256 KB each are read.
func Score(f Facts) Result {
	j := &judge{groups: map[string]float64{}}
	j.upstream(f)
	j.sender(f)
	j.form(f)
	j.subject(f)
	j.links(f)
	j.phrases(f)
	j.attachments(f)
	j.learned(f)
	j.relation(f)

	slices.SortStableFunc(j.reasons, func(a, b desk.Reason) int {
		return cmp.Or(cmp.Compare(math.Abs(b.Weight), math.Abs(a.Weight)), strings.Compare(a.Code, b.Code))
	})
	sum := bias
	for _, r := range j.reasons {
		sum += r.Weight
	}
	return Result{Score: 1 / (1 + math.Exp(-sum)), Reasons: j.reasons}
}

type judge struct {
	reasons []desk.Reason
	groups  map[string]float64
}

// add adds a ground, of which as much counts as its group leaves room for.
func (j *judge) add(group, code string, weight float64, detail string) {
	if limit, ok := groupLimits[group]; ok && weight > 0 {
		weight = min(weight, limit-j.groups[group])
		if weight <= 0 {
			return
		}
		j.groups[group] += weight
	}
	j.reasons = append(j.reasons, desk.Reason{Code: code, Weight: math.Round(weight*100) / 100, Detail: detail})
}

// relation lets acquaintance speak for a mail. It weighs little where the address may be forged.
func (j *judge) relation(f Facts) {
	if f.OwnClaim && f.Verdicts.DMARC != "pass" {
		j.add("", "own_address_forged", 2, "")
		return
	}
	forged := f.Verdicts.DMARC == "fail" || (f.Verdicts.SPF == "fail" && f.Verdicts.DKIM != "pass")
	switch {
	case f.Answers:
		j.add("", "answers_us", -4, "")
	case f.Known && !forged:
		j.add("", "known_sender", -3, "")
	case f.Known:
		j.add("", "known_sender", -1, "")
	}
}

func (j *judge) attachments(f Facts) {
	if f.Dangerous > 0 {
		j.add("", "dangerous_attachment", 1.6, "")
	}
}

// learned weighs what agents have marked.
func (j *judge) learned(f Facts) {
	if f.Learned == nil || len(f.Tokens) == 0 {
		return
	}
	switch w := wordWeight(f.Tokens, f.Learned); {
	case w > 0.3:
		j.add("", "words_like_spam", w, "")
	case w < -0.3:
		j.add("", "words_like_ours", w, "")
	}
}

func (f Facts) header(name string) string {
	for _, h := range f.Headers {
		if strings.EqualFold(h.Name, name) {
			return h.Value
		}
	}
	return ""
}

func (f Facts) has(name string) bool {
	return slices.ContainsFunc(f.Headers, func(h Field) bool { return strings.EqualFold(h.Name, name) })
}
