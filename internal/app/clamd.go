package app

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"tellus/internal/feature/setting"
	"tellus/internal/platform/db"
)

// scan asks clamd about an attachment, where the settings name one: an intake.Scanner. An error means that nobody knows.
func (a *App) scan(ctx context.Context, content io.Reader) (string, error) {
	var s setting.Settings
	if err := a.DB.Read(ctx, func(tx *db.Tx) (err error) {
		s, err = a.Settings.Get(ctx, tx)
		return err
	}); err != nil || s.Scanner == "" {
		return "", err
	}
	return askClamd(ctx, s.Scanner, content)
}

// askClamd streams content to clamd by its INSTREAM command (clamd(8)): chunks with a length of four bytes before each, a length of zero at the end.
func askClamd(ctx context.Context, address string, content io.Reader) (found string, err error) {
	network := "tcp"
	if strings.HasPrefix(address, "/") {
		network = "unix"
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	conn, err := (&net.Dialer{Timeout: 3 * time.Second}).DialContext(ctx, network, address)
	if err != nil {
		return "", fmt.Errorf("reach clamd: %w", err)
	}
	defer conn.Close() // nothing is buffered
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return "", fmt.Errorf("reach clamd: %w", err)
		}
	}
	w := bufio.NewWriter(conn)
	_, err = w.WriteString("zINSTREAM\x00")
	chunk := make([]byte, 64<<10)
	for err == nil {
		n, readErr := content.Read(chunk)
		if n > 0 {
			err = errors.Join(binary.Write(w, binary.BigEndian, uint32(n)), second(w.Write(chunk[:n])))
		}
		if readErr != nil {
			if !errors.Is(readErr, io.EOF) {
				err = errors.Join(err, readErr)
			}
			break
		}
	}
	if err == nil {
		err = errors.Join(binary.Write(w, binary.BigEndian, uint32(0)), w.Flush())
	}
	if err != nil {
		return "", fmt.Errorf("send to clamd: %w", err)
	}
	answer, err := bufio.NewReader(io.LimitReader(conn, 4096)).ReadString(0)
	answer = strings.TrimRight(answer, "\x00\n")
	switch {
	case strings.HasSuffix(answer, " FOUND"):
		return strings.TrimSuffix(strings.TrimPrefix(answer, "stream: "), " FOUND"), nil
	case strings.HasSuffix(answer, "OK"):
		return "", nil
	}
	return "", fmt.Errorf("clamd said %q: %w", answer, errors.Join(err, errors.New("no verdict")))
}

func second(_ int, err error) error { return err }
