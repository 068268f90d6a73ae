package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/feature/setting"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
	"tellus/internal/platform/secret"
	"tellus/internal/web/api"
)

// OpenAPI returns the description of the API as YAML.
func OpenAPI() ([]byte, error) { return api.Spec() }

// Admin is what MakeAdmin is asked for.
type Admin struct {
	Name        string // of a person who has no account yet
	Email       string
	Password    string // set at once; a link is returned where empty
	DropFactors bool   // remove authenticator, passkeys and recovery codes
}

// MakeAdmin makes an owner, or makes whoever has that address one again, and returns a link that sets a password, which counts once and for a day. Where a
// password is given it is set, and no link is returned. It works while the server runs, and before it ever ran.
func MakeAdmin(ctx context.Context, c Config, a Admin) (link string, err error) {
	d, err := c.openDatabase(ctx)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if _, err := migrate(ctx, d); err != nil {
		return "", err
	}
	keys, err := openKeys(c)
	if err != nil {
		return "", err
	}
	base, err := c.publicURL(ctx, d)
	if err != nil {
		return "", err
	}
	people := staff.New(staff.Config{
		DB: d, Keys: keys, Passwords: secret.NewPasswords(secret.Recommended), URL: func() string { return base }, Log: c.logger(),
	})
	err = d.Write(ctx, func(tx *db.Tx) error {
		link, err = people.Rescue(ctx, tx, a.Name, a.Email, a.DropFactors)
		return err
	})
	if err != nil || a.Password == "" {
		return link, err
	}
	_, err = people.Accept(ctx, staff.Visitor{IP: "127.0.0.1", Device: "tellus admin"}, path.Base(link), staff.Accepting{Password: a.Password})
	return "", err
}

// InFlags says what an error of MakeAdmin means for who typed the command line: which flag is at fault, and what about it.
func (a Admin) InFlags(err error) error {
	refused, ok := errors.AsType[*desk.Refusal](err)
	if !ok {
		return err
	}
	switch strings.TrimPrefix(refused.Field, "body.") {
	case "email":
		return fmt.Errorf("--email: %s: %s", a.Email, refused.Message)
	case "name":
		if strings.TrimSpace(a.Name) == "" {
			return fmt.Errorf("nobody has the address %s yet: say with --name who it is", a.Email)
		}
		return fmt.Errorf("--name: %s", refused.Message)
	case "password":
		return fmt.Errorf("the password was not set: %s", refused.Message)
	}
	return err
}

// publicURL is where people reach the desk: what the command line says, what the settings say, or where it listens.
func (c Config) publicURL(ctx context.Context, d *db.DB) (string, error) {
	if c.URL != "" {
		return strings.TrimRight(c.URL, "/"), nil
	}
	var settings setting.Service
	var saved setting.Settings
	err := d.Read(ctx, func(tx *db.Tx) (err error) { saved, err = settings.Get(ctx, tx); return err })
	if err != nil {
		return "", fmt.Errorf("read settings: %w", err)
	}
	if saved.URL != "" {
		return saved.URL, nil
	}
	return c.localURL(), nil
}

// localURL is where a browser on this machine finds a server that listens on Listen.
func (c Config) localURL() string {
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return "http://localhost:8080"
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && (ip.IsUnspecified() || ip.IsLoopback()) {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}
