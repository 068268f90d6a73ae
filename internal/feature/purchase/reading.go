package purchase

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/field"
	"tellus/internal/engine/language"
	"tellus/internal/engine/money"
	"tellus/internal/engine/sheet"
	"tellus/internal/platform/db"
	"tellus/internal/platform/jobs"
)

const (
	atOnce        = 40     // purchases of one transaction, so that nobody waits long for it
	mostRefusals  = 10_000 // that are kept of one file
	mostGroupRows = mostItems
)

// group are the rows of one purchase that stand below each other: shops write a row for each item.
type group struct {
	key   string
	line  int64
	last  int64 // its last line
	rows  [][]string
	bytes int64 // of the file up to its end
}

// Read imports a file from where it got to. Each step is one transaction, so that whoever takes the job over reads on behind the last one that was committed.
func (s *Service) Read(ctx context.Context, job *jobs.Job[Reading]) (err error) {
	var i Import
	if err := s.DB.Read(ctx, func(tx *db.Tx) error {
		list, err := s.imports(ctx, tx, ` WHERE id = $1`, job.Payload.Import)
		if len(list) > 0 {
			i = list[0]
		}
		return err
	}); err != nil || i.State != "running" {
		return err
	}
	file, err := s.Blobs.Open(ctx, i.blob)
	if err != nil {
		return fmt.Errorf("open the file of import %s: %w", i.ID, err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	rows := sheet.Open(io.LimitReader(file, MostFile), i.mapping.Shape)
	if _, _, err := rows.Next(); err != nil { // the head
		return s.end(ctx, i.ID, "broken", "no_table")
	}
	reader := grouper{rows: rows, mapping: i.mapping}
	for {
		var some []group
		for len(some) < atOnce {
			g, err := reader.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return s.end(ctx, i.ID, "broken", "no_table")
			}
			if g.last > i.reached {
				some = append(some, g)
			}
		}
		if len(some) == 0 {
			return s.end(ctx, i.ID, "done", "")
		}
		over, err := s.take(ctx, i.ID, some)
		if err != nil || over {
			return err
		}
	}
}

// grouper joins rows of one purchase.
type grouper struct {
	rows    *sheet.Rows
	mapping Mapping
	ahead   *group
	ended   bool
}

func (g *grouper) next() (group, error) {
	for !g.ended {
		cells, line, err := g.rows.Next()
		if errors.Is(err, io.EOF) {
			g.ended = true
			break
		}
		if err != nil {
			return group{}, err
		}
		key := cellOf(g.mapping, cells, sheet.ExternalID)
		if key == "" {
			key = cellOf(g.mapping, cells, sheet.Number)
		}
		if g.ahead != nil && key != "" && key == g.ahead.key && len(g.ahead.rows) < mostGroupRows {
			g.ahead.rows, g.ahead.last, g.ahead.bytes = append(g.ahead.rows, cells), int64(line), g.rows.Read()
			continue
		}
		done := g.ahead
		g.ahead = &group{key: key, line: int64(line), last: int64(line), rows: [][]string{cells}, bytes: g.rows.Read()}
		if done != nil {
			return *done, nil
		}
	}
	if g.ahead == nil {
		return group{}, io.EOF
	}
	done := *g.ahead
	g.ahead = nil
	return done, nil
}

func cellOf(m Mapping, cells []string, c sheet.Column) string {
	for i, column := range m.Columns {
		if column == c && i < len(cells) {
			return cells[i]
		}
	}
	return ""
}

// end closes an import.
func (s *Service) end(ctx context.Context, id desk.ImportID, state, problem string) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		i, running, err := s.heldImport(ctx, tx, id)
		if err != nil || !running {
			return err
		}
		i.State, i.Problem = state, problem
		if state == "done" {
			i.Read = i.Size
		}
		return s.finish(ctx, tx, &i)
	})
}

func (s *Service) heldImport(ctx context.Context, tx *db.Tx, id desk.ImportID) (i Import, running bool, err error) {
	if err := tx.Lock(ctx, "purchase_import", int64(id)); err != nil {
		if desk.IsRefusal(err, desk.NotFound) {
			return i, false, nil
		}
		return i, false, err
	}
	list, err := s.imports(ctx, tx, ` WHERE id = $1`, id)
	if err != nil || len(list) == 0 {
		return i, false, err
	}
	return list[0], list[0].State == "running", nil
}

// take imports some purchases in one transaction, each in a savepoint of its own: what is refused leaves nothing behind but its row in the report.
func (s *Service) take(ctx context.Context, id desk.ImportID, some []group) (over bool, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		i, running, err := s.heldImport(ctx, tx, id)
		if err != nil || !running {
			over = true
			return err
		}
		for _, g := range some {
			if g.last <= i.reached {
				continue
			}
			if err := s.takeOne(ctx, tx, &i, g); err != nil {
				return err
			}
			i.reached, i.Read = g.last, max(i.Read, min(g.bytes, i.Size))
		}
		return s.saveImport(ctx, tx, i)
	})
	return over, err
}

func (s *Service) takeOne(ctx context.Context, tx *db.Tx, i *Import, g group) error {
	var outcome Outcome
	err := tx.Savepoint(ctx, func() error {
		f, err := i.mapping.facts(g)
		if err == nil {
			_, outcome, err = s.Put(ctx, tx, desk.ByAgent(i.agent), f)
		}
		return err
	})
	var r *desk.Refusal
	switch {
	case errors.As(err, &r):
		i.Refused++
		if i.Refused > mostRefusals {
			return nil
		}
		return refuse(ctx, tx, i.ID, g, r)
	case err != nil:
		return err
	case outcome == Made:
		i.Made++
	case outcome == Changed:
		i.Changed++
	default:
		i.Same++
	}
	return nil
}

func refuse(ctx context.Context, tx *db.Tx, id desk.ImportID, g group, r *desk.Refusal) error {
	cells, err := json.Marshal(g.rows[0])
	if err != nil {
		return fmt.Errorf("keep a refused row: %w", err)
	}
	what := ""
	for _, name := range []string{"what", "n"} {
		if v, ok := r.Values[name]; ok && what == "" {
			what = cut(db.Text(fmt.Sprint(v)), 200)
		}
	}
	why := string(r.Why)
	if why == "" {
		why = string(r.Code)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO purchase_import_refusal (import, line, field, why, what, cells) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
		id, g.line, strings.TrimPrefix(r.Field, "body."), why, what, db.Text(string(cells))); err != nil {
		return fmt.Errorf("keep a refused row of import %s: %w", id, err)
	}
	return nil
}

// facts are what the rows of a group say.
func (m Mapping) facts(g group) (f Facts, err error) {
	cell := func(c sheet.Column) string { return cellOf(m, g.rows[0], c) }
	f = Facts{Source: m.Source, ExternalID: g.key, Number: cell(sheet.Number), Email: cell(sheet.Email), Phone: cell(sheet.Phone), Name: cell(sheet.Name),
		Currency: strings.ToUpper(cell(sheet.Currency)), Status: m.Status}
	if f.Source == "" {
		f.Source = "csv"
	}
	if f.Name == "" {
		f.Name = strings.TrimSpace(cell(sheet.First) + " " + cell(sheet.Last))
	}
	if f.Currency == "" {
		f.Currency = m.Currency
	}
	decimals, ok := field.MinorUnits(f.Currency)
	if !ok {
		return f, desk.WhyNoCurrency.At("body.currency")
	}
	if text := cell(sheet.Status); text != "" {
		if f.Status, ok = sheet.StatusOf(text, language.Fold); !ok {
			return f, desk.WhyNoStatus.At("body.status", text)
		}
	}
	place, err := time.LoadLocation(m.Zone)
	if err != nil {
		place = time.UTC // of a database of zones that has lost it
	}
	at, ok := m.Shape.Instant(cell(sheet.PlacedAt), place)
	if !ok {
		return f, desk.WhyNoInstant.At("body.placedAt", cell(sheet.PlacedAt))
	}
	f.PlacedAt = desk.At(at)
	if f.Total, ok = money.Parse(cell(sheet.Total), decimals, m.Shape.Comma); !ok {
		return f, desk.WhyNoAmount.At("body.total", cell(sheet.Total))
	}
	if text := cell(sheet.Refunded); text != "" {
		if f.Refunded, ok = money.Parse(text, decimals, m.Shape.Comma); !ok {
			return f, desk.WhyNoAmount.At("body.refunded", text)
		}
		f.Refunded = max(f.Refunded, -f.Refunded)
	}
	for _, row := range g.rows {
		item, ok, err := m.item(row, decimals)
		if err != nil {
			return f, err
		}
		if ok {
			f.Items = append(f.Items, item)
		}
	}
	return f, nil
}

// item is the line of a purchase that a row holds; false where it holds none.
func (m Mapping) item(row []string, decimals int) (i desk.PurchaseItem, ok bool, err error) {
	i.SKU, i.Name = cellOf(m, row, sheet.SKU), cellOf(m, row, sheet.Item)
	if i.SKU == "" && i.Name == "" {
		return i, false, nil
	}
	i.Quantity = "1"
	if text := cellOf(m, row, sheet.Quantity); text != "" {
		if i.Quantity, ok = money.Quantity(text, m.Shape.Comma); !ok {
			return i, false, desk.WhyNoQuantity.At("body.quantity", text)
		}
	}
	if text := cellOf(m, row, sheet.Price); text != "" {
		if i.Price, ok = money.Parse(text, decimals, m.Shape.Comma); !ok {
			return i, false, desk.WhyNoAmount.At("body.price", text)
		}
	}
	if i.Total, ok = money.Times(i.Price, i.Quantity); !ok {
		return i, false, desk.WhyOutOfRange.At("body.price")
	}
	return i, true, nil
}
