package purchase

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/field"
	"tellus/internal/engine/language"
	"tellus/internal/engine/sheet"
	"tellus/internal/platform/blob"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
	"tellus/internal/platform/jobs"
)

// MostFile is the largest file that is taken in, in bytes.
const MostFile = 100 << 20

// Import is a file with purchases: uploaded, matched with what we know, read as a job. It is seen by who uploaded it.
type Import struct {
	ID         desk.ImportID `json:"id"`
	Name       string        `json:"name"`
	State      string        `json:"state" enum:"waiting,running,done,cancelled,broken"`
	Size       int64         `json:"size" doc:"Of the file, in bytes"`
	Read       int64         `json:"read" doc:"Bytes that were read of it"`
	Made       int64         `json:"made"`
	Changed    int64         `json:"changed"`
	Same       int64         `json:"same" doc:"Known already, nothing new"`
	Refused    int64         `json:"refused" doc:"Rows that were not taken"`
	Problem    string        `json:"problem,omitempty" doc:"Why it broke off"`
	CreatedAt  desk.Time     `json:"createdAt"`
	FinishedAt desk.Time     `json:"finishedAt,omitempty"`

	agent   desk.AgentID
	blob    string
	reached int64 // the line up to which all was done
	mapping Mapping
}

// Mapping says how a file is written and what its columns hold.
type Mapping struct {
	Shape    sheet.Shape         `json:"shape"`
	Columns  []sheet.Column      `json:"columns" maxItems:"200" doc:"What each column holds, empty where it is not used: externalId, number, email, phone, name, first, last, status, currency, total, refunded, placedAt, sku, item, quantity, price"`
	Currency string              `json:"currency,omitempty" maxLength:"3" doc:"Where no column says it"`
	Status   desk.PurchaseStatus `json:"status,omitempty" enum:",placed,paid,sent,done,cancelled,refunded" doc:"Where no column says it"`
	Source   string              `json:"source,omitempty" maxLength:"60" pattern:"^$|^[a-z0-9][a-z0-9._-]*$" doc:"Part of what tells purchases apart; csv where absent"`
	Zone     string              `json:"zone,omitempty" maxLength:"60" doc:"Of dates that do not say theirs; UTC where absent"`
}

// Preview is the head of a file and its first rows, as a mapping reads them.
type Preview struct {
	Mapping Mapping    `json:"mapping"`
	Head    []string   `json:"head"`
	Rows    [][]string `json:"rows"`
}

const (
	previewed   = 6
	keptImports = 30 * 24 * time.Hour
)

// Look reads the head of a file. wanted nil guesses how it is written, and what its columns hold by their names.
func (s *Service) Look(ctx context.Context, hash, lang string, wanted *Mapping) (p Preview, err error) {
	file, err := s.Blobs.Open(ctx, hash)
	if err != nil {
		return p, fmt.Errorf("open file: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if wanted != nil {
		p.Mapping = *wanted
	} else {
		sample := make([]byte, sheet.Sample)
		n, err := io.ReadFull(file, sample)
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
			return p, fmt.Errorf("read file: %w", err)
		}
		p.Mapping.Shape = sheet.Guess(sample[:n], lang)
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return p, fmt.Errorf("read file again: %w", err)
		}
	}
	p.Head, p.Rows = []string{}, [][]string{}
	rows := sheet.Open(io.LimitReader(file, MostFile), p.Mapping.Shape)
	for len(p.Rows) < previewed {
		cells, line, err := rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return p, desk.WhyNoTable.At("body.file")
		}
		for i := range cells {
			cells[i] = cut(cells[i], 200)
		}
		if len(p.Head) == 0 && line > 0 {
			p.Head = cells
			continue
		}
		p.Rows = append(p.Rows, cells)
	}
	if len(p.Head) == 0 {
		return p, desk.WhyNoTable.At("body.file")
	}
	if len(p.Mapping.Columns) != len(p.Head) {
		p.Mapping.Columns = sheet.Match(p.Head, language.Fold)
	}
	return p, nil
}

func headKey(head []string) string { return forgottenKey("head", strings.Join(head, "\x00")) }

// Remembered is the mapping that a file with this head had the last time, or what was guessed.
func (s *Service) Remembered(ctx context.Context, tx *db.Tx, p Preview) (Mapping, error) {
	var text string
	err := tx.Row(ctx, `SELECT shape FROM purchase_mapping WHERE head = $1`, headKey(p.Head)).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return p.Mapping, nil
	}
	if err != nil {
		return p.Mapping, fmt.Errorf("remembered mapping: %w", err)
	}
	was := p.Mapping
	if ok := json.Unmarshal([]byte(text), &was) == nil; !ok || len(was.Columns) != len(p.Head) {
		return p.Mapping, nil // of another version
	}
	was.Shape.Encoding, was.Shape.Delimiter = p.Mapping.Shape.Encoding, p.Mapping.Shape.Delimiter
	return was, nil
}

// Upload keeps a file until it is imported. What was uploaded more than thirty days ago is forgotten.
func (s *Service) Upload(ctx context.Context, tx *db.Tx, agent desk.AgentID, name string, ref blob.Ref) (Import, error) {
	old, err := s.imports(ctx, tx, ` WHERE created_at < $1`, tx.Now.Add(-keptImports))
	if err != nil {
		return Import{}, err
	}
	for _, i := range old {
		if i.blob != "" {
			if err := blob.Release(ctx, tx, i.blob); err != nil {
				return Import{}, err
			}
		}
		if _, err := tx.Exec(ctx, `DELETE FROM purchase_import WHERE id = $1`, i.ID); err != nil {
			return Import{}, fmt.Errorf("forget an import: %w", err)
		}
	}
	if err := blob.Keep(ctx, tx, ref); err != nil {
		return Import{}, err
	}
	var id desk.ImportID
	if err := tx.Row(ctx, `INSERT INTO purchase_import (agent, name, state, blob, size, shape, created_at) VALUES ($1, $2, 'waiting', $3, $4, '{}', $5) RETURNING id`,
		agent, cut(db.Text(name), 200), ref.Hash, ref.Size, tx.Now).Scan(&id); err != nil {
		return Import{}, fmt.Errorf("keep an import: %w", err)
	}
	return s.Import(ctx, tx, agent, id)
}

func (s *Service) imports(ctx context.Context, tx *db.Tx, where string, args ...any) ([]Import, error) {
	rows, err := tx.Query(ctx, `SELECT id, agent, name, state, blob, size, shape, reached, bytes, made, changed, same, refused, problem, created_at, finished_at FROM purchase_import`+where, args...)
	list, err := db.Rows(rows, err, func(r *sql.Rows, i *Import) error {
		var shape string
		if err := r.Scan(&i.ID, &i.agent, &i.Name, &i.State, &i.blob, &i.Size, &shape, &i.reached, &i.Read, &i.Made, &i.Changed, &i.Same, &i.Refused, &i.Problem, &i.CreatedAt,
			&i.FinishedAt); err != nil {
			return err
		}
		return json.Unmarshal([]byte(shape), &i.mapping)
	})
	if err != nil {
		return nil, fmt.Errorf("load imports: %w", err)
	}
	return list, nil
}

// Imports are an agent's own, the latest first.
func (s *Service) Imports(ctx context.Context, tx *db.Tx, agent desk.AgentID) ([]Import, error) {
	list, err := s.imports(ctx, tx, ` WHERE agent = $1 ORDER BY id DESC LIMIT 50`, agent)
	return slices.Concat([]Import{}, list), err
}

// Import returns one of an agent's own.
func (s *Service) Import(ctx context.Context, tx *db.Tx, agent desk.AgentID, id desk.ImportID) (Import, error) {
	list, err := s.imports(ctx, tx, ` WHERE id = $1 AND agent = $2`, id, agent)
	if err == nil && len(list) == 0 {
		err = desk.Refuse(desk.NotFound, "no such import")
	}
	if err != nil {
		return Import{}, err
	}
	return list[0], nil
}

// File is the hash of a file that waits to be imported.
func (i Import) File() (string, error) {
	if i.State != "waiting" {
		return "", desk.WhyBulkOver.Refuse()
	}
	return i.blob, nil
}

// Reading is the job that imports a file.
type Reading struct {
	Import desk.ImportID `json:"i"`
}

// JobKind names the job.
func (Reading) JobKind() string { return "purchase.import" }

// check refuses a mapping by which nothing could be imported.
func (m *Mapping) check() error {
	has := func(any ...sheet.Column) bool {
		return slices.ContainsFunc(m.Columns, func(c sheet.Column) bool { return slices.Contains(any, c) })
	}
	m.Currency = strings.ToUpper(m.Currency)
	_, known := field.MinorUnits(m.Currency)
	switch {
	case !slices.Contains(sheet.Encodings, m.Shape.Encoding) || !slices.Contains(sheet.Delimiters, m.Shape.Delimiter):
		return desk.RefuseField(desk.Invalid, "body.shape", "no such form of a table")
	case !has(sheet.ExternalID, sheet.Number):
		return desk.WhyColumnNeeded.At("body.columns.externalId")
	case !has(sheet.Total):
		return desk.WhyColumnNeeded.At("body.columns.total")
	case !has(sheet.PlacedAt):
		return desk.WhyColumnNeeded.At("body.columns.placedAt")
	case !has(sheet.Email, sheet.Phone, sheet.Name, sheet.Last):
		return desk.WhyColumnNeeded.At("body.columns.email")
	case !known && (m.Currency != "" || !has(sheet.Currency)):
		return desk.WhyNoCurrency.At("body.currency")
	}
	if m.Status == "" {
		m.Status = desk.PurchasePaid
	}
	if _, err := time.LoadLocation(m.Zone); err != nil {
		return desk.WhyZone.At("body.zone")
	}
	return nil
}

// StartImport begins to import a file that waits, and remembers how its columns were matched for the next one with the same head.
func (s *Service) StartImport(ctx context.Context, tx *db.Tx, agent desk.AgentID, id desk.ImportID, head []string, m Mapping) (Import, error) {
	if err := tx.Lock(ctx, "purchase_import", int64(id)); err != nil {
		return Import{}, err
	}
	i, err := s.Import(ctx, tx, agent, id)
	if err != nil {
		return i, err
	}
	if i.State != "waiting" {
		return i, desk.WhyBulkOver.Refuse()
	}
	if err := m.check(); err != nil {
		return i, err
	}
	shape, err := json.Marshal(m)
	if err != nil {
		return i, fmt.Errorf("keep a mapping: %w", err)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO purchase_mapping (head, shape, changed_at) VALUES ($1, $2, $3)
		ON CONFLICT (head) DO UPDATE SET shape = excluded.shape, changed_at = excluded.changed_at`, headKey(head), db.Text(string(shape)), tx.Now); err != nil {
		return i, fmt.Errorf("remember a mapping: %w", err)
	}
	if _, err := tx.Exec(ctx, `UPDATE purchase_import SET state = 'running', shape = $1 WHERE id = $2`, db.Text(string(shape)), id); err != nil {
		return i, fmt.Errorf("start import %s: %w", id, err)
	}
	if _, err := jobs.Enqueue(ctx, tx, tx.Now, Reading{id}); err != nil {
		return i, err
	}
	i.State = "running"
	return i, toldImport(ctx, tx, i)
}

// StopImport ends an import, or throws a file away that waits: what was imported stays.
func (s *Service) StopImport(ctx context.Context, tx *db.Tx, agent desk.AgentID, id desk.ImportID) (Import, error) {
	if err := tx.Lock(ctx, "purchase_import", int64(id)); err != nil {
		return Import{}, err
	}
	i, err := s.Import(ctx, tx, agent, id)
	if err != nil {
		return i, err
	}
	if i.State != "waiting" && i.State != "running" {
		return i, desk.WhyBulkOver.Refuse()
	}
	i.State = "cancelled"
	return i, s.finish(ctx, tx, &i)
}

// finish ends an import and gives its file back.
func (s *Service) finish(ctx context.Context, tx *db.Tx, i *Import) error {
	i.FinishedAt = tx.Now
	if i.blob != "" {
		if err := blob.Release(ctx, tx, i.blob); err != nil {
			return err
		}
		i.blob = ""
	}
	return s.saveImport(ctx, tx, *i)
}

func (s *Service) saveImport(ctx context.Context, tx *db.Tx, i Import) error {
	if _, err := tx.Exec(ctx, `UPDATE purchase_import SET state = $1, blob = $2, reached = $3, bytes = $4, made = $5, changed = $6, same = $7, refused = $8, problem = $9,
		finished_at = $10 WHERE id = $11`, i.State, i.blob, i.reached, i.Read, i.Made, i.Changed, i.Same, i.Refused, i.Problem, i.FinishedAt, i.ID); err != nil {
		return fmt.Errorf("save import %s: %w", i.ID, err)
	}
	return toldImport(ctx, tx, i)
}

func toldImport(ctx context.Context, tx *db.Tx, i Import) error {
	data, err := json.Marshal(map[string]any{"agent": i.agent, "state": i.State})
	if err != nil {
		return fmt.Errorf("tell of import %s: %w", i.ID, err)
	}
	return eventlog.Append(ctx, tx, &desk.Event{By: desk.ByAgent(i.agent), Kind: desk.ImportUpdated, SubjectKind: desk.AboutImport, Subject: int64(i.ID), Data: data})
}

// Refusal is a row of a file that was not taken.
type Refusal struct {
	Line  int64    `json:"line"`
	Field string   `json:"field,omitempty" doc:"The column at fault, as in a mapping"`
	Why   desk.Why `json:"why"`
	What  string   `json:"what,omitempty" doc:"What stands there"`
	Cells []string `json:"cells"`
}

// Refusals are the rows of an agent's import that were not taken, behind a line; at most ten thousand are kept.
func (s *Service) Refusals(ctx context.Context, tx *db.Tx, agent desk.AgentID, id desk.ImportID, after int64, limit int) ([]Refusal, error) {
	if _, err := s.Import(ctx, tx, agent, id); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT line, field, why, what, cells FROM purchase_import_refusal WHERE import = $1 AND line > $2 ORDER BY line LIMIT $3`, id, after, limit)
	list, err := db.Rows(rows, err, func(r *sql.Rows, v *Refusal) error {
		var cells string
		if err := r.Scan(&v.Line, &v.Field, &v.Why, &v.What, &cells); err != nil {
			return err
		}
		return json.Unmarshal([]byte(cells), &v.Cells)
	})
	if err != nil {
		return nil, fmt.Errorf("refused rows of import %s: %w", id, err)
	}
	return slices.Concat([]Refusal{}, list), nil
}
