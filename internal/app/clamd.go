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
	"tellus/internal/flow/intake"
	"tellus/internal/platform/db"
)

// scanner asks clamd about attachments, where the settings name one.
func scanner(d *db.DB) intake.Scanner {
	return func(ctx context.Context, content io.Reader) (string, error) {
		var s setting.Settings
		if err := d.Read(ctx, func(tx *db.Tx) (err error) {
			s, err = (&setting.Service{}).Get(ctx, tx)
			return err
		}); err != nil || s.Scanner == "" {
			return "", err
		}
		return askClamd(ctx, s.Scanner, content)
	}
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
	defer conn.Close()                                      // nothing is buffered
	defer context.AfterFunc(ctx, func() { conn.Close() })() // whoever waits gets an error then
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
				return "", fmt.Errorf("read for clamd: %w", readErr) // it would wait for the rest, and we for its answer
			}
			break
		}
	}
	if err == nil {
		err = errors.Join(binary.Write(w, binary.BigEndian, uint32(0)), w.Flush())
	}
	// Where clamd has seen enough it answers and closes while we still send: its answer says more than our error.
	answer, readErr := bufio.NewReader(io.LimitReader(conn, mostAnswer)).ReadString(0)
	found, verdict := readClamd(answer)
	switch {
	case found != "":
		return found, nil
	case err != nil:
		return "", fmt.Errorf("send to clamd: %w", errors.Join(err, verdict))
	case verdict != nil:
		return "", errors.Join(verdict, readErr)
	}
	return "", nil
}

const mostAnswer = 4 << 10 // bytes of clamd's answer

// readClamd reads the answer to INSTREAM (clamd(8)): "stream: OK", "stream: NAME FOUND", or what went wrong, which ends in ERROR. An error means that
// there is no verdict.
func readClamd(answer string) (found string, err error) {
	answer = strings.TrimRight(answer, "\x00\r\n")
	if answer == "stream: OK" {
		return "", nil
	}
	name, ok := strings.CutSuffix(answer, " FOUND")
	name, ours := strings.CutPrefix(name, "stream: ")
	if !ok || !ours {
		if strings.Contains(answer, "size limit exceeded") { // StreamMaxLength of clamd.conf(5)
			return "", fmt.Errorf("%w: clamd says %q", intake.ErrTooLong, answer)
		}
		return "", fmt.Errorf("clamd gave no verdict but %q", answer)
	}
	if name = strings.TrimSpace(name); name == "" {
		name = "unnamed"
	}
	return name, nil
}

func second(_ int, err error) error { return err }
