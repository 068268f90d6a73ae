package notify

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/notify"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
	"tellus/internal/platform/jobs"
	"tellus/internal/platform/locale"
)

// Digest is the periodic job that looks who is to be mailed.
type Digest struct{}

// JobKind names the job.
func (Digest) JobKind() string { return "notify.digest" }

// Mail is the job of one person's mail.
type Mail struct {
	Agent desk.AgentID `json:"agent"`
}

// JobKind names the job.
func (Mail) JobKind() string { return "notify.mail" }

func (n *Notify) digest(ctx context.Context, job *jobs.Job[Digest]) error {
	return n.DB.Write(ctx, func(tx *db.Tx) error {
		agents, err := n.Notices.MailDue(ctx, tx)
		if err != nil {
			return err
		}
		for _, a := range agents {
			if _, err := jobs.Enqueue(ctx, tx, tx.Now, Mail{a}, jobs.Unique(a.String())); err != nil {
				return err
			}
		}
		return job.Complete(ctx, tx)
	})
}

// mail sums up what an agent has not read, unless he is at the desk, has quiet hours, or was mailed too short a time ago: then it waits.
func (n *Notify) mail(ctx context.Context, job *jobs.Job[Mail]) error {
	return n.DB.Write(ctx, func(tx *db.Tx) error {
		if err := n.mailNow(ctx, tx, job.Payload.Agent); err != nil {
			return err
		}
		return job.Complete(ctx, tx)
	})
}

func (n *Notify) mailNow(ctx context.Context, tx *db.Tx, agent desk.AgentID) error {
	if err := tx.Lock(ctx, "agent", int64(agent)); err != nil { // two at once would both find him not mailed
		return err
	}
	who, err := n.person(ctx, tx, agent)
	if err != nil {
		return err
	}
	if !who.active {
		_, err := n.Notices.TakeMail(ctx, tx, who.scope) // nobody is left to be mailed
		return err
	}
	urgent, err := n.Notices.UrgentMail(ctx, tx, agent)
	if err != nil {
		return err
	}
	gap := time.Duration(who.Wishes.MailGap) * time.Minute
	if urgent == notify.Ordinary && who.Awake(tx.Now) > tx.Now {
		return nil
	}
	if urgent != notify.Loud && who.wishes.MailedAt != 0 && tx.Now.Sub(who.wishes.MailedAt) < gap {
		return nil
	}
	if n.AtDesk != nil && urgent != notify.Loud {
		here, err := n.AtDesk(ctx, tx, agent)
		if err != nil || here {
			return err
		}
	}
	list, err := n.Notices.TakeMail(ctx, tx, who.scope)
	if err != nil || len(list) == 0 {
		return err
	}
	if err := n.Notices.Mailed(ctx, tx, agent); err != nil {
		return err
	}
	lang := who.agent.Language
	to := staff.Recipient{Name: who.agent.Name, Address: who.agent.Email, Language: lang, TimeZone: who.agent.TimeZone}
	return n.Mail(ctx, tx, to, "digest", map[string]string{"count": locale.N(lang, "agent.notice.many", len(list), nil), "list": n.list(who, list),
		"link": n.URL() + "/app/settings/notices"})
}

// mostListed is how many conversations a mail names.
const mostListed = 30

// list is the middle of a mail: each conversation once, the newest first, with all that happened in it.
func (n *Notify) list(who *person, all []desk.Notice) string {
	lang := who.agent.Language
	var order []desk.ConversationID
	byID := map[desk.ConversationID][]desk.Notice{}
	for _, one := range all {
		if !slices.Contains(order, one.Conversation) {
			order = append(order, one.Conversation)
		}
		byID[one.Conversation] = append(byID[one.Conversation], one)
	}
	var b strings.Builder
	for i, id := range order {
		if i == mostListed {
			fmt.Fprintf(&b, "%s\n\n", locale.N(lang, "agent.notice.more", len(order)-i, nil))
			break
		}
		fmt.Fprintf(&b, "%s\n", about(who, byID[id][0]))
		for _, one := range byID[id] {
			fmt.Fprintf(&b, "  – %s, %s\n", kindWords(lang, one), locale.DateTime(lang, one.At.Time().In(who.Zone)))
		}
		fmt.Fprintf(&b, "  %s%s\n\n", n.URL(), path(byID[id][0]))
	}
	return strings.TrimRight(b.String(), "\n")
}
