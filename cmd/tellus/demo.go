package main

import (
	"context"
	"log/slog"

	"tellus/internal/demo"
)

type demoCommand struct {
	data, listen string
	seed         uint64
	fresh, build bool
}

func (d *demoCommand) flags(f *flags) {
	f.path(&d.data, "data", "./demo-data", "Folder of the demo, apart from every other.")
	f.text(&d.listen, "listen", "127.0.0.1:8080", "host:port of the desk and the API.").from("TELLUS_LISTEN")
	f.number(&d.seed, "seed", 1, "The same seed makes the same week.")
	f.yes(&d.fresh, "fresh", "", "Build the week anew, up to now; what was done in the demo before is gone.")
	f.yes(&d.build, "build-only", "", "Build only, do not serve.")
}

func (d *demoCommand) run(ctx context.Context, std streams) error {
	log := slog.New(slog.NewTextHandler(std.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	slog.SetDefault(log)
	return demo.Run(ctx, demo.Options{Data: d.data, Listen: d.listen, Seed: d.seed, Fresh: d.fresh, Build: d.build, Output: std.out, Log: log})
}
