package score

import (
	"encoding/json"
	"fmt"
	"strings"

	"tellus/internal/platform/bounce"
	"tellus/internal/platform/mailmsg"
)

func init() { Register("mail-bounce", scoreMailBounce) }

// scoreMailBounce measures the recognition of reports about mail.
//
//   - "bounce or not": a mail of the set is to be recognised as a report of whatever kind; a mail of the mail-parse and mail-spam
//     sets is not to be taken for a failure, delay or complaint, unless it bears the marks of one (a part of message/delivery-status
//     or message/feedback-report, or a null sender beside a mail system's name), since those sets hold reports as well.
//   - "recipient": as many recipients as the set expects, and where the report has Final-Recipient or Original-Recipient fields,
//     those; elsewhere each address must stand in the mail. The set itself gives no addresses.
//   - "hard or soft": by the set's hardbounce flag, recipients in their order.
//
// Mails that the set itself couldn't read ("label:unparsable") must only be read without error: most are sound reports to us.
func scoreMailBounce(c *Corpus, s *Sheet) error {
	for _, row := range c.In("mail-bounce") {
		raw, err := c.Read(row.Path)
		if err != nil {
			return fmt.Errorf("read %s: %w", row.Path, err)
		}
		r, ok := bounce.Read(mailmsg.Parse(raw, mailmsg.Limits{}))
		if !strings.HasSuffix(row.Expectation, ".json") {
			continue
		}
		want, err := readBounceRows(c, row.Expectation)
		if err != nil {
			return err
		}
		if len(want) == 0 {
			continue
		}
		markBounce(s, row, raw, r, ok, want)
	}
	for _, category := range []string{"mail-parse", "mail-spam"} {
		for _, row := range c.In(category) {
			raw, err := c.Read(row.Path)
			if err != nil {
				return fmt.Errorf("read %s: %w", row.Path, err)
			}
			m := mailmsg.Parse(raw, mailmsg.Limits{})
			if isReportItself(m) {
				continue
			}
			r, ok := bounce.Read(m)
			wrong := ok && (r.Kind == bounce.Failed || r.Kind == bounce.Delayed || r.Kind == bounce.Complaint)
			s.Mark(category, row.Path, "bounce or not", !wrong, fmt.Sprintf("taken for %s, subject %q", r.Kind, m.Subject))
		}
	}
	return nil
}

// isReportItself tells mails of other sets that are reports by their structure.
func isReportItself(m *mailmsg.Mail) bool {
	for _, t := range []string{"message/delivery-status", "message/feedback-report"} {
		if m.Root.Find(t) != nil {
			return true
		}
	}
	from := strings.ToLower(m.Header.Get("From"))
	return (m.NullReturnPath || m.Header.Has("X-Failed-Recipients")) && (strings.Contains(from, "mailer-daemon") || strings.Contains(from, "postmaster"))
}

type bounceRow struct {
	Status     string `json:"status"`
	ReplyCode  string `json:"replycode"`
	Reason     string `json:"reason"`
	HardBounce bool   `json:"hardbounce"`
}

func readBounceRows(c *Corpus, path string) ([]bounceRow, error) {
	raw, err := c.Read(path)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	var rows []bounceRow
	if err := json.Unmarshal(raw, &rows); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return rows, nil
}

func markBounce(s *Sheet, row Row, raw []byte, r bounce.Report, ok bool, want []bounceRow) {
	group := row.Source
	s.Mark(group, row.Path, "bounce or not", ok, "not recognised")
	if !ok {
		r = bounce.Report{}
	}
	switch want[0].Reason {
	case "feedback":
		s.Mark(group, row.Path, "kind", r.Kind == bounce.Complaint, string(r.Kind))
		return
	case "vacation":
		s.Mark(group, row.Path, "kind", r.Kind == bounce.AutoReply, string(r.Kind))
		return
	}
	s.Mark(group, row.Path, "kind", r.Kind == bounce.Failed || r.Kind == bounce.Delayed, string(r.Kind))
	var addresses []string
	for _, x := range r.Recipients {
		addresses = append(addresses, x.Address)
	}
	s.Mark(group, row.Path, "recipient", len(addresses) == len(want) && addressesStand(raw, addresses), fmt.Sprintf("%d expected, got %q", len(want), addresses))
	for i, w := range want {
		if i >= len(r.Recipients) {
			s.Mark(group, row.Path, "hard or soft", false, "no such recipient")
			continue
		}
		x := r.Recipients[i]
		s.Mark(group, row.Path, "hard or soft", x.Hard == w.HardBounce, fmt.Sprintf("%s (hard %v) expected, got %s for %q %q", w.Reason, w.HardBounce, x.Reason, x.Status, x.Reply))
		if w.Status != "" && !strings.Contains(w.Status, ".0.9") {
			s.Mark(group, row.Path, "status", x.Status == w.Status, fmt.Sprintf("%s expected, got %s of %q", w.Status, x.Status, x.Reply))
		}
		if w.ReplyCode != "" {
			s.Mark(group, row.Path, "reply code", fmt.Sprint(x.Code) == w.ReplyCode, fmt.Sprintf("%s expected, got %d of %q", w.ReplyCode, x.Code, x.Reply))
		}
	}
}

// addressesStand reports whether each address stands in the mail, and is a Final-Recipient or Original-Recipient where there are any.
func addressesStand(raw []byte, addresses []string) bool {
	text := strings.ToLower(string(raw))
	var fields strings.Builder
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "final-recipient:") || strings.HasPrefix(line, "original-recipient:") || strings.HasPrefix(line, "x-actual-recipient:") {
			if !strings.Contains(line, " @") && !strings.Contains(line, ";@") { // some name no mailbox
				fields.WriteString(line)
			}
		}
	}
	text = strings.ReplaceAll(text, "=\n", "")
	for _, a := range addresses {
		a = strings.ToLower(a)
		if !strings.Contains(a, "@") || fields.Len() > 0 && !strings.Contains(fields.String(), a) || !strings.Contains(text, a) && fields.Len() == 0 && !strings.Contains(text, "base64") {
			return false
		}
	}
	return true
}
