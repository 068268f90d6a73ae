package app

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"tellus/internal/channel"
	"tellus/internal/channel/email/receiver"
	"tellus/internal/channel/email/verdict"
	"tellus/internal/desk"
	"tellus/internal/feature/inbox"
	"tellus/internal/feature/setting"
	"tellus/internal/platform/db"
)

// receive runs the built-in mail receiver as the flags or the settings say, and anew when they change.
func (a *App) receive(ctx context.Context) error {
	changed, stop := a.DB.Listen(setting.Changed)
	defer stop()
	for ctx.Err() == nil {
		var s setting.Settings
		if err := a.DB.Read(ctx, func(tx *db.Tx) (err error) {
			s, err = a.Settings.Get(ctx, tx)
			return err
		}); err != nil {
			return err
		}
		life, end := context.WithCancel(ctx)
		done := make(chan struct{})
		go func() {
			defer close(done)
			a.listenSMTP(life, s.Receiver)
		}()
		wait := true
		for wait {
			select {
			case <-ctx.Done():
				wait = false
			case <-changed:
				var now setting.Settings
				if err := a.DB.Read(ctx, func(tx *db.Tx) (err error) {
					now, err = a.Settings.Get(ctx, tx)
					return err
				}); err == nil {
					wait = now.Receiver == s.Receiver
				}
			}
		}
		end()
		<-done
	}
	return nil
}

// listenSMTP takes mail until ctx ends, tries again where it cannot, and tells the desk how it fares.
func (a *App) listenSMTP(ctx context.Context, r setting.Receiver) {
	listen := a.Config.SMTPListen
	if listen == "" {
		listen = r.Listen
	}
	if listen == "" {
		return
	}
	defer a.receiverFares(nil)
	for ctx.Err() == nil {
		server, err := receiver.New(receiver.Config{Addr: listen, Hostname: r.Hostname, MaxBytes: r.MaxBytes, Dir: a.Config.Data,
			CertFile: a.Config.SMTPCert, KeyFile: a.Config.SMTPKey, Checker: &verdict.Checker{Resolver: a.resolver},
			Trusted: a.Config.SMTPTrusted, TrustedAuthserv: a.Config.SMTPAuthserv, Log: a.log})
		if err == nil {
			a.log.InfoContext(ctx, "taking mail", "listen", server.Addr().String())
			a.receiverFares(&inbox.Receiver{Listen: server.Addr().String()})
			err = server.Listen(ctx, a.resolve, a.Intake.Accept)
		}
		if err != nil && ctx.Err() == nil {
			a.log.ErrorContext(ctx, "the mail receiver does not run", "listen", listen, "error", err)
			a.receiverFares(&inbox.Receiver{Listen: listen, Problem: desk.Problem{Code: inbox.ReceiverFailed, Detail: err.Error(), At: a.DB.Now()}})
			pause(ctx, 10*time.Second)
		}
	}
}

// receiverFares tells the desk, wherever it is looked at, how this node's receiver fares; nil where it is off.
func (a *App) receiverFares(r *inbox.Receiver) {
	notice := ""
	if r != nil {
		text, err := json.Marshal(r)
		if err != nil {
			a.log.Error("how the mail receiver fares is not JSON", "error", err)
			return
		}
		notice = string(text)
	}
	// Told at the end of a run too, when its context is over.
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := a.node.Say(ctx, inbox.ReceiverNotice, notice); err != nil && !errors.Is(err, db.ErrClosed) {
		a.log.Warn("how the mail receiver fares is not told", "error", err)
	}
}

// resolve says which inbox takes mail for a recipient: a channel.Resolve.
func (a *App) resolve(ctx context.Context, recipient string) (id desk.InboxID, err error) {
	err = a.DB.Look(func(tx *db.Tx) (err error) {
		id, err = a.Inboxes.ByAddress(ctx, tx, recipient)
		return err
	})
	return id, err
}

var _ channel.Resolve = (*App)(nil).resolve
