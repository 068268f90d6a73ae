import { defineConfig } from "vitest/config";

// The build is scripts/build.mjs: two scripts that share nothing. Here is what tests need.
export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  test: { environment: "happy-dom", include: ["src/**/*.test.{ts,tsx}"] },
});
