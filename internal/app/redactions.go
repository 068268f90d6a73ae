package app

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"tellus/internal/feature/commitment"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/customer"
	"tellus/internal/feature/privacy"
	"tellus/internal/feature/purchase"
	"tellus/internal/feature/webhook"
	"tellus/internal/feature/worklog"
	"tellus/internal/flow/person"
	"tellus/internal/platform/db"
)

// The journal of redactions is a file of the data folder, a line of JSON for each: what was taken out of which message, without saying
// what it was. It outlives the database, so that what was redacted stays redacted after an older backup is restored.

const longestErasure = 1 << 20 // bytes of a line: a message's worth of spans

// journal appends to the file at path, durably. It is what conversation.Service.Journal wants.
func journal(path string) func(conversation.Erasure) error {
	return func(e conversation.Erasure) error {
		line, err := json.Marshal(e)
		if err != nil {
			return err
		}
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
		if err != nil {
			return err
		}
		_, err = f.Write(append(line, '\n')) // one write, so that two processes don't mix their lines
		return errors.Join(err, f.Sync(), f.Close())
	}
}

// readErasures reads a journal. A last line without its end was being written when the machine stopped: nothing was redacted by it yet.
func readErasures(data []byte) ([]conversation.Erasure, error) {
	var all []conversation.Erasure
	lines := bufio.NewScanner(bytes.NewReader(wholeLines(data)))
	lines.Buffer(nil, longestErasure)
	for n := 1; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var e conversation.Erasure
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, fmt.Errorf("journal of redactions, line %d: %w", n, err)
		}
		all = append(all, e)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("journal of redactions: %w", err)
	}
	return all, nil
}

func wholeLines(data []byte) []byte { return data[:bytes.LastIndexByte(data, '\n')+1] }

// mergeErasures adds to the journal at path what it lacks of another one (that of a backup), and returns all entries.
func mergeErasures(path string, other []byte) ([]conversation.Erasure, error) {
	own, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("journal of redactions: %w", err)
	}
	own = wholeLines(own)
	known := map[string]bool{}
	for line := range bytes.Lines(own) {
		known[string(bytes.TrimSpace(line))] = true
	}
	var merged []byte // what the backup knows is older than what was written here since
	for line := range bytes.Lines(wholeLines(other)) {
		if text := string(bytes.TrimSpace(line)); text != "" && !known[text] {
			merged = append(merged, line...)
		}
	}
	missing := len(merged) > 0
	merged = append(merged, own...)
	entries, err := readErasures(merged)
	if err == nil && missing {
		err = writeDurably(path, merged)
	}
	return entries, err
}

// reapply takes out of a restored database again what the journal names, a message or a person at a time.
func reapply(ctx context.Context, d *db.DB, entries []conversation.Erasure) error {
	conversations := &conversation.Service{}
	promised := &commitment.Service{Conversations: conversations}
	persons := &person.Person{DB: d, Customers: &customer.Service{}, Conversations: conversations, Privacy: &privacy.Service{}, Purchases: &purchase.Service{Customers: &customer.Service{}}, Worklog: &worklog.Service{},
		Commitments: promised}
	for _, e := range entries {
		if e.Customer != 0 || e.Conversation != 0 {
			if err := persons.Reapply(ctx, e); err != nil {
				return fmt.Errorf("erase customer %s, conversation %s again: %w", e.Customer, e.Conversation, err)
			}
			continue
		}
		err := d.Write(ctx, func(tx *db.Tx) error {
			if err := promised.ForgetMessage(ctx, tx, e.Message, e.At); err != nil {
				return err
			}
			if err := webhook.ForgetMessage(ctx, tx, e.Message, e.At); err != nil {
				return err
			}
			return conversations.Reapply(ctx, tx, []conversation.Erasure{e})
		})
		if err != nil {
			return fmt.Errorf("redact message %s again: %w", e.Message, err)
		}
	}
	return nil
}
