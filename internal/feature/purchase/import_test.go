package purchase_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/engine/sheet"
	"tellus/internal/feature/purchase"
	"tellus/internal/platform/db"
	"tellus/internal/platform/jobs"
)

// imported imports a text as its columns are guessed, with euros where none is said, and returns how it ended.
func imported(d *desktest.Desk, text string, change func(m *purchase.Mapping)) (i purchase.Import, refused []string) {
	d.T.Helper()
	s, ctx := d.Purchases, d.T.Context()
	ref, err := d.Blobs.Put(ctx, strings.NewReader(text))
	if err != nil {
		d.T.Fatal(err)
	}
	p, err := s.Look(ctx, ref.Hash, "lv", nil)
	if err != nil {
		d.T.Fatal(err)
	}
	d.Write(func(ctx context.Context, tx *db.Tx) error {
		if i, err = s.Upload(ctx, tx, d.Eva, "orders.csv", ref); err != nil {
			return err
		}
		m, err := s.Remembered(ctx, tx, p)
		if err != nil {
			return err
		}
		m.Currency = "EUR"
		if change != nil {
			change(&m)
		}
		_, err = s.StartImport(ctx, tx, d.Eva, i.ID, p.Head, m)
		return err
	})
	if err := s.Read(ctx, &jobs.Job[purchase.Reading]{Payload: purchase.Reading{Import: i.ID}}); err != nil {
		d.T.Fatal(err)
	}
	d.Read(func(ctx context.Context, tx *db.Tx) error {
		var err error
		if i, err = s.Import(ctx, tx, d.Eva, i.ID); err != nil {
			return err
		}
		all, err := s.Refusals(ctx, tx, d.Eva, i.ID, 0, 100)
		for _, r := range all {
			refused = append(refused, fmt.Sprintf("%d %s %s %s", r.Line, r.Field, r.Why, r.What))
		}
		return err
	})
	return i, refused
}

const table = "Numurs;Datums;E-pasts;Summa;Statuss;Prece;Daudzums;Cena\n" +
	"1001;31.01.2026 12:00;ann@customer.example;42,50;apmaksāts;Tējkanna;1;30,00\n" +
	"1001;31.01.2026 12:00;ann@customer.example;42,50;apmaksāts;Krūze;2;6,25\n" +
	"1002;yesterday;bob@customer.example;1 012,00;apmaksāts;;;\n" +
	"1003;01.02.2026;bob@customer.example;free;apmaksāts;;;\n" +
	"1004;01.02.2026;not an address;5,00;apmaksāts;;;\n" +
	"1005;01.02.2026;bob@customer.example;5,00;lost at sea;;;\n" +
	"1006;02.02.2026;bob@customer.example;1 012,00;piegādāts;Galds;1;1 012,00\n"

func TestAFileIsImportedOnceHoweverOftenItIsRead(t *testing.T) {
	t.Parallel()
	each(t, func(d *desktest.Desk, s *purchase.Service) {
		zone := func(m *purchase.Mapping) { m.Zone = "Europe/Riga" }
		first, refused := imported(d, table, zone)
		if first.State != "done" || first.Made != 2 || first.Refused != 4 || first.Read != first.Size {
			d.T.Errorf("first: %+v", first)
		}
		want := []string{"4 placedAt no_instant yesterday", "5 total no_amount free", "6 email no_mail_address ", "7 status no_status lost at sea"}
		if diff := cmp.Diff(want, refused); diff != "" {
			d.T.Error(diff)
		}
		var before []desk.Purchase
		list := func() (all []desk.Purchase) {
			d.Read(func(ctx context.Context, tx *db.Tx) (err error) {
				all, _, err = s.List(ctx, tx, desk.Scope{All: true}, purchase.Filter{}, nil, 50)
				return err
			})
			return all
		}
		if before = list(); len(before) != 2 {
			d.T.Fatalf("%d purchases, want 2", len(before))
		}
		ann := before[1]
		if ann.Number != "1001" || ann.Total != 4250 || len(ann.Items) != 2 || ann.Items[1].Total != 1250 || ann.PlacedAt.String() != "2026-01-31T10:00:00Z" {
			d.T.Errorf("taken as %+v", ann)
		}
		again, _ := imported(d, table, zone)
		if again.Made != 0 || again.Changed != 0 || again.Same != 2 || again.Refused != 4 {
			d.T.Errorf("again: %+v", again)
		}
		if diff := cmp.Diff(before, list()); diff != "" {
			d.T.Errorf("after the second time: %s", diff)
		}
		changed, _ := imported(d, strings.Replace(table, "42,50;apmaksāts;T", "43,00;apmaksāts;T", 1), zone)
		if changed.Changed != 1 || changed.Same != 1 {
			d.T.Errorf("changed: %+v", changed)
		}
	})
}

func TestHowColumnsWereMatchedIsRemembered(t *testing.T) {
	t.Parallel()
	each(t, func(d *desktest.Desk, s *purchase.Service) {
		text := "A,B,C,D\nx1,2026-02-01,ann@customer.example,5.00\n"
		columns := []sheet.Column{sheet.ExternalID, sheet.PlacedAt, sheet.Email, sheet.Total}
		if i, _ := imported(d, text, func(m *purchase.Mapping) { m.Columns = columns }); i.Made != 1 {
			d.T.Errorf("matched by hand: %+v", i)
		}
		if i, _ := imported(d, strings.Replace(text, "x1", "x2", 1), nil); i.Made != 1 {
			d.T.Errorf("the next one: %+v", i)
		}
		var left int
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			return tx.Row(ctx, `SELECT COALESCE(sum(refs), 0) FROM blob`).Scan(&left)
		})
		if left != 0 {
			d.T.Errorf("%d files are still referred to after they were imported", left)
		}
	})
}

func TestALongFileIsReadInStepsAndGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	each(t, func(d *desktest.Desk, _ *purchase.Service) {
		var b strings.Builder
		b.WriteString("id,date,email,total\n")
		for n := range 150 {
			fmt.Fprintf(&b, "%d,2026-02-01,c%d@customer.example,%d.00\n", n, n%7, n)
		}
		i, _ := imported(d, b.String(), nil)
		if i.State != "done" || i.Made != 150 {
			d.T.Errorf("%+v", i)
		}
	})
}
