package main

import (
	"context"
	"log/slog"

	"tellus/internal/demo"
)

type demoCommand struct {
	Data   string `help:"Folder of the demo, apart from every other." default:"./demo-data" type:"path"`
	Listen string `help:"host:port of the desk and the API." default:"127.0.0.1:8080" env:"TELLUS_LISTEN" placeholder:"ADDRESS"`
	Seed   uint64 `help:"The same seed makes the same week." default:"1"`
	Fresh  bool   `help:"Build the week anew, up to now; what was done in the demo before is gone."`
	Build  bool   `help:"Build only, do not serve." name:"build-only"`
}

func (d demoCommand) Run(ctx context.Context, std streams) error {
	log := slog.New(slog.NewTextHandler(std.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	slog.SetDefault(log)
	return demo.Run(ctx, demo.Options{Data: d.Data, Listen: d.Listen, Seed: d.Seed, Fresh: d.Fresh, Build: d.Build, Output: std.out, Log: log})
}
