package customer

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tellus/internal/desk"
	"tellus/internal/engine/language"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Change is what may be changed of a customer; nil leaves a field as it is.
type Change struct {
	Version        int64                `json:"version"`
	Name           *string              `json:"name,omitempty" minLength:"1" maxLength:"200"`
	Language       *string              `json:"language,omitempty" maxLength:"20"`
	TimeZone       *string              `json:"timeZone,omitempty" maxLength:"60" doc:"A name of the time zone database; empty for none"`
	Organisation   *string              `json:"organisation,omitempty" maxLength:"200" doc:"By name: one that there is not is made; empty for none"`
	OrganisationID *desk.OrganisationID `json:"organisationId,omitempty" doc:"By id; 0 for none"`
	Note           *string              `json:"note,omitempty" maxLength:"10000"`
	Warnings       []string             `json:"warnings,omitzero" maxItems:"5" required:"false" doc:"Each of at most 300 characters; an empty list for none"`
	Birthday       *string              `json:"birthday,omitempty" maxLength:"10" doc:"YYYY-MM-DD or --MM-DD; empty for none"`
	Prefers        *string              `json:"prefers,omitempty" enum:",email,phone,letter"`
	Hours          *desk.ContactHours   `json:"hours,omitempty" doc:"from and to both empty: no hours"`
	Fields         desk.FieldValues     `json:"fields,omitempty" doc:"Values of custom fields to set, by the fields' ids; null takes one away, others stay"`
}

const longestWarning = 300 // characters

// Update changes a customer. It refuses a stale version with desk.Conflict, which tells what was changed meanwhile.
func (s *Service) Update(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.CustomerID, ch Change) (desk.Customer, error) {
	if err := tx.Lock(ctx, "customer", int64(id)); err != nil {
		return desk.Customer{}, err
	}
	c, err := s.Get(ctx, tx, id)
	if err != nil {
		return c, err
	}
	if ch.Version != c.Version {
		return c, stale(ctx, tx, c, ch)
	}
	former := c.Name
	if err := ch.apply(&c); err != nil {
		return c, err
	}
	if c.Fields, err = withFields(ctx, tx, desk.OnCustomer, c.Fields, ch.Fields); err != nil {
		return c, err
	}
	if err := ch.belong(ctx, tx, &c); err != nil {
		return c, err
	}
	c.Version++
	if err := save(ctx, tx, by, c); err != nil {
		return c, err
	}
	if c.Name != former {
		if err := renamed(ctx, tx, id); err != nil {
			return c, err
		}
	}
	return c, told(ctx, tx, by, id)
}

func told(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.CustomerID) error {
	return eventlog.Append(ctx, tx, &desk.Event{By: by, Kind: desk.CustomerUpdated, SubjectKind: desk.AboutCustomer, Subject: int64(id)})
}

func stale(ctx context.Context, tx *db.Tx, c desk.Customer, ch Change) error {
	conflict := desk.Stale{Current: c, Changed: []string{}}
	if err := tx.Row(ctx, `SELECT changed_at, changed_by FROM customer WHERE id = $1`, c.ID).Scan(&conflict.At, &conflict.By.ID); err != nil {
		return fmt.Errorf("who changed customer %s: %w", c.ID, err)
	}
	if conflict.By.Kind = desk.ActorAgent; conflict.By.ID == 0 {
		conflict.By = desk.System
	}
	wanted := c
	if err := ch.apply(&wanted); err != nil {
		return err
	}
	if ch.Organisation != nil {
		wanted.Organisation = strings.TrimSpace(db.Text(*ch.Organisation))
	}
	if ch.OrganisationID != nil {
		wanted.OrganisationID = *ch.OrganisationID
	}
	conflict.Changed = fieldsApart(c.Fields, ch.Fields)
	for _, d := range desk.Differences(c, wanted) {
		field, _, _ := strings.Cut(d.Field, ".")
		if !slices.Contains(conflict.Changed, field) {
			conflict.Changed = append(conflict.Changed, field)
		}
	}
	return conflict.Refuse()
}

// apply puts the changes into a customer, the organisation aside, and refuses what cannot be.
func (ch Change) apply(c *desk.Customer) error {
	set(&c.Name, ch.Name)
	set(&c.Language, ch.Language)
	set(&c.TimeZone, ch.TimeZone)
	set(&c.Note, ch.Note)
	set(&c.Birthday, ch.Birthday)
	if c.Name = strings.TrimSpace(c.Name); c.Name == "" {
		return desk.WhyNeeded.At("body.name")
	}
	if ch.TimeZone != nil && c.TimeZone != "" {
		if _, err := time.LoadLocation(c.TimeZone); err != nil || c.TimeZone == "Local" {
			return desk.WhyZone.At("body.timeZone")
		}
	}
	if ch.Birthday != nil && c.Birthday != "" && !isBirthday(c.Birthday) {
		return desk.WhyNoBirthday.At("body.birthday")
	}
	if ch.Prefers != nil {
		c.Prefers = *ch.Prefers
	}
	if ch.Hours != nil {
		hours, err := checked(*ch.Hours)
		if err != nil {
			return err
		}
		c.Hours = hours
	}
	if ch.Warnings == nil {
		return nil
	}
	c.Warnings = []string{}
	for _, w := range ch.Warnings {
		if w = strings.TrimSpace(db.Text(w)); w == "" {
			continue
		}
		if utf8.RuneCountInString(w) > longestWarning {
			return desk.WhyTooLong.At("body.warnings", longestWarning)
		}
		c.Warnings = append(c.Warnings, w)
	}
	return nil
}

func set(to *string, from *string) {
	if from != nil {
		*to = db.Text(*from)
	}
}

// isBirthday reports whether a text is YYYY-MM-DD, or --MM-DD where the year is not known (RFC 6350, 4.3.1), and such a day there is.
func isBirthday(text string) bool {
	if day, ok := strings.CutPrefix(text, "--"); ok {
		text = "2000-" + day // a leap year
	}
	_, err := time.Parse(time.DateOnly, text)
	return err == nil && text >= "1880"
}

var clock = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)

// checked returns the hours in order, nil where there are none.
func checked(h desk.ContactHours) (*desk.ContactHours, error) {
	if h.From == "" && h.To == "" {
		return nil, nil //nolint:nilnil // no hours is what was asked for
	}
	if !clock.MatchString(h.From) || !clock.MatchString(h.To) && h.To != "24:00" || h.To <= h.From {
		return nil, desk.WhyNoHours.At("body.hours")
	}
	days := []int{}
	for _, d := range h.Days {
		if d < 1 || d > 7 {
			return nil, desk.WhyNoHours.At("body.hours")
		}
		if !slices.Contains(days, d) {
			days = append(days, d)
		}
	}
	slices.Sort(days)
	h.Days = days
	return &h, nil
}

// belong makes the customer a member of the organisation that the change names.
func (ch Change) belong(ctx context.Context, tx *db.Tx, c *desk.Customer) error {
	if ch.OrganisationID != nil {
		c.OrganisationID, c.Organisation = *ch.OrganisationID, ""
		if c.OrganisationID == 0 {
			return nil
		}
		return named(ctx, tx, c)
	}
	if ch.Organisation == nil {
		return nil
	}
	name := strings.TrimSpace(db.Text(*ch.Organisation))
	if language.Fold(name) == "" {
		c.OrganisationID, c.Organisation = 0, ""
		return nil
	}
	id, _, err := organisationNamed(ctx, tx, name)
	if err != nil {
		return err
	}
	c.OrganisationID = id
	return named(ctx, tx, c)
}

func named(ctx context.Context, tx *db.Tx, c *desk.Customer) error {
	if err := tx.Row(ctx, `SELECT COALESCE(max(name), '') FROM organisation WHERE id = $1`, c.OrganisationID).Scan(&c.Organisation); err != nil {
		return fmt.Errorf("name of organisation %s: %w", c.OrganisationID, err)
	}
	if c.Organisation == "" {
		return desk.RefuseField(desk.Invalid, "body.organisationId", "there is no such organisation")
	}
	return nil
}

func save(ctx context.Context, tx *db.Tx, by desk.Actor, c desk.Customer) error {
	hours := ""
	if c.Hours != nil {
		data, err := json.Marshal(c.Hours)
		if err != nil {
			return fmt.Errorf("hours of customer %s: %w", c.ID, err)
		}
		hours = string(data)
	}
	warnings, err := json.Marshal(c.Warnings)
	if err != nil {
		return fmt.Errorf("warnings of customer %s: %w", c.ID, err)
	}
	var org any
	if c.OrganisationID != 0 {
		org = int64(c.OrganisationID)
	}
	fields, err := c.Fields.Column()
	if err != nil {
		return fmt.Errorf("customer %s: %w", c.ID, err)
	}
	if _, err := tx.Exec(ctx, `
		UPDATE customer
		SET name = $1, name_key = $2, language = $3, time_zone = $4, organisation = $5, member_of = $6, note = $7, warnings = $8, birthday = $9, prefers = $10,
			hours = $11, version = $12, changed_at = $13, changed_by = $14, fields = $15
		WHERE id = $16`, c.Name, language.Fold(c.Name), c.Language, c.TimeZone, c.Organisation, org, c.Note, string(warnings), c.Birthday, c.Prefers,
		hours, c.Version, tx.Now, changer(by), fields, c.ID); err != nil {
		return fmt.Errorf("update customer %s: %w", c.ID, err)
	}
	return nil
}

// changer is the id of the agent who acts, 0 where none does.
func changer(by desk.Actor) int64 {
	if by.Kind != desk.ActorAgent {
		return 0
	}
	return by.ID
}
