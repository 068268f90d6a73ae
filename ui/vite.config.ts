import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { mockDesk } from "./dev/mock";

// The build is embedded by internal/web/ui and served under /app/. With TELLUS_MOCK=1 the dev server and the preview answer the API
// themselves from dev/mock; otherwise they pass it to a running `tellus serve`.
const mocked = process.env.TELLUS_MOCK === "1";
const server = process.env.TELLUS_URL ?? "http://127.0.0.1:8080";
const proxy = mocked ? undefined : { "/api": { target: server, ws: true, changeOrigin: false } };

export default defineConfig(({ mode }) => ({
  base: "/app/",
  plugins: [react(), ...(mocked && mode !== "test" ? [mockDesk()] : [])],
  build: {
    outDir: "../internal/web/ui/dist",
    emptyOutDir: true,
    manifest: true,
    target: "es2022",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        // Shared pieces are few and big rather than many and small: each request costs a round trip before the first row is seen.
        codeSplitting: {
          groups: [
            {
              name: "base",
              test: /node_modules\/(react|react-dom|scheduler|@tanstack|i18next|react-i18next|html-parse-stringify|use-sync-external-store)\//,
            },
            // Pieces that every screen shares compress better together than in thirty files of their own.
            {
              name: "written",
              test: /\/src\/desk\/(compose\/(html|state|recall|useSend|useDraft|Recipients|FileChips|Signature|Attach)|conversation\/(change|open|Files|linkify)|outbox|sending)\./,
            },
            {
              name: "parts",
              test: /\/src\/(app\/client\.|(api|i18n|live|parts)\/(?!Sheet|LateMenu|upload|zone))|\/(use-mantine-color-scheme|use-isomorphic-effect|noop)\.mjs/,
            },
            // What the desk's first screen has in common with screens that come later: of itself it would be twenty files of a few hundred bytes.
            {
              name: "desk",
              test: /\/src\/(app\/keys|api\/upload|i18n\/zone|notices\/queries|desk\/(Divider|widths|bulk\/picked|compose\/(quote|useFiles|macro\/placeholder)|conversation\/(Frame|MessageView\.module|Header\.module|Menus\.module|snooze|join\/(ask|splitting))|customer\/(AddressValue|Contact|CustomerPanel\.module|Note|change)|fields\/(Kind|TypeIcon|queries)|list\/(due|rowKeys|Row|ConversationList\.module)))\./,
            },
          ],
        },
      },
    },
  },
  server: { proxy },
  preview: { proxy },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/testing.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
}));
