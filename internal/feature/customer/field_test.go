package customer_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/customer"
	"tellus/internal/feature/field"
	"tellus/internal/platform/db"
)

func define(d *desktest.Desk, e field.Edit) (f desk.Field) {
	d.T.Helper()
	d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		f, err = new(field.Service).Create(ctx, tx, desk.ByAgent(d.Eva), e)
		return err
	})
	return f
}

func TestAConflictNamesTheFieldsAndHoldsTheirValues(t *testing.T) {
	t.Parallel()
	each(t, func(d *desktest.Desk) {
		size := define(d, field.Edit{Target: desk.OnCustomer, Name: "Size", Kind: desk.NumberField})
		card := define(d, field.Edit{Target: desk.OnCustomer, Name: "Card", Kind: desk.TextField})
		ann := get(d, identify(d, "ann@a.example", "Ann").ID)
		set := func(version int64, values desk.FieldValues) error {
			return d.Try(func(ctx context.Context, tx *db.Tx) error {
				_, err := d.Customers.Update(ctx, tx, desk.ByAgent(d.Eva), ann.ID, customer.Change{Version: version, Fields: values})
				return err
			})
		}
		if err := set(ann.Version, desk.FieldValues{size.ID: desk.NumberOf(3), card.ID: desk.TextOf("A1")}); err != nil {
			d.T.Fatal(err)
		}
		err := set(ann.Version, desk.FieldValues{size.ID: desk.NumberOf(4), card.ID: desk.TextOf("A1")})
		var conflict *desk.Refusal
		if !errors.As(err, &conflict) || conflict.Code != desk.Conflict {
			d.T.Fatalf("a stale change = %v", err)
		}
		stale := conflict.Details.(desk.Stale)
		if diff := cmp.Diff([]string{"fields." + size.ID.String()}, stale.Changed); diff != "" {
			d.T.Errorf("fields at odds (-want +got):\n%s", diff)
		}
		if now := stale.Current.(desk.Customer).Fields[size.ID]; !now.Equal(desk.NumberOf(3)) {
			d.T.Errorf("the conflict holds %+v, want 3", now)
		}
	})
}

func TestForgetFieldsTakesWhatIsPersonalOnce(t *testing.T) {
	t.Parallel()
	each(t, func(d *desktest.Desk) {
		size := define(d, field.Edit{Target: desk.OnCustomer, Name: "Size", Kind: desk.NumberField})
		card := define(d, field.Edit{Target: desk.OnCustomer, Name: "Card", Kind: desk.TextField, Personal: true})
		ann := get(d, identify(d, "ann@a.example", "Ann").ID)
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.Customers.Update(ctx, tx, desk.ByAgent(d.Eva), ann.ID,
				customer.Change{Version: ann.Version, Fields: desk.FieldValues{size.ID: desk.NumberOf(3), card.ID: desk.TextOf("A1")}})
			return err
		})
		for _, want := range []bool{true, false} {
			d.Write(func(ctx context.Context, tx *db.Tx) error {
				took, err := d.Customers.ForgetFields(ctx, tx, desk.System, ann.ID)
				if took != want {
					d.T.Errorf("ForgetFields = %v, want %v", took, want)
				}
				return err
			})
		}
		if got := get(d, ann.ID).Fields; !cmp.Equal(got, desk.FieldValues{size.ID: desk.NumberOf(3)}) {
			d.T.Errorf("left: %+v", got)
		}
	})
}

func TestAnOrganisationHasFieldsOfItsOwn(t *testing.T) {
	t.Parallel()
	each(t, func(d *desktest.Desk) {
		tier := define(d, field.Edit{Target: desk.OnOrganisation, Name: "Tier", Kind: desk.ChoiceField, Options: []desk.FieldOption{{Name: "Gold"}, {Name: "Silver"}}})
		since := define(d, field.Edit{Target: desk.OnOrganisation, Name: "Since", Kind: desk.DateField})
		theirs := define(d, field.Edit{Target: desk.OnCustomer, Name: "Card", Kind: desk.TextField})
		put := func(id desk.OrganisationID, e customer.OrganisationEdit) (o desk.Organisation, err error) {
			e.Name = "Old Mill"
			err = d.Try(func(ctx context.Context, tx *db.Tx) error {
				if id == 0 {
					o, err = d.Customers.CreateOrganisation(ctx, tx, desk.ByAgent(d.Eva), e)
				} else {
					o, err = d.Customers.ChangeOrganisation(ctx, tx, desk.ByAgent(d.Eva), id, e)
				}
				return err
			})
			return o, err
		}
		gold := desk.FieldValues{tier.ID: desk.IDsOf(tier.Options[0].ID)}
		mill, err := put(0, customer.OrganisationEdit{Fields: gold})
		if err != nil || !cmp.Equal(mill.Fields, gold) {
			d.T.Fatalf("made %+v, %v", mill, err)
		}
		if _, err := put(mill.ID, customer.OrganisationEdit{Version: mill.Version, Fields: desk.FieldValues{theirs.ID: desk.TextOf("x")}}); !desk.IsRefusal(err, desk.Invalid) {
			d.T.Errorf("a field of customers: %v, want a refusal", err)
		}
		now, err := put(mill.ID, customer.OrganisationEdit{Version: mill.Version, Fields: desk.FieldValues{since.ID: desk.TextOf("2020-02-29")}})
		if err != nil || len(now.Fields) != 2 {
			d.T.Fatalf("another value: %+v, %v", now, err)
		}
		_, err = put(mill.ID, customer.OrganisationEdit{Version: mill.Version, Fields: desk.FieldValues{since.ID: desk.TextOf("2021-01-01")}})
		var conflict *desk.Refusal
		if !errors.As(err, &conflict) || !cmp.Equal(conflict.Details.(desk.Stale).Changed, []string{"fields." + since.ID.String()}) {
			d.T.Errorf("a stale change = %v", err)
		}
	})
}
