package email

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"tellus/internal/channel"
	"tellus/internal/desk"
)

const testLimit = 15 * time.Second

// Test connects to the mailbox and to the submission server at the same time, signs in, opens the folder, and says what went wrong on either side;
// a zero Problem where all is well. It reads no mail, sends none, and takes 15 seconds at most. An inbox that takes mail by the built-in
// receiver has nothing to test on the way in, and one without a submission server nothing on the way out.
func (d *Driver) Test(ctx context.Context, settings channel.Settings) (in, out desk.Problem) {
	ctx, cancel := context.WithTimeout(ctx, or(d.TestLimit, testLimit))
	defer cancel()
	var both sync.WaitGroup
	if settings.Inbox.Receive.Method == "imap" {
		both.Go(func() { in = ProblemOf(d.testReceive(ctx, settings), desk.At(time.Now())) })
	}
	if settings.Inbox.Submit.Host != "" {
		both.Go(func() { out = ProblemOf(d.testSubmit(ctx, settings), desk.At(time.Now())) })
	}
	both.Wait()
	return in, out
}

func (d *Driver) testReceive(ctx context.Context, settings channel.Settings) error {
	s, err := d.enter(ctx, settings)
	if err != nil {
		return d.suggest(ctx, settings, err)
	}
	defer s.close()
	if !s.canMark {
		return fail(codePermission, "the folder can be read but mails cannot be marked as seen")
	}
	return nil
}

func (d *Driver) testSubmit(ctx context.Context, settings channel.Settings) error {
	s, err := d.submit(ctx, settings)
	if err != nil {
		return err
	}
	s.quit()
	return nil
}

const mostSuggested = 30 // folders

// suggest adds the folders that there are to a failure to open one.
func (d *Driver) suggest(ctx context.Context, settings channel.Settings, cause error) error {
	var f *Failure
	if !errors.As(cause, &f) || f.Code != codeFolder {
		return cause
	}
	settings.Inbox.Receive.Folder = "INBOX" // every mailbox has it (RFC 3501 5.1)
	s, err := d.enter(ctx, settings)
	if err != nil {
		return cause
	}
	defer s.close()
	defer s.busy()()
	folders, err := s.client.List("", "*", nil).Collect()
	if err != nil {
		return cause
	}
	var names []string
	for _, folder := range folders[:min(len(folders), mostSuggested)] {
		names = append(names, folder.Mailbox)
	}
	return &Failure{Code: f.Code, Detail: clip(f.Detail + " There are: " + strings.Join(names, ", ")), Err: cause}
}
