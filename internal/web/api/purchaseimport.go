package api

import (
	"context"
	"encoding/csv"
	"io"
	"net/http"
	"strconv"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/feature/purchase"
	"tellus/internal/platform/db"
)

// importRoutes are files with purchases: everybody sees his own.
var importRoutes = []route{
	{"upload-import", post, "/imports", needs(desk.ManagePurchases), "Upload a CSV file with purchases; what its columns hold is guessed", option{max: purchase.MostFile, status: http.StatusCreated}},
	{"list-imports", get, "/imports", needs(desk.ManagePurchases), "The caller's imports of the last thirty days", option{}},
	{"get-import", get, "/imports/{id}", needs(desk.ManagePurchases), "How far an import is", option{}},
	{"preview-import", post, "/imports/{id}/preview", needs(desk.ManagePurchases), "The first rows of a file, as a mapping reads them", option{}},
	{"start-import", post, "/imports/{id}/start", needs(desk.ManagePurchases), "Import a file, as a job; the mapping is remembered", option{}},
	{"cancel-import", post, "/imports/{id}/cancel", needs(desk.ManagePurchases), "Stop an import, or throw its file away; what was imported stays", option{}},
	{"list-import-refusals", get, "/imports/{id}/refusals", needs(desk.ManagePurchases), "Rows that were not taken, and why", option{}},
	{"get-import-refusals-file", get, "/imports/{id}/refused.csv", needs(desk.ManagePurchases), "The same as a file", option{}},
}

func (s *Server) registerImports() {
	stream(s, "upload-import", []string{"application/json"}, s.uploadImport)
	handle(s, "list-imports", s.listImports)
	handle(s, "get-import", s.getImport)
	handle(s, "preview-import", s.previewImport)
	handle(s, "start-import", s.startImport)
	handle(s, "cancel-import", s.cancelImport)
	handle(s, "list-import-refusals", s.listImportRefusals)
	stream(s, "get-import-refusals-file", []string{"text/csv"}, s.getImportRefusals)
}

// uploadedImport is a file that waits, with its first rows.
type uploadedImport struct {
	Import  purchase.Import  `json:"import"`
	Preview purchase.Preview `json:"preview"`
}

func (s *Server) uploadImport(w http.ResponseWriter, r *http.Request, c *Caller) error {
	part, ref, err := s.receiveFile(w, r, purchase.MostFile)
	if err != nil {
		return err
	}
	lang, err := read(r.Context(), s, func(tx *db.Tx) (string, error) {
		me, err := s.Staff.Agent(r.Context(), tx, c.Agent)
		return me.Language, err
	})
	if err != nil {
		return err
	}
	var out uploadedImport
	if out.Preview, err = s.Purchases.Look(r.Context(), ref.Hash, lang, nil); err != nil {
		return err
	}
	out.Import, err = write(r.Context(), s, func(tx *db.Tx) (purchase.Import, error) {
		m, err := s.Purchases.Remembered(r.Context(), tx, out.Preview)
		if err != nil {
			return purchase.Import{}, err
		}
		out.Preview.Mapping = m
		return s.Purchases.Upload(r.Context(), tx, c.Agent, fileName(part.FileName()), ref)
	})
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, out)
}

func (s *Server) listImports(ctx context.Context, c *Caller, _ *none) (*reply[list[purchase.Import]], error) {
	return asking(ctx, s, func(tx *db.Tx) (list[purchase.Import], error) {
		all, err := s.Purchases.Imports(ctx, tx, c.Agent)
		return list[purchase.Import]{all}, err
	})
}

type ImportInput struct {
	ID desk.ImportID `path:"id"`
}

func (s *Server) getImport(ctx context.Context, c *Caller, in *ImportInput) (*reply[purchase.Import], error) {
	return asking(ctx, s, func(tx *db.Tx) (purchase.Import, error) { return s.Purchases.Import(ctx, tx, c.Agent, in.ID) })
}

type mappedImportInput struct {
	ImportInput
	Body purchase.Mapping
}

// look reads the file of an import outside any transaction.
func (s *Server) look(ctx context.Context, c *Caller, id desk.ImportID, m purchase.Mapping) (p purchase.Preview, err error) {
	i, err := read(ctx, s, func(tx *db.Tx) (purchase.Import, error) { return s.Purchases.Import(ctx, tx, c.Agent, id) })
	if err != nil {
		return p, err
	}
	hash, err := i.File()
	if err != nil {
		return p, err
	}
	return s.Purchases.Look(ctx, hash, "", &m)
}

func (s *Server) previewImport(ctx context.Context, c *Caller, in *mappedImportInput) (*reply[purchase.Preview], error) {
	p, err := s.look(ctx, c, in.ID, in.Body)
	if err != nil {
		return nil, err
	}
	return answer(p), nil
}

func (s *Server) startImport(ctx context.Context, c *Caller, in *mappedImportInput) (*reply[purchase.Import], error) {
	p, err := s.look(ctx, c, in.ID, in.Body)
	if err != nil {
		return nil, err
	}
	return changing(ctx, s, func(tx *db.Tx) (purchase.Import, error) {
		i, err := s.Purchases.StartImport(ctx, tx, c.Agent, in.ID, p.Head, in.Body)
		if err != nil {
			return i, err
		}
		return i, s.audit(ctx, tx, c, "import.started", "import:"+in.ID.String(), "")
	})
}

func (s *Server) cancelImport(ctx context.Context, c *Caller, in *ImportInput) (*reply[purchase.Import], error) {
	return changing(ctx, s, func(tx *db.Tx) (purchase.Import, error) { return s.Purchases.StopImport(ctx, tx, c.Agent, in.ID) })
}

type refusalsInput struct {
	ImportInput
	After int64 `query:"after" doc:"The line of the last one of the page before"`
	Limit int   `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

func (s *Server) listImportRefusals(ctx context.Context, c *Caller, in *refusalsInput) (*reply[list[purchase.Refusal]], error) {
	return asking(ctx, s, func(tx *db.Tx) (list[purchase.Refusal], error) {
		all, err := s.Purchases.Refusals(ctx, tx, c.Agent, in.ID, in.After, in.Limit)
		return list[purchase.Refusal]{all}, err
	})
}

func (s *Server) getImportRefusals(w http.ResponseWriter, r *http.Request, c *Caller) error {
	id, err := pathID[desk.ImportID](r, "id")
	if err != nil {
		return err
	}
	page := func(after int64) ([]purchase.Refusal, error) {
		return read(r.Context(), s, func(tx *db.Tx) ([]purchase.Refusal, error) {
			return s.Purchases.Refusals(r.Context(), tx, c.Agent, id, after, 500)
		})
	}
	rows, err := page(0)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="refused-`+id.String()+`.csv"`)
	_, _ = io.WriteString(w, "\ufeff") // so that Excel reads UTF-8; a client that has gone needs nothing
	out := csv.NewWriter(w)
	for len(rows) > 0 && err == nil {
		for _, row := range rows {
			line := []string{strconv.FormatInt(row.Line, 10), row.Why.Sentence(row.What), row.Field}
			for _, cell := range row.Cells {
				line = append(line, harmless(cell))
			}
			if out.Write(line) != nil {
				return nil //nolint:nilerr // the client has gone: there is nobody to tell
			}
		}
		rows, err = page(rows[len(rows)-1].Line)
	}
	out.Flush()
	return nil // the status has been sent: what is missing shows in the file
}

// harmless keeps spreadsheets from taking a cell that a stranger wrote for a formula (OWASP, CSV Injection).
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
