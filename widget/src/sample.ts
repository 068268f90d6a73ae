import type { Config } from "./config";

/** A form as tests need it. */
export const config = (change: Partial<Config> = {}): Config => ({
  action: "/form/k?lang=en",
  home: "/form/k",
  ticket: "t1",
  house: "Shop",
  greeting: "Hello",
  name: "optional",
  subject: "off",
  files: true,
  frame: false,
  trap: "website",
  most: { name: 100, email: 254, subject: 200, message: 20_000, files: 2, bytes: 10 },
  words: {},
  ...change,
});
