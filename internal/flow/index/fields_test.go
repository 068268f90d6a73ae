package index_test

import (
	"context"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/customer"
	"tellus/internal/feature/field"
	"tellus/internal/platform/db"
)

func TestCustomFieldsAreFound(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		f := searching(d)
		lamp := d.ReceiveAbout(desktest.Ann, "Lamp", "It flickers.")
		chair := d.ReceiveAbout(desktest.Bob, "Chair", "It creaks.")
		made := func(e field.Edit) (f desk.Field) {
			d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
				f, err = (&field.Service{}).Create(ctx, tx, desk.ByAgent(d.Eva), e)
				return err
			})
			return f
		}
		room := made(field.Edit{Name: "Room", Kind: desk.TextField})
		size := made(field.Edit{Name: "Shoe size", Key: "size", Kind: desk.NumberField, Form: desk.FieldForm{Decimals: 1}})
		gift := made(field.Edit{Name: "Gift", Kind: desk.YesNoField})
		where := made(field.Edit{Name: "Where", Kind: desk.TreeField, Options: []desk.FieldOption{{ID: -1, Name: "Baltics"}, {ID: -2, Name: "Rīga", Parent: -1}, {ID: -3, Name: "Oslo"}}})
		keeper := made(field.Edit{Name: "Keeper", Kind: desk.PeopleField})
		club := made(field.Edit{Name: "Club", Kind: desk.TextField, Target: desk.OnCustomer})
		d.Change(lamp, conversation.Change{Fields: desk.FieldValues{
			room.ID: desk.TextOf("Blue hall"), size.ID: desk.NumberOf(42.5), gift.ID: desk.YesNoOf(true),
			where.ID: desk.IDsOf(where.Options[1].ID), keeper.ID: desk.IDsOf(d.Eva),
		}})
		d.Change(chair, conversation.Change{Fields: desk.FieldValues{gift.ID: desk.YesNoOf(false), where.ID: desk.IDsOf(where.Options[2].ID)}})
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			who, err := d.Customers.Get(ctx, tx, d.Row(chair).Customer)
			if err != nil {
				return err
			}
			_, err = d.Customers.Update(ctx, tx, desk.ByAgent(d.Eva), who.ID, customer.Change{Version: who.Version, Fields: desk.FieldValues{club.ID: desk.TextOf("Gold")}})
			return err
		})
		for text, want := range map[string][]desk.ConversationID{
			"field:room":              {lamp},
			"field:room=hall":         {lamp},
			`field:"room=hall blue"`:  {lamp},
			"field:room=green":        nil,
			"hall":                    {lamp}, // texts are words like others
			`field:"shoe size=42.5"`:  {lamp},
			"field:size=42.5 flicker": {lamp},
			"field:size=43":           nil,
			"field:gift=jā":           {lamp},
			"field:gift=no":           {chair},
			"-field:gift=yes":         {chair},
			"field:where=riga":        {lamp},
			"field:where=Baltics":     {lamp}, // what lies below it
			"field:where":             {lamp, chair},
			"field:keeper=me":         {lamp},
			"field:club=gold":         {chair},
		} {
			f.want(d.Eva, text, want...)
		}
	})
}
