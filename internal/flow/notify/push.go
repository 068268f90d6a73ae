package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/notify"
	"tellus/internal/feature/notice"
	"tellus/internal/platform/db"
	"tellus/internal/platform/jobs"
	"tellus/internal/platform/webpush"
)

// Push is the job that gathers what is to be pushed to an agent and queues it for each of his devices.
type Push struct {
	Agent desk.AgentID `json:"agent"`
}

// JobKind names the job.
func (Push) JobKind() string { return "notify.push" }

// Send is the job of one push to one device.
type Send struct {
	Device  desk.DeviceID   `json:"device"`
	Notices []desk.NoticeID `json:"notices"`        // as one
	Held    bool            `json:"held,omitempty"` // they came in quiet hours
}

// JobKind names the job.
func (Send) JobKind() string { return "notify.send" }

// JobQueue names its queue: push services that hang must not hold up other work.
func (Send) JobQueue() string { return "push" }

const (
	gather   = time.Second   // what happens within is pushed together
	attempts = 8             // of one push, over half an hour or so
	keep     = 4 * time.Hour // a push is not worth sending later, and push services do not keep it longer for a device that is away
)

func (n *Notify) enqueuePush(ctx context.Context, tx *db.Tx, agent desk.AgentID, at desk.Time) error {
	_, err := jobs.Enqueue(ctx, tx, at.Add(gather), Push{agent}, jobs.Unique(agent.String()))
	return err
}

// WishesChanged has pushes that wait for the end of an agent's quiet hours be looked at by what he wants now.
func (n *Notify) WishesChanged(ctx context.Context, tx *db.Tx, agent desk.AgentID) error {
	if err := n.Notices.WakePushes(ctx, tx, agent); err != nil {
		return err
	}
	return n.enqueuePush(ctx, tx, agent, tx.Now)
}

// push queues what is due: the handler of Push.
func (n *Notify) push(ctx context.Context, job *jobs.Job[Push]) error {
	return n.DB.Write(ctx, func(tx *db.Tx) error {
		p, err := n.person(ctx, tx, job.Payload.Agent)
		if err != nil {
			return err
		}
		if awake := p.Awake(tx.Now); awake > tx.Now {
			if err := n.Notices.PutOffPushes(ctx, tx, p.Agent, awake); err != nil {
				return err
			}
		}
		due, next, err := n.Notices.TakePushes(ctx, tx, p.Agent)
		if err != nil {
			return err
		}
		if err := job.Complete(ctx, tx); err != nil {
			return err
		}
		if next != 0 {
			if err := n.enqueuePush(ctx, tx, p.Agent, next); err != nil {
				return err
			}
		}
		if len(due) == 0 || !p.active {
			return nil
		}
		return n.queue(ctx, tx, p.Agent, due)
	})
}

// queue queues pushes for each device of an agent: one by one, or as one that counts them.
func (n *Notify) queue(ctx context.Context, tx *db.Tx, agent desk.AgentID, due []notice.Due) error {
	devices, err := n.Notices.Devices(ctx, tx, agent, 0)
	if err != nil {
		return err
	}
	all := make([]desk.NoticeID, len(due))
	held := false
	for i, d := range due {
		all[i] = d.ID
		held = held || d.Held
	}
	parts := [][]desk.NoticeID{all}
	if !notify.Summed(len(all), held) {
		parts = nil
		for i := len(all) - 1; i >= 0; i-- { // the newest last, so that it lies on top
			parts = append(parts, all[i:i+1])
		}
	}
	for _, d := range devices {
		for _, part := range parts {
			if _, err := jobs.Enqueue(ctx, tx, tx.Now, Send{d.ID, part, held}, jobs.MaxAttempts(attempts)); err != nil {
				return err
			}
		}
	}
	return nil
}

// parcel is a push that is ready to leave.
type parcel struct {
	device  desk.Device
	key     *webpush.Key
	message webpush.Message
}

// send sends one push: the handler of Send. What was read meanwhile, or may not be seen any more, is not sent.
func (n *Notify) send(ctx context.Context, job *jobs.Job[Send]) error {
	if n.DB.Now().Sub(job.EnqueuedAt) > keep {
		return nil
	}
	var p *parcel
	err := n.DB.Read(ctx, func(tx *db.Tx) (err error) {
		p, err = n.pack(ctx, tx, job.Payload)
		return err
	})
	if err != nil || p == nil {
		return err
	}
	sender := webpush.Sender{HTTP: n.HTTP, Key: p.key, Contact: n.URL(), Now: func() time.Time { return n.DB.Now().Time() }}
	return n.sent(ctx, job, p, sender.Send(ctx, notice.Subscription(p.device), p.message))
}

// sent notes how a push went. What a push service cannot take now is tried again; a browser that has gone is forgotten.
func (n *Notify) sent(ctx context.Context, job *jobs.Job[Send], p *parcel, err error) error {
	gone := errors.Is(err, webpush.ErrGone)
	var refused *webpush.Refused
	again := err != nil && !gone
	if errors.As(err, &refused) {
		again = refused.Again()
	}
	if again && job.Attempt < job.MaxAttempts {
		if refused != nil && refused.After > 0 {
			return jobs.Later(refused.After, err)
		}
		return err
	}
	trouble := ""
	switch {
	case refused != nil:
		trouble = strconv.Itoa(refused.Status)
	case err != nil && !gone:
		trouble = "unreachable"
	}
	if trouble != "" {
		n.Log.InfoContext(ctx, "push given up", "device", p.device.ID, "agent", p.device.Agent, "error", err)
	}
	return n.DB.Write(ctx, func(tx *db.Tx) error { return n.Notices.Pushed(ctx, tx, p.device, trouble, gone) })
}

// pack puts a push together, nil where nothing is left to tell.
func (n *Notify) pack(ctx context.Context, tx *db.Tx, s Send) (*parcel, error) {
	device, err := n.Notices.Device(ctx, tx, s.Device)
	if desk.IsRefusal(err, desk.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	who, err := n.person(ctx, tx, device.Agent)
	if err != nil || !who.active {
		return nil, err
	}
	list, err := n.Notices.Unsent(ctx, tx, who.scope, s.Notices)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	key, err := n.Notices.KnownKey(ctx, tx)
	if err != nil {
		return nil, err
	}
	shown := one(who, list[0])
	topic := "n" + strconv.FormatInt(int64(list[0].ID), 36)
	urgent := list[0].Kind == string(notify.Mention) || list[0].Kind == string(notify.Assigned)
	if len(list) > 1 {
		shown, topic, urgent = summed(who, list, s.Held), "all", false
	}
	plain, err := json.Marshal(shown)
	if err != nil {
		return nil, fmt.Errorf("write push: %w", err)
	}
	return &parcel{device, key, webpush.Message{Plain: plain, TTL: keep, Urgent: urgent, Topic: topic}}, nil
}
