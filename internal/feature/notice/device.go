package notice

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
	"tellus/internal/platform/webpush"
)

// errNoKey says that no push key was made yet.
var errNoKey = errors.New("no push key yet")

// keyPlace binds the sealed push key to its row.
const keyPlace = "push/1"

// Key returns the key by which push services know this desk, making it where there is none: browsers subscribe to it, so it is never changed.
func (s *Service) Key(ctx context.Context, tx *db.Tx) (*webpush.Key, error) {
	k, err := s.readKey(ctx, tx)
	if !errors.Is(err, errNoKey) {
		return k, err
	}
	fresh, err := webpush.NewKey()
	if err != nil {
		return nil, err
	}
	raw, err := fresh.Bytes()
	if err != nil {
		return nil, fmt.Errorf("push key: %w", err)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO push_key (id, sealed, created_at) VALUES (1, $1, $2) ON CONFLICT (id) DO NOTHING`, s.Keys.Seal(raw, keyPlace), tx.Now); err != nil {
		return nil, fmt.Errorf("keep push key: %w", err)
	}
	return s.readKey(ctx, tx) // another node's, where that was quicker
}

// KnownKey is Key where one was made already, which is so once a browser has subscribed.
func (s *Service) KnownKey(ctx context.Context, tx *db.Tx) (*webpush.Key, error) {
	return s.readKey(ctx, tx)
}

func (s *Service) readKey(ctx context.Context, tx *db.Tx) (*webpush.Key, error) {
	var sealed []byte
	err := tx.Row(ctx, `SELECT sealed FROM push_key WHERE id = 1`).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errNoKey
	}
	if err != nil {
		return nil, fmt.Errorf("read push key: %w", err)
	}
	raw, err := s.Keys.Open(sealed, keyPlace)
	if err != nil {
		return nil, fmt.Errorf("open push key: %w", err)
	}
	return webpush.ParseKey(raw)
}

// Subscribe has the browser of a session take pushes; one that did already goes on with what it says now.
func (s *Service) Subscribe(ctx context.Context, tx *db.Tx, id staff.Identity, sub webpush.Subscription) (desk.Device, error) {
	if err := sub.Check(); err != nil {
		return desk.Device{}, desk.RefuseField(desk.Invalid, "body", "%s", err)
	}
	// The endpoint is a secret of one browser: whoever signs in there takes it over from who was there before.
	if _, err := tx.Exec(ctx, `DELETE FROM push_device WHERE endpoint = $1 AND session <> $2`, sub.Endpoint, id.Session); err != nil {
		return desk.Device{}, fmt.Errorf("take a browser over: %w", err)
	}
	if _, err := tx.Exec(ctx, `
		INSERT INTO push_device (agent, session, endpoint, public_key, secret, created_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (session) DO UPDATE SET endpoint = excluded.endpoint, public_key = excluded.public_key, secret = excluded.secret, trouble = '', trouble_at = 0`,
		id.Agent, id.Session, sub.Endpoint, sub.P256DH, sub.Auth, tx.Now); err != nil {
		return desk.Device{}, fmt.Errorf("keep a browser for pushes: %w", err)
	}
	all, err := s.Devices(ctx, tx, id.Agent, id.Session)
	for _, d := range all {
		if d.Current {
			return d, err
		}
	}
	return desk.Device{}, err
}

const deviceColumns = `id, agent, session, endpoint, public_key, secret, created_at, sent_at, trouble, trouble_at`

func scanDevice(scan func(...any) error, d *desk.Device) error {
	err := scan(&d.ID, &d.Agent, &d.Session, &d.Endpoint, &d.PublicKey, &d.Secret, &d.CreatedAt, &d.SentAt, &d.Trouble, &d.TroubleAt)
	d.Service = Subscription(*d).Host()
	return err
}

// Subscription is where a device takes pushes.
func Subscription(d desk.Device) webpush.Subscription {
	return webpush.Subscription{Endpoint: d.Endpoint, P256DH: d.PublicKey, Auth: d.Secret}
}

// Devices lists the browsers of an agent that take pushes; current is the session that asks.
func (s *Service) Devices(ctx context.Context, tx *db.Tx, agent desk.AgentID, current desk.SessionID) ([]desk.Device, error) {
	rows, err := tx.Query(ctx, `SELECT `+deviceColumns+` FROM push_device WHERE agent = $1 ORDER BY id`, agent)
	all, err := db.Rows(rows, err, func(r *sql.Rows, d *desk.Device) error {
		err := scanDevice(r.Scan, d)
		d.Current = d.Session == current
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("devices of agent %s: %w", agent, err)
	}
	return all, nil
}

// Device returns a browser that takes pushes, or NotFound.
func (s *Service) Device(ctx context.Context, tx *db.Tx, id desk.DeviceID) (d desk.Device, err error) {
	err = scanDevice(tx.Row(ctx, `SELECT `+deviceColumns+` FROM push_device WHERE id = $1`, id).Scan, &d)
	if errors.Is(err, sql.ErrNoRows) {
		return d, desk.Refuse(desk.NotFound, "no device %d", id)
	}
	if err != nil {
		return d, fmt.Errorf("device %d: %w", id, err)
	}
	return d, nil
}

// Unsubscribe has one of an agent's browsers take no pushes any more.
func (s *Service) Unsubscribe(ctx context.Context, tx *db.Tx, agent desk.AgentID, id desk.DeviceID) error {
	n, err := tx.Exec(ctx, `DELETE FROM push_device WHERE id = $1 AND agent = $2`, id, agent)
	if err != nil {
		return fmt.Errorf("forget device %d: %w", id, err)
	}
	if n == 0 {
		return desk.Refuse(desk.NotFound, "no device %d", id)
	}
	return nil
}

// Pushed notes how the last push to a device went: trouble is empty where its service took it. gone forgets the device.
func (s *Service) Pushed(ctx context.Context, tx *db.Tx, d desk.Device, trouble string, gone bool) (err error) {
	switch {
	case gone:
		_, err = tx.Exec(ctx, `DELETE FROM push_device WHERE id = $1 AND endpoint = $2`, d.ID, d.Endpoint)
	case trouble != "":
		_, err = tx.Exec(ctx, `UPDATE push_device SET trouble = $1, trouble_at = $2 WHERE id = $3`, db.Text(trouble), tx.Now, d.ID)
	default:
		_, err = tx.Exec(ctx, `UPDATE push_device SET sent_at = $1, trouble = '', trouble_at = 0 WHERE id = $2`, tx.Now, d.ID)
	}
	if err != nil {
		return fmt.Errorf("note push to device %d: %w", d.ID, err)
	}
	return nil
}
