package customer

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/language"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// OrganisationEdit is what people decide about an organisation.
type OrganisationEdit struct {
	Name    string           `json:"name" minLength:"1" maxLength:"200"`
	Note    string           `json:"note" maxLength:"10000"`
	Domains []string         `json:"domains" maxItems:"50" doc:"Mail domains whose new customers belong to it; those of public mail providers are refused"`
	Shared  bool             `json:"shared" doc:"Whether its people may be told of each other's conversations"`
	Version int64            `json:"version" doc:"The version that was seen; 0 for a new one"`
	Fields  desk.FieldValues `json:"fields,omitempty" doc:"Values of custom fields to set, by the fields' ids; null takes one away, others stay"`
}

const selectOrganisation = `
	SELECT o.id, o.name, o.note, o.shared, o.fields, o.created_at, o.version, (SELECT count(*) FROM customer m WHERE m.member_of = o.id AND m.merged_into = 0)
	FROM organisation o`

func scanOrganisation(row interface{ Scan(...any) error }, o *desk.Organisation) error {
	o.Domains = []string{}
	var fields string
	err := row.Scan(&o.ID, &o.Name, &o.Note, &o.Shared, &fields, &o.CreatedAt, &o.Version, &o.People)
	if err != nil {
		return err
	}
	o.Fields, err = desk.ReadFieldValues(fields)
	return err
}

// Organisation returns one; desk.NotFound where there is none.
func (s *Service) Organisation(ctx context.Context, tx *db.Tx, id desk.OrganisationID) (desk.Organisation, error) {
	var o desk.Organisation
	err := scanOrganisation(tx.Row(ctx, selectOrganisation+` WHERE o.id = $1`, id), &o)
	if errors.Is(err, sql.ErrNoRows) {
		return o, desk.Refuse(desk.NotFound, "no organisation %s", id)
	}
	if err != nil {
		return o, fmt.Errorf("organisation %s: %w", id, err)
	}
	rows, err := tx.Query(ctx, `SELECT domain FROM organisation_domain WHERE organisation = $1 ORDER BY domain`, id)
	domains, err := db.Rows(rows, err, func(r *sql.Rows, d *string) error { return r.Scan(d) })
	if err != nil {
		return o, fmt.Errorf("domains of organisation %s: %w", id, err)
	}
	o.Domains = append(o.Domains, domains...)
	return o, nil
}

// OrganisationPlace is where a page of organisations ended.
type OrganisationPlace struct {
	Key string              `json:"k"`
	ID  desk.OrganisationID `json:"i"`
}

// Organisations lists those whose name begins with q, by name. Their names are no secret of any conversation: every agent sees all of them, and of their people those
// whom he may see.
func (s *Service) Organisations(ctx context.Context, tx *db.Tx, q string, after OrganisationPlace, limit int) ([]desk.Organisation, *OrganisationPlace, error) {
	key := language.Fold(strings.TrimSpace(db.Text(q)))
	rows, err := tx.Query(ctx, selectOrganisation+`
		WHERE o.name_key >= $1 AND o.name_key < $2 AND (o.name_key, o.id) > ($3, $4)
		ORDER BY o.name_key, o.id
		LIMIT $5`, key, key+"\U0010FFFF", db.Text(after.Key), after.ID, limit)
	list, err := db.Rows(rows, err, func(r *sql.Rows, o *desk.Organisation) error { return scanOrganisation(r, o) })
	if err != nil {
		return nil, nil, fmt.Errorf("list organisations: %w", err)
	}
	if err := withDomains(ctx, tx, list); err != nil {
		return nil, nil, err
	}
	var next *OrganisationPlace
	if len(list) == limit {
		last := list[limit-1]
		next = &OrganisationPlace{language.Fold(last.Name), last.ID}
	}
	if list == nil {
		list = []desk.Organisation{}
	}
	return list, next, nil
}

func withDomains(ctx context.Context, tx *db.Tx, list []desk.Organisation) error {
	at := make(map[desk.OrganisationID]int, len(list))
	ids := make([]desk.OrganisationID, 0, len(list))
	for i, o := range list {
		at[o.ID] = i
		ids = append(ids, o.ID)
	}
	if len(ids) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, `SELECT organisation, domain FROM organisation_domain WHERE organisation IN `+db.In(len(ids), 1)+` ORDER BY domain`, db.Args(ids)...)
	type pair struct {
		of     desk.OrganisationID
		domain string
	}
	pairs, err := db.Rows(rows, err, func(r *sql.Rows, p *pair) error { return r.Scan(&p.of, &p.domain) })
	if err != nil {
		return fmt.Errorf("domains of organisations: %w", err)
	}
	for _, p := range pairs {
		o := &list[at[p.of]]
		o.Domains = append(o.Domains, p.domain)
	}
	return nil
}

// CreateOrganisation makes one. A name that is taken is refused with desk.Conflict, and so is the domain of another.
func (s *Service) CreateOrganisation(ctx context.Context, tx *db.Tx, by desk.Actor, e OrganisationEdit) (desk.Organisation, error) {
	if err := e.check(); err != nil {
		return desk.Organisation{}, err
	}
	id, made, err := organisationNamed(ctx, tx, e.Name)
	if err != nil {
		return desk.Organisation{}, err
	}
	if !made {
		return desk.Organisation{}, desk.WhyNameTaken.At("body.name")
	}
	return s.saveOrganisation(ctx, tx, by, desk.Organisation{ID: id}, e)
}

// ChangeOrganisation replaces what is known of an organisation; a new name is carried to its people in the same transaction. It refuses a stale version with desk.Conflict.
func (s *Service) ChangeOrganisation(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.OrganisationID, e OrganisationEdit) (desk.Organisation, error) {
	if err := e.check(); err != nil {
		return desk.Organisation{}, err
	}
	if err := tx.Lock(ctx, "organisation", int64(id)); err != nil {
		return desk.Organisation{}, err
	}
	now, err := s.Organisation(ctx, tx, id)
	if err != nil {
		return now, err
	}
	if now.Version != e.Version {
		stale := desk.Stale{Current: now}
		if err := tx.Row(ctx, `SELECT changed_at, changed_by FROM organisation WHERE id = $1`, id).Scan(&stale.At, &stale.By.ID); err != nil {
			return now, fmt.Errorf("who changed organisation %s: %w", id, err)
		}
		stale.By.Kind = desk.ActorAgent
		for _, d := range desk.Differences(now, e, "name", "note", "domains", "shared") {
			stale.Changed = append(stale.Changed, d.Field)
		}
		stale.Changed = append(stale.Changed, fieldsApart(now.Fields, e.Fields)...)
		return now, stale.Refuse()
	}
	return s.saveOrganisation(ctx, tx, by, now, e)
}

func (s *Service) saveOrganisation(ctx context.Context, tx *db.Tx, by desk.Actor, now desk.Organisation, e OrganisationEdit) (desk.Organisation, error) {
	id := now.ID
	fields, err := withFields(ctx, tx, desk.OnOrganisation, now.Fields, e.Fields)
	if err != nil {
		return desk.Organisation{}, err
	}
	column, err := fields.Column()
	if err != nil {
		return desk.Organisation{}, fmt.Errorf("organisation %s: %w", id, err)
	}
	key := language.Fold(e.Name)
	var other desk.OrganisationID
	if err := tx.Row(ctx, `SELECT COALESCE(max(id), 0) FROM organisation WHERE name_key = $1 AND id <> $2`, key, id).Scan(&other); err != nil {
		return desk.Organisation{}, fmt.Errorf("name of organisation %s: %w", id, err)
	}
	if other != 0 {
		return desk.Organisation{}, desk.WhyNameTaken.At("body.name")
	}
	if _, err := tx.Exec(ctx, `
		UPDATE organisation
		SET name = $1, name_key = $2, note = $3, shared = $4, changed_at = $5, changed_by = $6, fields = $7, version = version + 1
		WHERE id = $8`, e.Name, key, db.Text(e.Note), e.Shared, tx.Now, by.ID, column, id); err != nil {
		return desk.Organisation{}, fmt.Errorf("change organisation %s: %w", id, err)
	}
	if _, err := tx.Exec(ctx, `UPDATE customer SET organisation = $1, version = version + 1 WHERE member_of = $2 AND organisation <> $1`, e.Name, id); err != nil {
		return desk.Organisation{}, fmt.Errorf("carry the name of organisation %s: %w", id, err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM organisation_domain WHERE organisation = $1`, id); err != nil {
		return desk.Organisation{}, fmt.Errorf("domains of organisation %s: %w", id, err)
	}
	for _, d := range e.Domains {
		n, err := tx.Exec(ctx, `INSERT INTO organisation_domain (domain, organisation) VALUES ($1, $2) ON CONFLICT (domain) DO NOTHING`, d, id)
		if err != nil {
			return desk.Organisation{}, fmt.Errorf("domains of organisation %s: %w", id, err)
		}
		if n == 0 {
			return desk.Organisation{}, desk.WhyDomainTaken.At("body.domains", d)
		}
	}
	if err := toldOrganisation(ctx, tx, by, id); err != nil {
		return desk.Organisation{}, err
	}
	return s.Organisation(ctx, tx, id)
}

func toldOrganisation(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.OrganisationID) error {
	return eventlog.Append(ctx, tx, &desk.Event{By: by, Kind: desk.OrganisationUpdated, SubjectKind: desk.AboutOrganisation, Subject: int64(id)})
}

// DeleteOrganisation removes one that nobody belongs to.
func (s *Service) DeleteOrganisation(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.OrganisationID) error {
	if err := tx.Lock(ctx, "organisation", int64(id)); err != nil {
		return err
	}
	now, err := s.Organisation(ctx, tx, id)
	if err != nil {
		return err
	}
	if now.People > 0 {
		return desk.WhyOrganisationUsed.Refuse()
	}
	// A record that was merged into another one may still name it.
	if _, err := tx.Exec(ctx, `UPDATE customer SET member_of = NULL, organisation = '' WHERE member_of = $1 AND merged_into <> 0`, id); err != nil {
		return fmt.Errorf("delete organisation %s: %w", id, err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM organisation WHERE id = $1`, id); err != nil {
		return fmt.Errorf("delete organisation %s: %w", id, err)
	}
	return toldOrganisation(ctx, tx, by, id)
}

// organisationNamed returns the organisation of a name, which it makes where there is none.
func organisationNamed(ctx context.Context, tx *db.Tx, name string) (id desk.OrganisationID, made bool, err error) {
	key := language.Fold(name)
	err = tx.Row(ctx, `SELECT id FROM organisation WHERE name_key = $1`, key).Scan(&id)
	if err == nil {
		return id, false, nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return 0, false, fmt.Errorf("find organisation: %w", err)
	}
	err = tx.Row(ctx, `
		INSERT INTO organisation (name, name_key, created_at, version) VALUES ($1, $2, $3, 0)
		ON CONFLICT (name_key) DO UPDATE SET name_key = excluded.name_key
		RETURNING id`, name, key, tx.Now).Scan(&id)
	if err != nil {
		return 0, false, fmt.Errorf("make organisation: %w", err)
	}
	return id, true, nil
}

// Adopt makes members of at most limit customers who have the name of an organisation only: an older binary wrote it. It returns how many.
func (s *Service) Adopt(ctx context.Context, tx *db.Tx, limit int) (int, error) {
	type written struct {
		id   desk.CustomerID
		name string
	}
	rows, err := tx.Query(ctx, `SELECT id, organisation FROM customer WHERE organisation <> '' AND member_of IS NULL AND id > 0 ORDER BY id LIMIT $1`, limit)
	all, err := db.Rows(rows, err, func(r *sql.Rows, w *written) error { return r.Scan(&w.id, &w.name) })
	if err != nil {
		return 0, fmt.Errorf("find customers with the name of an organisation only: %w", err)
	}
	for _, w := range all {
		var id desk.OrganisationID
		name := strings.TrimSpace(w.name)
		if language.Fold(name) == "" {
			_, err = tx.Exec(ctx, `UPDATE customer SET organisation = '' WHERE id = $1 AND member_of IS NULL`, w.id)
		} else if id, _, err = organisationNamed(ctx, tx, name); err == nil {
			_, err = tx.Exec(ctx, `
				UPDATE customer SET member_of = $1, organisation = (SELECT name FROM organisation WHERE id = $1) WHERE id = $2 AND member_of IS NULL`, id, w.id)
		}
		if err != nil {
			return 0, fmt.Errorf("adopt customer %s: %w", w.id, err)
		}
	}
	return len(all), nil
}
