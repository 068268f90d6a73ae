package routing

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// OffersMoved is the signal that there is a new time at which something has to be accepted.
const OffersMoved = "distribution.offers"

// Offer is what was given to somebody who has to accept it in time.
type Offer struct {
	Conversation desk.ConversationID
	Agent        desk.AgentID
	Given, Until desk.Time
	Minutes      int
	Wait         desk.Time      // since when the customer waited as it was given: of another wait, who had it says nothing
	Tried        []desk.AgentID // who had it in that wait, the last of them Agent
}

const offerColumns = `conversation, agent, given_at, until_at, minutes, wait, tried`

func (o *Offer) scan(r *sql.Rows) error {
	var tried string
	if err := r.Scan(&o.Conversation, &o.Agent, &o.Given, &o.Until, &o.Minutes, &o.Wait, &tried); err != nil {
		return err
	}
	return json.Unmarshal([]byte(tried), &o.Tried)
}

// Offers are those of conversations, by conversation.
func (s *Service) Offers(ctx context.Context, tx *db.Tx, ids []desk.ConversationID) (map[desk.ConversationID]Offer, error) {
	offers := map[desk.ConversationID]Offer{}
	for part := range slices.Chunk(ids, 500) {
		rows, err := tx.Query(ctx, `SELECT `+offerColumns+` FROM distribution_offer WHERE conversation IN `+db.In(len(part), 1), db.Args(part)...)
		all, err := db.Rows(rows, err, func(r *sql.Rows, o *Offer) error { return o.scan(r) })
		if err != nil {
			return nil, fmt.Errorf("who had %d conversations: %w", len(part), err)
		}
		for _, o := range all {
			offers[o.Conversation] = o
		}
	}
	return offers, nil
}

// Offer notes that a conversation was given to somebody who has so many minutes to accept it. Nothing is noted where there is no limit.
func (s *Service) Offer(ctx context.Context, tx *db.Tx, id desk.ConversationID, agent desk.AgentID, wait desk.Time, minutes int) error {
	if minutes <= 0 {
		return nil
	}
	before, err := s.Offers(ctx, tx, []desk.ConversationID{id})
	if err != nil {
		return err
	}
	var tried []desk.AgentID
	if o := before[id]; o.Wait == wait {
		tried = o.Tried
	}
	list, err := json.Marshal(append(tried, agent))
	if err != nil {
		return fmt.Errorf("who had conversation %s: %w", id, err)
	}
	if err := tx.Soon(ctx, `
		INSERT INTO distribution_offer (`+offerColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (conversation) DO UPDATE SET agent = excluded.agent, given_at = excluded.given_at, until_at = excluded.until_at, minutes = excluded.minutes, wait = excluded.wait,
			tried = excluded.tried`,
		id, agent, tx.Now, tx.Now.Add(time.Duration(minutes)*time.Minute), minutes, wait, string(list)); err != nil {
		return fmt.Errorf("until when agent %s accepts conversation %s: %w", agent, id, err)
	}
	tx.AfterCommit(func() { tx.DB().Signal(OffersMoved) })
	return nil
}

// NextOffer is when the next has to be accepted, desk.Never where there is none.
func (s *Service) NextOffer(ctx context.Context, tx *db.Tx) (at desk.Time, err error) {
	if err := tx.Row(ctx, `SELECT COALESCE(MIN(until_at), $1) FROM distribution_offer`, desk.Never).Scan(&at); err != nil {
		return 0, fmt.Errorf("when what was given has to be accepted: %w", err)
	}
	return at, nil
}

// Due are the offers whose time is over, at most limit of them, the earliest first.
func (s *Service) Due(ctx context.Context, tx *db.Tx, limit int) ([]Offer, error) {
	rows, err := tx.Query(ctx, `SELECT `+offerColumns+` FROM distribution_offer WHERE until_at < $1 ORDER BY until_at, conversation LIMIT $2`, tx.Now, limit)
	all, err := db.Rows(rows, err, func(r *sql.Rows, o *Offer) error { return o.scan(r) })
	if err != nil {
		return nil, fmt.Errorf("what was not accepted: %w", err)
	}
	return all, nil
}

// Claim ends the time of an offer, and reports whether it still ran: of two nodes one claims it. Who had it is remembered.
func (s *Service) Claim(ctx context.Context, tx *db.Tx, o Offer) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE distribution_offer SET until_at = $3 WHERE conversation = $1 AND until_at = $2`, o.Conversation, o.Until, desk.Never)
	if err != nil {
		return false, fmt.Errorf("end the time to accept conversation %s: %w", o.Conversation, err)
	}
	return n > 0, nil
}

// Settled forgets who had a conversation, as somebody accepted it.
func (s *Service) Settled(ctx context.Context, tx *db.Tx, id desk.ConversationID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM distribution_offer WHERE conversation = $1`, id); err != nil {
		return fmt.Errorf("forget who had conversation %s: %w", id, err)
	}
	return nil
}
