package index_test

import (
	"context"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/conversation"
	"tellus/internal/flow/index"
	"tellus/internal/platform/db"
)

// TestEachFilterFindsWhatItNames asks for everything that the language has, so that it finds what has it and leaves out what has not.
func TestEachFilterFindsWhatItNames(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		f := searching(d)
		lamp := d.ReceiveAbout(desktest.Ann, "Lamp", "The old lamp flickers at night.", "Cc: Carl Cook <carl@cook.example>")
		d.After(48 * 3600e9)
		chair := f.receiveFile("Chair", "The chair creaks at night.", "chair.txt", "photo")
		d.Reply(chair, "We send another one.")
		second := d.ReceiveAbout(desktest.Bob, "Second lamp", "Another lamp, old too.")
		var tag desk.Tag
		d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			tag, err = d.Conversations.SaveTag(ctx, tx, desk.ByAgent(d.Eva), desk.Tag{Name: "Très urgent"})
			return err
		})
		d.Change(lamp, conversation.Change{AddTags: []desk.TagID{tag.ID}})
		resolved := desk.StatusResolved
		d.Change(second, conversation.Change{Status: &resolved})
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.Conversations.AddNote(ctx, tx, desk.ByAgent(d.Eva), d.Scope(d.Eva), chair, conversation.NewNote{HTML: "<p>Bulb was changed</p>"}, nil)
			return err
		})
		day := d.Row(chair).CreatedAt.Time().Format("2006-01-02")
		for text, want := range map[string][]desk.ConversationID{
			`tag:"très urgent"`:            {lamp},
			`tag:"TRES URGENT" lamp`:       {lamp},
			`lamp -tag:"tres urgent"`:      {second},
			"has:attachment":               {chair},
			"night -has:attachment":        {lamp},
			"from:" + desktest.Ann.Address: {lamp, chair},
			"from:bob":                     {second},
			"-from:ann lamp":               {second},
			"to:support@shop.example lamp": {lamp, second},
			"to:carl":                      {lamp},
			"to:cook.example":              {lamp},
			"is:resolved":                  {second},
			"is:waiting":                   {chair},
			"is:unfinished lamp":           {lamp},
			"is:note":                      {chair},
			"is:note night":                nil,
			"before:" + day:                {lamp},
			"after:" + day + " lamp":       {second},
			`"old lamp"`:                   {lamp},
			`lamp -"old lamp"`:             {second},
			"lamp -flicker":                {second},
			"flick*":                       {lamp},
		} {
			f.want(d.Eva, text, want...)
		}
		p := f.page(d.Eva, "lamp", index.Ask{Order: index.NewestFirst})
		if len(p.Hits) != 2 || p.Hits[0].Conversation.ID != second || p.Hits[1].Conversation.ID != lamp {
			t.Errorf("newest first: %+v", p.Hits)
		}
	})
}
