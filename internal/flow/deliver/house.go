package deliver

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"tellus/internal/channel"
	"tellus/internal/desk"
	"tellus/internal/feature/inbox"
	"tellus/internal/feature/setting"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
	"tellus/internal/platform/jobs"
	"tellus/internal/platform/locale"
	"tellus/internal/platform/mailmsg"
)

// HouseMail sends the desk's own mails to its people: invitations, password resets, notices about their account. They leave from the first
// inbox that sends.
type HouseMail struct {
	DB       *db.DB
	Inboxes  *inbox.Service
	Settings *setting.Service
	Keys     inbox.Sealer
	Outlet   Outlet
	Log      *slog.Logger
	// Loop is what X-Tellus-Loop says of mails of this desk.
	Loop string
}

// Letter is the job of one mail. What it says is sealed: it holds one-time links.
type Letter struct {
	Sealed []byte `json:"s"`
}

// JobKind names the job.
func (Letter) JobKind() string { return "deliver.letter" }

// JobQueue names its queue.
func (Letter) JobQueue() string { return "deliver" }

// letter is what is sealed.
type letter struct {
	To       staff.Recipient
	Template string
	Data     map[string]string
	MailID   string
}

const letterContext = "letter"

// unsentDomain stands in a letter's Message-ID until it is known which inbox sends it.
const unsentDomain = "tellus.invalid"

// Queue queues a mail in the caller's transaction: a staff.Mailer.
func (h *HouseMail) Queue(ctx context.Context, tx *db.Tx, to staff.Recipient, template string, data map[string]string) error {
	if _, known := templates[template]; !known {
		return fmt.Errorf("there is no mail %q", template)
	}
	text, err := json.Marshal(letter{to, template, data, mailmsg.NewMessageID(unsentDomain)})
	if err != nil {
		return fmt.Errorf("queue %s mail: %w", template, err)
	}
	_, err = jobs.Enqueue(ctx, tx, tx.Now, Letter{h.Keys.Seal(text, letterContext)})
	return err
}

// templates are the catalogue's keys by the names that features use.
var templates = map[string]string{
	"invitation": "agent.invitation", "reset": "agent.reset", "password_changed": "agent.password_changed", "second_factor_changed": "agent.second_factor_changed",
	"digest": "agent.digest", "webhook_gone": "agent.webhook_gone", "webhook_failing": "agent.webhook_failing",
}

// Handle sends one mail: the handler of Letter.
func (h *HouseMail) Handle(ctx context.Context, job *jobs.Job[Letter]) error {
	plain, err := h.Keys.Open(job.Payload.Sealed, letterContext)
	if err != nil {
		return jobs.Permanent(fmt.Errorf("open letter: %w", err))
	}
	var l letter
	if err := json.Unmarshal(plain, &l); err != nil {
		return jobs.Permanent(fmt.Errorf("read letter: %w", err))
	}
	var from desk.Inbox
	var company string
	if err := h.DB.Read(ctx, func(tx *db.Tx) error {
		settings, err := h.Settings.Get(ctx, tx)
		if err != nil {
			return err
		}
		company = settings.Company
		all, err := h.Inboxes.All(ctx, tx)
		if err != nil {
			return err
		}
		for _, in := range all {
			if in.Active && in.Submit.Host != "" && from.ID == 0 {
				from = in
			}
		}
		return nil
	}); err != nil {
		return err
	}
	if from.ID == 0 {
		h.Log.InfoContext(ctx, "no inbox sends mail yet: a mail to a colleague was not sent", "template", l.Template)
		return nil // whoever invites is given the link as well
	}
	if company == "" {
		company = "Tellus"
	}
	if id, unsent := strings.CutSuffix(l.MailID, "@"+unsentDomain); unsent {
		l.MailID = id + "@" + mailmsg.IDDomain(from.Address)
	}
	raw, err := h.write(l, from, company, h.DB.Now())
	if err != nil {
		return jobs.Permanent(err)
	}
	receipt, err := h.Outlet.Send(ctx, from.ID, channel.Outgoing{From: from.Address, To: []string{l.To.Address}, MailID: l.MailID,
		Raw: func() (io.ReadCloser, int64, error) { return readCloser(raw), int64(len(raw)), nil }})
	if err != nil {
		return fmt.Errorf("send %s mail: %w", l.Template, err)
	}
	for _, r := range receipt.Recipients {
		if !r.OK && !r.Later {
			return jobs.Permanent(fmt.Errorf("the %s mail was refused: %d %s", l.Template, r.Code, r.Text))
		}
		if !r.OK {
			return fmt.Errorf("the %s mail was put off: %d %s", l.Template, r.Code, r.Text)
		}
	}
	return nil
}

func (h *HouseMail) write(l letter, from desk.Inbox, company string, now desk.Time) ([]byte, error) {
	lang := locale.MatchUI(l.To.Language)
	data := map[string]any{"Company": company, "Link": l.Data["link"], "Inviter": l.Data["by"], "Name": l.To.Name, "Device": l.Data["device"], "IP": l.Data["ip"],
		"Count": l.Data["count"], "List": l.Data["list"], "Webhook": l.Data["name"], "Host": l.Data["host"],
		"When": whenFor(l.To, lang, now.Time()), "Valid": valid(lang, l.Template)}
	key := templates[l.Template]
	return mailmsg.Compose(mailmsg.Outgoing{
		From: mailmsg.Address{Name: company, Email: from.Address}, To: []mailmsg.Address{{Name: l.To.Name, Email: l.To.Address}},
		Subject: locale.T(lang, key+".subject", data), Text: locale.T(lang, key+".body", data),
		Date: now.Time(), MessageID: l.MailID, AutoSubmitted: "auto-generated", Loop: h.Loop,
	})
}

// whenFor words a moment by somebody's own clock; where that is unknown, it says by which.
func whenFor(to staff.Recipient, lang string, at time.Time) string {
	if to.TimeZone == "" {
		return locale.DateTime(lang, at.UTC()) + " UTC"
	}
	return locale.DateTime(lang, at.In(Writer{TimeZone: to.TimeZone}.zone()))
}

// valid says how long a mailed link counts, as feature/staff keeps it.
func valid(lang, template string) string {
	if template == "reset" {
		return locale.N(lang, "agent.valid_hours", int(staff.ResetLife/time.Hour), nil)
	}
	return locale.N(lang, "agent.valid_days", int(staff.InvitationLife/(24*time.Hour)), nil)
}
