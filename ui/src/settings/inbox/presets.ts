import type { Provider, Security } from "../types";

interface Server {
  host: string;
  port: number;
  security: Security;
}

export interface Preset {
  id: string;
  name: string;
  receive: Server;
  submit: Server;
  /** How it wants to be signed in to. */
  auth: "password" | Provider;
  /** Ends of addresses that are there for certain. */
  domains: string[];
  /** There is more to know: a hint has its words. */
  hint?: true;
}

const server = (host: string, port: number, security: Security): Server => ({ host, port, security });

/** Mail providers that companies here use, with the hosts that they are generally known by; the connection test tells where one has moved. An empty host is one that each customer has his own of. */
export const presets: readonly Preset[] = [
  {
    id: "google",
    name: "Gmail, Google Workspace",
    receive: server("imap.gmail.com", 993, "tls"),
    submit: server("smtp.gmail.com", 465, "tls"),
    auth: "google",
    domains: ["gmail.com", "googlemail.com"],
    hint: true,
  },
  {
    id: "microsoft",
    name: "Microsoft 365, Outlook",
    receive: server("outlook.office365.com", 993, "tls"),
    submit: server("smtp.office365.com", 587, "starttls"),
    auth: "microsoft",
    domains: ["outlook.com", "hotmail.com", "live.com"],
    hint: true,
  },
  {
    id: "zoho",
    name: "Zoho Mail",
    receive: server("imappro.zoho.eu", 993, "tls"),
    submit: server("smtppro.zoho.eu", 465, "tls"),
    auth: "password",
    domains: ["zoho.eu", "zohomail.eu"],
    hint: true,
  },
  {
    id: "inboxlv",
    name: "inbox.lv",
    receive: server("mail.inbox.lv", 993, "tls"),
    submit: server("mail.inbox.lv", 465, "tls"),
    auth: "password",
    domains: ["inbox.lv"],
    hint: true,
  },
  {
    id: "mailee",
    name: "mail.ee",
    receive: server("mail.mail.ee", 993, "tls"),
    submit: server("mail.mail.ee", 465, "tls"),
    auth: "password",
    domains: ["mail.ee"],
    hint: true,
  },
  {
    id: "one",
    name: "one.com",
    receive: server("imap.one.com", 993, "tls"),
    submit: server("send.one.com", 465, "tls"),
    auth: "password",
    domains: [],
  },
  {
    id: "ovh",
    name: "OVH",
    receive: server("ssl0.ovh.net", 993, "tls"),
    submit: server("ssl0.ovh.net", 465, "tls"),
    auth: "password",
    domains: [],
  },
  {
    id: "homepl",
    name: "home.pl",
    receive: server("", 993, "tls"),
    submit: server("", 465, "tls"),
    auth: "password",
    domains: [],
    hint: true,
  },
];

/** The preset that an inbox was filled from, "other" where none fits. */
export function presetOf(receiveHost: string | undefined, submitHost: string | undefined): string {
  const found = presets.find(
    (p) => p.receive.host && (p.receive.host === receiveHost || (!receiveHost && p.submit.host === submitHost)),
  );
  return found?.id ?? "other";
}

/** The provider that an address can only be at. */
export function presetFor(address: string): Preset | undefined {
  const domain = address.slice(address.lastIndexOf("@") + 1).toLowerCase();
  return presets.find((p) => p.domains.includes(domain));
}

/** The usual port of a protocol with a security. */
export function usualPort(side: "receive" | "submit", security: Security): number {
  if (side === "receive") return security === "tls" ? 993 : 143;
  return security === "tls" ? 465 : 587;
}
