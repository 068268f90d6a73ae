package gather

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
	"tellus/internal/feature/view"
	"tellus/internal/platform/db"
)

// sheet writes conversations or customers as lines of CSV (RFC 4180).
type sheet struct {
	request  view.ExportRequest
	zone     *time.Location
	names    map[string]map[int64]string // by what ids mean
	registry condition.List
}

func (g *Gather) writer(ctx context.Context, tx *db.Tx, request view.ExportRequest, me desk.Agent) (*sheet, error) {
	s := &sheet{request: request, names: map[string]map[int64]string{"agent": {}, "team": {}, "inbox": {}, "tag": {}, "type": {}}}
	var err error
	if s.zone, err = time.LoadLocation(me.TimeZone); err != nil {
		s.zone = time.UTC
	}
	if request.Segment != 0 {
		s.registry, err = g.Segments.Attributes(ctx, tx)
	} else {
		s.registry, err = g.Conversations.Attributes(ctx, tx)
	}
	if err != nil {
		return nil, err
	}
	agents, err := g.Staff.Agents(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, a := range agents {
		s.names["agent"][int64(a.ID)] = a.Name
	}
	teams, err := g.Staff.Teams(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, t := range teams {
		s.names["team"][int64(t.ID)] = t.Name
	}
	inboxes, err := g.Inboxes.All(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, in := range inboxes {
		s.names["inbox"][int64(in.ID)] = in.Name
	}
	tags, err := g.Conversations.Tags(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, t := range tags {
		s.names["tag"][int64(t.ID)] = t.Name
	}
	s.names["type"], err = g.Conversations.TypeNames(ctx, tx)
	return s, err
}

// part is the next lines, compressed; the first begins with a mark of UTF-8, by which spreadsheets know it, and the titles.
func (s *sheet) part(first bool, rows int, cell func(row int, column string) string) ([]byte, error) {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	w := csv.NewWriter(z)
	w.UseCRLF = true
	if first {
		if _, err := z.Write([]byte("\ufeff")); err != nil {
			return nil, fmt.Errorf("write a file: %w", err)
		}
		titles := s.request.Titles
		if len(titles) == 0 {
			titles = s.request.Columns
		}
		line := make([]string, len(titles))
		for i, title := range titles {
			line[i] = Safe(title)
		}
		if err := w.Write(line); err != nil {
			return nil, fmt.Errorf("write a file: %w", err)
		}
	}
	for row := range rows {
		line := make([]string, len(s.request.Columns))
		for i, key := range s.request.Columns {
			line[i] = cell(row, key)
		}
		if err := w.Write(line); err != nil {
			return nil, fmt.Errorf("write a file: %w", err)
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return nil, fmt.Errorf("write a file: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("write a file: %w", err)
	}
	return out.Bytes(), nil
}

func (s *sheet) conversation(key string, c *condition.Case) string {
	switch key {
	case "id":
		return c.ID.String()
	case "customer":
		return Safe(c.CustomerName)
	case "preview":
		return Safe(c.Preview)
	}
	return s.cell(key, c)
}

func (s *sheet) customer(key string, c *condition.CustomerCase) string {
	if key == "id" {
		return c.ID.String()
	}
	kind, ok := strings.CutPrefix(key, "addresses.")
	if !ok {
		return s.cell(key, c)
	}
	var all []string
	for _, a := range c.Addresses {
		if a.Kind == desk.AddressKind(kind) {
			all = append(all, a.Value)
		}
	}
	if kind == "phone" { // E.164 begins with a plus, and is digits after it: no formula
		return strings.Join(all, ", ")
	}
	return Safe(strings.Join(all, ", "))
}

// cell is what a row has of an attribute.
func (s *sheet) cell(key string, c condition.Row) string {
	a, ok := s.registry.Find(key)
	if !ok {
		return "" // the field was put away while the file was written
	}
	v := c.Value(a)
	if !v.Has {
		return ""
	}
	switch a.Kind {
	case condition.Number:
		return strconv.FormatFloat(v.Number, 'f', -1, 64)
	case condition.Moment:
		return v.At.Time().In(s.zone).Format("2006-01-02 15:04:05")
	case condition.Flag:
		return strconv.FormatBool(v.Yes)
	case condition.Ref:
		return Safe(s.names[a.Of][v.ID])
	case condition.Refs:
		names := make([]string, 0, len(v.IDs))
		for _, id := range v.IDs {
			names = append(names, s.named(a, id))
		}
		return Safe(strings.Join(names, ", "))
	}
	return Safe(v.Text)
}

func (s *sheet) named(a *condition.Attribute, id int64) string {
	if a.Of != "option" {
		return s.names[a.Of][id]
	}
	for _, o := range a.Options {
		if o.ID == id {
			return o.Name
		}
	}
	return ""
}

// Safe makes text harmless in spreadsheets, which take a cell for a formula where it begins with one of these (OWASP, "CSV injection").
func Safe(text string) string {
	if trimmed := strings.TrimLeft(text, " "); trimmed != "" && strings.ContainsRune("=+-@\t\r\n|%", rune(trimmed[0])) {
		return "'" + text
	}
	return text
}
