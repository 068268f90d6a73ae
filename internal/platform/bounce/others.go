package bounce

import (
	"encoding/json"
	"strings"

	"tellus/internal/platform/mailmsg"
)

// readComplaint reads abuse reports, RFC 5965, and the form that Hotmail sends instead.
func readComplaint(m *mailmsg.Mail) (Report, bool) {
	if p := m.Root.Find("message/feedback-report"); p != nil {
		r := Report{Kind: Complaint}
		for _, line := range strings.Split(p.Text(), "\n") {
			name, value, ok := strings.Cut(line, ":")
			if !ok {
				continue
			}
			value = strings.TrimSpace(value)
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "feedback-type":
				r.Feedback = strings.ToLower(value)
			case "original-rcpt-to", "removal-recipient":
				if a := addressIn(value); a != "" {
					r.add(Recipient{Address: a, Kind: Delivered})
				}
			case "reporting-mta":
				r.Reporter = afterType(value)
			}
		}
		if len(r.Recipients) == 0 {
			r.addOriginal(m)
		}
		return r, true
	}
	if p := m.Root.Find("message/rfc822"); p != nil && strings.Contains(strings.ToLower(m.Subject), "complaint about message") {
		r := Report{Kind: Complaint, Feedback: "abuse"}
		h, _ := mailmsg.ParseHeader(p.Content())
		if a := addressIn(h.Get("X-HmXmrOriginalRecipient")); a != "" {
			r.add(Recipient{Address: a, Kind: Delivered})
		} else {
			r.addOriginal(m)
		}
		return r, true
	}
	return Report{}, false
}

func (r *Report) addOriginal(m *mailmsg.Mail) {
	for _, a := range originalRecipients(m) {
		r.add(Recipient{Address: a, Kind: Delivered})
	}
}

// notification is what Amazon SES says through SNS, by mail.
type notification struct {
	NotificationType string `json:"notificationType"`
	EventType        string `json:"eventType"`
	Mail             struct {
		MessageID     string `json:"messageId"`
		CommonHeaders struct {
			MessageID string `json:"messageId"`
			Subject   string `json:"subject"`
		} `json:"commonHeaders"`
	} `json:"mail"`
	Bounce struct {
		BounceType        string `json:"bounceType"`
		BounceSubType     string `json:"bounceSubType"`
		BouncedRecipients []struct {
			EmailAddress   string `json:"emailAddress"`
			Action         string `json:"action"`
			Status         string `json:"status"`
			DiagnosticCode string `json:"diagnosticCode"`
		} `json:"bouncedRecipients"`
		ReportingMTA string `json:"reportingMTA"`
	} `json:"bounce"`
	Complaint struct {
		ComplainedRecipients []struct {
			EmailAddress string `json:"emailAddress"`
		} `json:"complainedRecipients"`
		ComplaintFeedbackType string `json:"complaintFeedbackType"`
	} `json:"complaint"`
	Delivery struct {
		Recipients   []string `json:"recipients"`
		SMTPResponse string   `json:"smtpResponse"`
		ReportingMTA string   `json:"reportingMTA"`
	} `json:"delivery"`
}

func readNotification(m *mailmsg.Mail) (Report, bool) {
	text := strings.TrimSpace(m.Text)
	if !strings.HasPrefix(text, "{") || len(text) > maxText {
		return Report{}, false
	}
	// The mail may have wrapped the JSON, and adds words on how to unsubscribe below it.
	var n notification
	if json.NewDecoder(strings.NewReader(text)).Decode(&n) != nil && json.NewDecoder(strings.NewReader(strings.ReplaceAll(text, "\n", ""))).Decode(&n) != nil {
		return Report{}, false
	}
	kind := n.NotificationType
	if kind == "" {
		kind = n.EventType
	}
	r := Report{MessageID: messageID(n.Mail.CommonHeaders.MessageID), Subject: n.Mail.CommonHeaders.Subject}
	switch kind {
	case "Bounce":
		r.Kind, r.Reporter = Failed, afterType(n.Bounce.ReportingMTA)
		for _, x := range n.Bounce.BouncedRecipients {
			reply := x.DiagnosticCode
			if reply == "" && n.Bounce.BounceSubType != "" {
				reply = n.Bounce.BounceType + ": " + n.Bounce.BounceSubType
			}
			r.add(Recipient{Address: x.EmailAddress, Kind: Failed, Status: enhancedStatus(x.Status), Reply: afterType(reply)})
		}
	case "Complaint":
		r.Kind, r.Feedback = Complaint, strings.ToLower(n.Complaint.ComplaintFeedbackType)
		for _, x := range n.Complaint.ComplainedRecipients {
			r.add(Recipient{Address: x.EmailAddress, Kind: Delivered})
		}
	case "Delivery":
		r.Kind, r.Reporter = Delivered, afterType(n.Delivery.ReportingMTA)
		for _, a := range n.Delivery.Recipients {
			r.add(Recipient{Address: a, Kind: Delivered, Reply: n.Delivery.SMTPResponse})
		}
	default:
		return Report{}, false
	}
	for i := range r.Recipients {
		r.Recipients[i].finish()
	}
	return r, true
}

// isAutoReply tells answers that a recipient's system sends by itself, RFC 3834.
func isAutoReply(m *mailmsg.Mail) bool { return m.Auto.Kind == mailmsg.AutoReply }
