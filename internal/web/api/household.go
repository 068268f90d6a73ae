package api

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/feature/setting"
	"tellus/internal/flow/deliver"
	"tellus/internal/flow/intake"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
	"tellus/internal/platform/jobs"
)

func (s *Server) registerHouse() {
	handle(s, "get-settings", s.getSettings)
	handle(s, "change-settings", s.changeSettings)
	handle(s, "list-dead-jobs", s.listDeadJobs)
	handle(s, "retry-job", s.retryJob)
	handle(s, "discard-job", s.discardJob)
}

// settingsBody is the settings with what holds where they say nothing.
type settingsBody struct {
	setting.Settings
	Effective effectiveBody `json:"effective" readOnly:"true"`
}

type effectiveBody struct {
	URL      string `json:"url" doc:"The address that links begin with now"`
	Hostname string `json:"hostname" doc:"The name that the built-in receiver greets with"`
}

func (s *Server) effective(now setting.Settings) settingsBody {
	out := settingsBody{Settings: now, Effective: effectiveBody{URL: s.URL(), Hostname: now.Receiver.Hostname}}
	if now.URL != "" {
		out.Effective.URL = now.URL // this node hears of a change a moment later
	}
	if out.Effective.Hostname == "" {
		out.Effective.Hostname = "localhost"
		if name, err := os.Hostname(); err == nil {
			out.Effective.Hostname = name
		}
	}
	return out
}

func (s *Server) getSettings(ctx context.Context, _ *Caller, _ *none) (*reply[settingsBody], error) {
	return asking(ctx, s, func(tx *db.Tx) (settingsBody, error) {
		now, err := s.Settings.Get(ctx, tx)
		return s.effective(now), err
	})
}

func (s *Server) changeSettings(ctx context.Context, c *Caller, in *body[setting.Settings]) (*reply[settingsBody], error) {
	return changing(ctx, s, func(tx *db.Tx) (out settingsBody, err error) {
		before, err := s.Settings.Get(ctx, tx)
		if err != nil {
			return out, err
		}
		made, err := s.Settings.Save(ctx, tx, c.By(), in.Body)
		if err != nil {
			return out, s.stale(ctx, tx, err, in.Body, "", "setting.updated")
		}
		return s.effective(made), s.auditChange(ctx, tx, c, "setting.updated", "", desk.Differences(before, made))
	})
}

// deadJob is a job that gave up, with what it was about as far as the caller sees that.
type deadJob struct {
	jobs.Info
	Conversation desk.ConversationID `json:"conversation,omitempty"`
	Number       int64               `json:"number,omitempty" doc:"The conversation's number"`
	Inbox        desk.InboxID        `json:"inbox,omitempty"`
}

// about fills in what a job was about. What is gone or out of the caller's sight, and what a job of another version names, stays empty.
func (s *Server) about(ctx context.Context, tx *db.Tx, c *Caller, j *deadJob) (err error) {
	switch j.Kind {
	case deliver.Send{}.JobKind():
		var m desk.Message
		if m, err = s.Conversations.Message(ctx, tx, c.Scope, payload[deliver.Send](j).Message); err == nil {
			j.Conversation = m.Conversation
		}
	case intake.Arrived{}.JobKind():
		j.Inbox, err = s.Intake.InboxOf(ctx, tx, payload[intake.Arrived](j).Arrival)
	}
	if err == nil && j.Conversation != 0 {
		var row desk.Conversation
		row, err = s.Conversations.Get(ctx, tx, c.Scope, j.Conversation)
		j.Number, j.Inbox = row.Number, row.Inbox
	}
	if desk.IsRefusal(err, desk.NotFound) {
		j.Conversation, j.Number, j.Inbox = 0, 0, 0
		return nil
	}
	return err
}

// payload reads what a job carries; the zero value, whose ids nothing has, where it is of another shape.
func payload[P jobs.Payload](j *deadJob) P {
	var p, none P
	if json.Unmarshal(j.Payload, &p) != nil {
		return none
	}
	return p
}

func (s *Server) listDeadJobs(ctx context.Context, c *Caller, in *Paging) (*reply[page[deadJob]], error) {
	died, before, err := jobCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	return asking(ctx, s, func(tx *db.Tx) (out page[deadJob], err error) {
		all, err := jobs.Dead(ctx, tx, died, before, in.Limit+1)
		if err != nil {
			return out, err
		}
		if len(all) > in.Limit {
			all = all[:in.Limit]
			last := all[in.Limit-1]
			out.Next = cursorOf(int64(last.DiedAt)) + "." + cursorOf(int64(last.ID))
		}
		out.Items = make([]deadJob, len(all))
		for i, info := range all {
			out.Items[i] = deadJob{Info: info}
			if err := s.about(ctx, tx, c, &out.Items[i]); err != nil {
				return out, fmt.Errorf("what job %d is about: %w", info.ID, err)
			}
		}
		return out, nil
	})
}

func jobCursor(cursor string) (desk.Time, desk.JobID, error) {
	if cursor == "" {
		return desk.Never, 0, nil
	}
	at, id, _ := strings.Cut(cursor, ".")
	died, err1 := strconv.ParseInt(at, 36, 64)
	before, err2 := strconv.ParseInt(id, 36, 64)
	if err1 != nil || err2 != nil || died < 0 || before < 0 {
		return 0, 0, desk.RefuseField(desk.Invalid, "query.cursor", "not a cursor that this list gave")
	}
	return desk.Time(died), desk.JobID(before), nil
}

type jobInput struct {
	ID desk.JobID `path:"id"`
}

func (s *Server) retryJob(ctx context.Context, c *Caller, in *jobInput) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error {
		if err := jobs.Retry(ctx, tx, in.ID); err != nil {
			return err
		}
		return jobSettled(ctx, tx, c, in.ID)
	})
}

// jobSettled has whoever looks at the dead jobs see that this one is no longer one of them.
func jobSettled(ctx context.Context, tx *db.Tx, c *Caller, id desk.JobID) error {
	return eventlog.Append(ctx, tx, &desk.Event{By: c.By(), Kind: desk.JobSettled, SubjectKind: desk.AboutJob, Subject: int64(id)})
}

func (s *Server) discardJob(ctx context.Context, c *Caller, in *jobInput) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error {
		if err := jobs.Discard(ctx, tx, in.ID); err != nil {
			return err
		}
		if err := jobSettled(ctx, tx, c, in.ID); err != nil {
			return err
		}
		return s.audit(ctx, tx, c, "job.discarded", "", "")
	})
}
