// Command withpg runs a command with a PostgreSQL server of its own, whose address it puts into TELLUS_TEST_POSTGRES, so that many test binaries share one:
//
//	go run ./internal/platform/db/dbtest/withpg go test ./...
//
// Where the variable is set already, or where PostgreSQL's programs are not installed, it just runs the command. It ends with the command's status.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"

	"tellus/internal/platform/db/dbtest"
)

func main() { os.Exit(run(os.Args[1:])) }

func run(command []string) int {
	if len(command) == 0 {
		fmt.Fprintln(os.Stderr, "usage: withpg COMMAND…")
		return 2
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = os.Environ()
	if os.Getenv(dbtest.ServerEnv) == "" {
		at, err := dbtest.StartServer()
		switch {
		case errors.Is(err, dbtest.ErrNotInstalled):
			fmt.Fprintln(os.Stderr, "withpg:", err)
		case err != nil:
			fmt.Fprintln(os.Stderr, "withpg: start PostgreSQL:", err)
			return 1
		default:
			cmd.Env = append(cmd.Env, dbtest.ServerEnv+"="+at)
		}
	}
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() > 0 {
		return exit.ExitCode()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "withpg:", err)
		return 1
	}
	return 0
}
