package score

import (
	"fmt"
	"strings"
	"time"

	"tellus/internal/engine/spam"
	"tellus/internal/platform/mailmsg"
)

func init() { Register("mail-spam", scoreSpam) }

// scoreSpam judges each mail as a stranger's, by a desk that has learned nothing and without asking the network: verdicts about the sender are
// unknown. Wanted mail must not be put aside; how much spam is found so, before any learning, is a lower bound. Mails without a label
// must only be handled.
func scoreSpam(c *Corpus, s *Sheet) error {
	for _, row := range c.In("mail-spam") {
		raw, err := c.Read(row.Path)
		if err != nil {
			return err
		}
		start := time.Now()
		m := mailmsg.Parse(raw, mailmsg.Limits{})
		result := spam.Score(spamFacts(m))
		s.Mark(row.Source, row.Path, "below 1 s", time.Since(start) < time.Second, time.Since(start).String())
		label, ok := strings.CutPrefix(row.Expectation, "label:")
		if !ok {
			continue
		}
		measure := "wanted mail is not put aside"
		if label == "spam" {
			measure = "spam is found unlearned"
		}
		s.Mark(row.Source, row.Path, measure, result.Spam() == (label == "spam"), fmt.Sprintf("%.2f because of %v", result.Score, result.Reasons))
	}
	return nil
}

// spamFacts are the facts about a mail that stand in itself.
func spamFacts(m *mailmsg.Mail) spam.Facts {
	f := spam.Facts{Subject: m.Subject, Text: m.Text, HTML: m.HTML, Date: m.Date}
	for _, h := range m.Header.Fields() {
		f.Headers = append(f.Headers, spam.Field(h))
	}
	if len(m.From) > 0 {
		f.From, f.FromName = m.From[0].Email, m.From[0].Name
	}
	if len(m.ReplyTo) > 0 {
		f.ReplyTo = m.ReplyTo[0].Email
	}
	for _, a := range m.Attachments {
		if _, dangerous := spam.Dangerous(a.Name(), a.MediaType, nil); dangerous {
			f.Dangerous++
		}
	}
	f.Tokens = spam.Tokens(f.Subject, f.Text, f.Headers)
	return f
}
